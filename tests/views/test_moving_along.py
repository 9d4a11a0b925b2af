"""What hangs on a page goes along when it moves to another account, and nothing is left hanging."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from flask import Flask
from flask.testing import FlaskClient

from portal.content.caring import PageCare, set_care
from portal.content.comments import Comment
from portal.content.copies import WorkingCopy
from portal.content.erasing import erase
from portal.content.naming import RevisionName, name_revision
from portal.content.notifications import Notification
from portal.content.pages import page_by_id, revisions_of
from portal.content.trash import purge, trashed_by_id
from tenants.accounts import Account
from tenants.audit import record
from tenants.db import db
from tenants.events import Event
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS
from tests.fixtures.shares import a_link, rows
from tests.identity.common import events
from tests.views.test_comments import say
from tests.views.test_copying import arrived, inside, made

SPRING = datetime(2027, 3, 1, 9, tzinfo=UTC)
PLACE = "/a/acme/pages/{}/"


def talked(app: Flask, client: FlaskClient, cast: Cast) -> uuid.UUID:
    """A page with a settled thread, a word from outside, a name, an owner and unsaved typing."""
    page = made(app, cast)
    at = PLACE.format(page)
    link = a_link(app, cast, page)
    sign_in(client, cast.publisher)
    first = say(client, f"{at}comments/", text="Shorter, @Ada Admin?")
    sign_in(client, cast.admin)
    client.post(f"{at}comments/{first}/reply", data={"text": "It is."})
    client.post(f"{at}comments/{first}/resolve")
    assert client.post(f"{link}/say", data={"said": "comment", "name": "Max", "text": "Nice."})
    with app.app_context():
        by = as_actor(cast.editor)
        with inside(app, cast):
            row = page_by_id(page, cast.acme.id)
            assert row is not None
            second = revisions_of(row)[1]
            name_revision(row, second, "As printed", cast.acme, by=by)
            set_care(row, cast.acme, (cast.editor.id, cast.editor.name), SPRING, by=by)
            typed = {"title": ["Zebra, unsaved"], "based_on": [str(row.draft_revision_id)]}
            db.session.add(WorkingCopy(
                tenant_id=row.tenant_id, account_id=row.account_id, page_id=page, typed=typed,
                person_id=cast.admin.id, mark=str(page),
            ))  # fmt: skip
            db.session.commit()
    return page


def move(client: FlaskClient, page: uuid.UUID, to: str = "acme-berlin") -> uuid.UUID:
    answer = client.post(f"{PLACE.format(page)}move", data={"to": to})
    assert answer.status_code == 302, answer.text
    return arrived(answer)


@both_databases
def test_what_people_said_and_typed_goes_along(app: Flask, client: FlaskClient, cast: Cast):
    page = talked(app, client, cast)
    there = move(client, page)
    at = f"/a/acme-berlin/pages/{there}/"
    shown = client.get(f"{at}comments/").text
    for text in ("Shorter, @Ada Admin?", "It is.", "Nice.", "by Ada Admin"):
        assert text in shown, text
    assert shown.count("From outside") == 1
    assert {(row.page_id, row.account_id) for row in rows(app, Comment)} == {
        (there, cast.berlin.id)
    }
    bell = next(row for row in rows(app, Notification) if row.person_id == cast.admin.id)
    led = client.post(f"/a/acme-berlin/notifications/{bell.id}/open")
    assert led.location.startswith(f"{at}comments/")
    assert client.get(led.location).status_code == 200
    for told in events(app, "comments.moved"):
        assert told.facts == {"source": "Acme", "account": "Acme Berlin", "comments": 3}
    assert [(each.account_id, each.target_id) for each in events(app, "comments.moved")] == [
        (cast.acme.id, page), (cast.berlin.id, there),
    ]  # fmt: skip
    (typed,) = rows(app, WorkingCopy)
    with app.app_context(), inside(app, cast):
        row = page_by_id(there, cast.berlin.id)
        assert row is not None
        assert typed.typed["based_on"] == [str(row.draft_revision_id)]
        second = revisions_of(row)[1]
    unsaved = client.get(f"{at}unsaved")
    assert "Zebra, unsaved" in unsaved.text
    names = {name.revision_id: name.name for name in rows(app, RevisionName)}
    assert names[second.id] == "As printed"
    cares = {row.page_id: row for row in rows(app, PageCare)}
    assert cares[there].owner_id == cast.editor.id
    assert (cares[there].review_by, cares[there].account_id) == (
        cares[page].review_by,
        cast.berlin.id,
    )
    care = events(app, "page.care_set")[-1]
    assert (care.target_id, care.changes["owner"]) == (there, ["", "Edda Editor"])


@both_databases
def test_neither_end_holds_the_other_when_it_goes(app: Flask, client: FlaskClient, cast: Cast):
    """No row of what moved refers to one that stayed, nor the other way about."""
    page = talked(app, client, cast)
    there = move(client, page)
    with app.app_context(), inside(app, cast):
        old = trashed_by_id(page, cast.acme.id)
        assert old is not None
        purge(old, by=TESTS)
        db.session.commit()
    assert len(rows(app, Comment)) == 3
    again = talked(app, client, cast)
    move(client, again)
    for account in (cast.acme, cast.berlin):
        with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
            row = db.session.get_one(Account, account.id)
            row.state = "closed"
            told = record(Event.ACCOUNT_ERASED, row, by=TESTS, counts={})
            db.session.flush()
            erase(account.id, told)
            db.session.rollback()
    assert there


def test_what_nobody_said_is_not_told_of(app: Flask, client: FlaskClient, cast: Cast):
    page = made(app, cast)
    sign_in(client, cast.admin)
    move(client, page)
    assert events(app, "comments.moved", "page.care_set") == []


def test_the_form_says_what_goes_along(app: Flask, client: FlaskClient, cast: Cast):
    page = made(app, cast)
    sign_in(client, cast.admin)
    text = client.get(f"{PLACE.format(page)}move").text
    assert "Comments, names of revisions" in text
    assert "its share links" in text
