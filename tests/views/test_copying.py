"""A page once more, and a page in another account of the tenant."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.content.drafting import Text, save_draft
from portal.content.filing import tags_named
from portal.content.pages import Page, Revision, digest_now, page_by_id, revision_by_id
from portal.content.reviewing import submit
from portal.content.starting import save_template
from portal.content.terms import Term
from portal.content.trash import put_in_trash, trashed_by_id
from tenants.db import db
from tenants.quotas import Resource
from tenants.scope import acting_in, tenant_scope
from tests.content.type_scene import event, event_type
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS, make_page
from tests.identity.common import events
from tests.tenants.limit_scene import limit
from tests.views.test_pages import page_id


def inside(app: Flask, cast: Cast):
    """A scope of all of Acme."""
    return acting_in(tenant_scope(cast.acme.tenant_id))


def made(app: Flask, cast: Cast, state: str = "draft", revisions: int = 3) -> uuid.UUID:
    """A tagged page with some revisions."""
    with app.app_context(), inside(app, cast):
        page = make_page(cast.acme, "Zebra", state=state)
        tags = tuple(str(t.id) for t in tags_named(cast.acme, ["Stripes"]))
        for number in range(2, revisions + 1):
            text = Text(title="Zebra", body=f"<p>Take {number}.</p>", term_ids=tags)
            save_draft(page, text, cast.acme, by=TESTS, based_on=page.draft_revision_id)
        db.session.commit()
        return page.id


def arrived(answer: Any) -> uuid.UUID:
    return uuid.UUID(answer.location.rstrip("/").rpartition("/")[2])


def test_a_copy_says_what_the_draft_says(app: Flask, client: FlaskClient, cast: Cast):
    original = made(app, cast, "live")
    url = f"/a/acme/pages/{original}/duplicate"
    sign_in(client, cast.author)
    assert "What is copied" in client.get(url).text
    answer = client.post(url, data={"title": "Quagga"})
    assert answer.status_code == 302
    with app.app_context(), inside(app, cast):
        copy = page_by_id(arrived(answer), cast.acme.id)
        assert copy is not None
        assert (copy.title, copy.state, copy.author_id) == ("Quagga", "draft", cast.author.id)
        only = db.session.scalars(select(Revision).where(Revision.page_id == copy.id)).one()
        assert (only.body, only.slug, len(only.term_ids)) == ("<p>Take 3.</p>", "quagga", 1)
        kept = page_by_id(original, cast.acme.id)
        assert kept is not None
        assert kept.state == "live+draft"
    told = events(app, "page.copied")[-1]
    assert (told.facts["source"], told.actor_label) == ("Zebra", cast.author.email)


def test_copying_needs_room_the_right_and_good_input(app: Flask, client: FlaskClient, cast: Cast):
    page = made(app, cast)
    url = f"/a/acme/pages/{page}/duplicate"
    assert sign_in(client, cast.viewer).post(url).status_code == 403
    assert sign_in(client, cast.bolt_admin).post(url).status_code == 404
    elsewhere = url.replace("/acme/", "/bolt/")
    assert client.get(elsewhere).status_code == client.post(elsewhere).status_code == 404
    sign_in(client, cast.author)
    long = client.post(url, data={"title": "x" * 600})
    assert (long.status_code, "x" * 600 in long.text) == (422, True)
    with app.app_context():
        limit(cast, cast.acme, Resource.ITEMS, 13)
    full = client.post(url, data={"title": "Kept title"})
    assert full.status_code == 422
    assert "may have 13 pages and posts" in full.text
    assert "Kept title" in full.text
    assert events(app, "page.copied") == []


@both_databases
def test_a_page_moves_with_its_revisions(app: Flask, client: FlaskClient, cast: Cast):
    page = made(app, cast, "live")
    url = f"/a/acme/pages/{page}/move"
    sign_in(client, cast.admin)
    assert "It is live here" in client.get(url).text
    answer = client.post(url, data={"to": "acme-berlin", "reason": "Berlin writes it."})
    assert answer.status_code == 302
    assert "is at Acme Berlin now, as a draft" in client.get(answer.location).text
    with app.app_context(), inside(app, cast):
        there = page_by_id(arrived(answer), cast.berlin.id)
        assert there is not None
        assert (there.state, there.address, there.title) == ("draft", None, "Zebra")
        query = select(Revision).where(Revision.page_id == there.id).order_by(Revision.number)
        rows = list(db.session.scalars(query))
        assert [row.number for row in rows] == [1, 2, 3]
        assert {row.account_id for row in rows} == {cast.berlin.id}
        assert all(row.digest == digest_now(row) for row in rows)
        term = db.session.get_one(Term, uuid.UUID(rows[-1].term_ids[0]))
        assert (term.account_id, term.name) == (cast.berlin.id, "Stripes")
        assert trashed_by_id(page, cast.acme.id) is not None
    gone, came = events(app, "page.moved")[-1], events(app, "page.arrived")[-1]
    assert (gone.account_id, gone.facts["account"]) == (cast.acme.id, "Acme Berlin")
    assert (came.account_id, came.facts["account"]) == (cast.berlin.id, "Acme")
    assert {gone.reason, came.reason} == {"Berlin writes it."}
    assert client.get("/s/acme/zebra/").status_code == 410


@pytest.mark.parametrize("to", ["bolt", "house", "acme", "nowhere", "", "acme-berlin\x00"])
def test_only_to_other_accounts_of_the_tenant(app: Flask, client: FlaskClient, cast: Cast, to: str):
    page = made(app, cast)
    sign_in(client, cast.admin)
    answer = client.post(f"/a/acme/pages/{page}/move", data={"to": to, "reason": "Kept reason."})
    assert answer.status_code == 422
    assert "Kept reason." in answer.text
    assert events(app, "page.moved") == []
    assert "Zebra" in client.get("/a/acme/pages/").text


def test_rights_at_both_ends(app: Flask, client: FlaskClient, cast: Cast):
    live, own = page_id(app, cast), page_id(app, cast, "Welcome", "acme-berlin")
    url = f"/a/acme/pages/{live}/move"
    assert sign_in(client, cast.viewer).post(url, data={"to": "acme-berlin"}).status_code == 403
    assert sign_in(client, cast.bolt_admin).post(url, data={"to": "bolt"}).status_code == 404
    sign_in(client, cast.editor)  # may edit below as well, and publish nowhere
    assert "page.publish" in client.get(url).text
    assert client.post(url, data={"to": "acme-berlin"}).status_code == 403
    sign_in(client, cast.berlin_admin)  # has nothing to say above
    answer = client.post(f"/a/acme-berlin/pages/{own}/move", data={"to": "acme"})
    assert answer.status_code == 422
    theirs = f"/a/acme-berlin/pages/{live}/move"
    assert client.post(theirs, data={"to": "acme-berlin-mitte"}).status_code == 404
    assert events(app, "page.moved") == []


def test_the_limit_of_the_other_end_counts(app: Flask, client: FlaskClient, cast: Cast):
    page = made(app, cast)
    with app.app_context():
        limit(cast, cast.berlin, Resource.ITEMS, 6)
        limit(cast, cast.acme, Resource.ITEMS, 13)
    sign_in(client, cast.admin)
    answer = client.post(f"/a/acme/pages/{page}/move", data={"to": "acme-berlin"})
    assert answer.status_code == 422
    assert "Acme Berlin and everything below it may have 6" in answer.text
    moved = client.post(f"/a/acme/pages/{page}/move", data={"to": "acme-hamburg"})
    assert moved.status_code == 302, "a move takes no place from the pool around both"
    with app.app_context(), inside(app, cast):
        assert db.session.scalar(select(Page).where(Page.account_id == cast.hamburg.id,
                                                    Page.title == "Zebra"))  # fmt: skip


def test_only_to_where_its_type_is_there(app: Flask, client: FlaskClient, cast: Cast):
    with app.app_context(), inside(app, cast):
        event_type(cast.berlin)
        page = event(cast.berlin).id
        db.session.commit()
    sign_in(client, cast.admin)
    url = f"/a/acme-berlin/pages/{page}/move"
    refused = client.post(url, data={"to": "acme-hamburg"})
    assert refused.status_code == 422
    assert "cannot stand at Acme Hamburg: the type is not there" in refused.text
    assert client.post(url, data={"to": "acme-berlin-mitte"}).status_code == 302


def test_what_a_page_refers_to_may_be_gone(app: Flask, client: FlaskClient, cast: Cast):
    with app.app_context(), inside(app, cast):
        event_type(cast.acme)
        other = make_page(cast.acme, "Other")
        page = event(cast.acme, **{"part-of": str(other.id)})
        template = save_template(page, cast.acme, "Fairs", by=TESTS).id
        put_in_trash(other, cast.acme, by=TESTS)
        db.session.commit()
        url = f"/a/acme/pages/{page.id}/"
    sign_in(client, cast.admin)
    for at, typed in (
        (f"{url}duplicate", {"title": "Copy"}),
        (f"{url}translations/start", {"title": "Fest", "into": "de"}),
        (f"/a/acme/templates/{template}/start", {"title": "Once more"}),
        (f"/a/acme-berlin/templates/{template}/start", {"title": "Once more"}),
    ):
        answer = client.post(at, data=typed)
        assert answer.status_code == 302, at
        assert "“Part of” refers to content that is not there" in client.get(answer.location).text


def test_nobody_waits_for_what_is_gone(app: Flask, client: FlaskClient, cast: Cast):
    page = made(app, cast)
    with app.app_context():
        editor = as_actor(cast.editor)
        with inside(app, cast):
            row = page_by_id(page, cast.acme.id)
            assert row is not None
            draft = revision_by_id(row.draft_revision_id, row)
            assert draft is not None
            submit(row, draft, cast.acme, by=editor)
            db.session.commit()
    assert "Zebra" in sign_in(client, cast.publisher).get("/a/acme/waiting/").text
    sign_in(client, cast.admin).post(f"/a/acme/pages/{page}/move", data={"to": "acme-berlin"})
    assert "Zebra" not in sign_in(client, cast.publisher).get("/a/acme/waiting/").text
