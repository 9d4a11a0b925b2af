"""What does not go along with a page that moves, and what happens to it beside the move."""

from __future__ import annotations

import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.content.commenting import comment
from portal.content.comments import Comment
from portal.content.copies import WorkingCopy
from portal.content.copying import move_page
from portal.content.outside import comment_from_outside
from portal.content.pages import page_by_id, revision_by_id
from portal.content.problems import Problem
from portal.content.shares import ShareLink
from portal.content.sharing import Shared
from tenants.accounts import AccountRef
from tenants.audit import excuse
from tenants.db import db
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, Someone, as_actor
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS
from tests.fixtures.shares import a_link, rows
from tests.views.test_copying import inside, made
from tests.views.test_drafts import TYPED
from tests.views.test_moving_along import PLACE, move
from tests.views.test_pages import edited

MARK = TYPED["copy"]


def typing(app: Flask, cast: Cast, page: uuid.UUID, at: AccountRef, who: Someone) -> None:
    """Have somebody type over a page there."""
    with app.app_context(), inside(app, cast):
        typed = {"title": [f"Of {who.name}"]}
        db.session.add(WorkingCopy(
            tenant_id=at.tenant_id, account_id=at.id, page_id=page, typed=typed,
            person_id=who.id, mark=MARK,
        ))  # fmt: skip
        db.session.commit()


@both_databases
def test_an_open_tab_goes_on_with_a_page_that_was_put_back(
    app: Flask, client: FlaskClient, cast: Cast
):
    page = made(app, cast)
    sign_in(client, cast.admin)
    at = PLACE.format(page)
    sent = edited(client, at, copy=MARK, title="Typed before")
    assert client.post(f"{at}autosave", data=sent).status_code == 200
    there = move(client, page)
    assert client.post(f"/a/acme/trash/{page}/restore").status_code == 302
    assert client.post(f"{at}autosave", data=sent | {"title": "Typed after"}).status_code == 200
    assert {(row.page_id, row.first("title")) for row in rows(app, WorkingCopy)} == {
        (there, "Typed before"), (page, "Typed after"),
    }  # fmt: skip
    assert client.post(at, data=sent | {"title": "Saved after"}).status_code == 302


@both_databases
def test_a_text_stays_where_its_writer_can_reach_it(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    berlin = move(client, made(app, cast))
    for who in (cast.berlin_editor, cast.admin):
        typing(app, cast, berlin, cast.berlin, who)
    answer = client.post(f"/a/acme-berlin/pages/{berlin}/move", data={"to": "acme-hamburg"})
    assert answer.status_code == 302
    found = {row.person_id: row.account_id for row in rows(app, WorkingCopy)}
    assert found == {cast.berlin_editor.id: cast.berlin.id, cast.admin.id: cast.hamburg.id}


def test_a_comment_that_an_older_version_took_from_outside_stays_marked(
    app: Flask, client: FlaskClient, cast: Cast
):
    page = made(app, cast)
    said = {"said": "comment", "name": "Max", "text": "Hm."}
    client.post(f"{a_link(app, cast, page)}/say", data=said)
    with app.app_context(), inside(app, cast):
        row = db.session.query(Comment).one()
        row.from_outside = False
        excuse(row, "As the older version left it.")
        db.session.commit()
    sign_in(client, cast.admin)
    there = move(client, page)
    shown = client.get(f"/a/acme-berlin/pages/{there}/comments/").text
    assert shown.count("From outside") == 1


@both_databases
def test_nothing_is_said_of_a_page_that_has_just_gone(app: Flask, cast: Cast):
    """Somebody who opened the page a moment ago says something while it is taken away."""
    page_id = made(app, cast)
    a_link(app, cast, page_id)
    with app.app_context(), inside(app, cast):
        by = as_actor(cast.admin)
        page = page_by_id(page_id, cast.acme.id)
        assert page is not None
        draft = revision_by_id(page.draft_revision_id, page)
        assert draft is not None
        shared = Shared(db.session.query(ShareLink).one(), page, draft, cast.acme)
        move_page(page, cast.acme, cast.berlin, by=TESTS)
        with pytest.raises(Problem, match="in the trash"):
            comment(page, cast.acme, "Too late.", by=by)
        with pytest.raises(Problem, match="not there any more"):
            comment_from_outside(shared, "Max", "Too late.")
