"""Tags and categories: started, renamed, merged, deleted; archives and old addresses stay right."""

from __future__ import annotations

import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.content.drafting import Text, create_page, save_draft, text_of
from portal.content.filing import tags_named, terms_by_ids
from portal.content.pages import Page, page_by_id, revision_by_id
from portal.content.publishing import publish
from portal.content.terms import PageTerm, Term
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS
from tests.identity.common import events

HOME = "/a/acme/terms/"


def scope(cast: Cast):
    return acting_in(tenant_scope(cast.acme.tenant_id))


def live_post(app: Flask, cast: Cast, title: str, *tags: str) -> uuid.UUID:
    with app.app_context(), scope(cast):
        ids = tuple(str(t.id) for t in tags_named(cast.acme, list(tags)))
        page, saved = create_page(cast.acme, "post", Text(title=title, term_ids=ids), by=TESTS)
        publish(page, saved.revision, cast.acme, by=TESTS)
        db.session.commit()
        return page.id


def term_id(app: Flask, cast: Cast, slug: str) -> uuid.UUID:
    with app.app_context(), scope(cast):
        return db.session.scalars(select(Term.id).where(Term.slug == slug)).one()


def tags_of(app: Flask, cast: Cast, page: uuid.UUID) -> list[str]:
    """The names that the page's draft means today."""
    with app.app_context(), scope(cast):
        row = page_by_id(page, cast.acme.id)
        assert row is not None
        draft = revision_by_id(row.draft_revision_id, row)
        assert draft is not None
        return [t.name for t in terms_by_ids(cast.acme.id, draft.term_ids)]


@both_databases
def test_merging_keeps_archives_addresses_and_old_revisions_right(
    app: Flask, client: FlaskClient, cast: Cast
):
    first = live_post(app, cast, "One", "Colour")
    both = live_post(app, cast, "Two", "Colour", "Color")
    hue = live_post(app, cast, "Three", "Hue")
    sign_in(client, cast.publisher)
    for old, into, pages in (("hue", "colour", 1), ("colour", "Color", 3)):
        url = f"{HOME}{term_id(app, cast, old)}/merge"
        assert client.get(url).status_code == 200
        answer = client.post(url, data={"into": into, "reason": "One word."})
        assert answer.status_code == 303
        assert events(app, "term.merged")[-1].facts["pages"] == pages
    archive = client.get("/s/acme/tags/color/").text
    for title in ("One", "Two", "Three"):
        assert title in archive
    for old in ("colour", "hue"):
        moved = client.get(f"/s/acme/tags/{old}/")
        assert (moved.status_code, moved.location) == (301, "/s/acme/tags/color/")
    for page in (first, both, hue):
        assert tags_of(app, cast, page) == ["Color"]
    assert "/tags/color/" in client.get("/s/acme/posts/one/").text
    client.get(HOME)  # says what was merged
    listed = client.get(f"{HOME}?kind=tag").text
    assert "Color" in listed
    assert "Colour" not in listed
    with app.app_context(), scope(cast):
        assert [t.name for t in tags_named(cast.acme, ["colour", "Hue"])] == ["Color"]
        row = db.session.get_one(Page, first)
        draft = revision_by_id(row.draft_revision_id, row)
        assert draft is not None
        saved = save_draft(row, text_of(draft), cast.acme, by=TESTS, based_on=draft.id)
        assert not saved.changed, "the revision says what it said"
        names = select(PageTerm.page_id).join(Term, Term.id == PageTerm.term_id)
        assert len(set(db.session.scalars(names.where(Term.name == "Color")))) == 3


@both_databases
def test_a_new_address_is_led_to_and_can_be_taken_back(app: Flask, client: FlaskClient, cast: Cast):
    live_post(app, cast, "One", "Colour")
    sign_in(client, cast.publisher)
    url = f"{HOME}{term_id(app, cast, 'colour')}/"
    assert client.post(url, data={"name": "Shade", "slug": "Shade!"}).status_code == 303
    assert client.get("/s/acme/tags/colour/").location == "/s/acme/tags/shade/"
    assert "One" in client.get("/s/acme/tags/shade/").text
    told = events(app, "term.renamed")[-1]
    assert told.changes == {"name": ["Colour", "Shade"], "address": ["colour", "shade"]}
    assert client.post(url, data={"name": "Colour", "slug": "colour"}).status_code == 303
    assert client.get("/s/acme/tags/shade/").location == "/s/acme/tags/colour/"
    assert "One" in client.get("/s/acme/tags/colour/").text


def test_only_what_nothing_stands_under_is_deleted(app: Flask, client: FlaskClient, cast: Cast):
    live_post(app, cast, "One", "Used")
    with app.app_context(), scope(cast):
        drafted = tags_named(cast.acme, ["Drafted"])
        tags_named(cast.acme, ["Idle"])
        create_page(cast.acme, "post", Text(term_ids=(str(drafted[0].id),)), by=TESTS)
        db.session.commit()
    sign_in(client, cast.publisher)
    for slug, status in (("used", 409), ("drafted", 409), ("idle", 303)):
        answer = client.post(f"{HOME}{term_id(app, cast, slug)}/delete")
        assert answer.status_code == status
    assert [e.target_label for e in events(app, "term.deleted")] == ["Idle"]


def test_a_category_starts_here(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.editor)
    assert client.post(f"{HOME}new", data={"name": "News", "kind": "category"}).status_code == 303
    again = client.post(f"{HOME}new", data={"name": " news ", "kind": "category"})
    assert again.status_code == 422
    assert "this name already" in again.text
    assert "News" in client.get("/a/acme/pages/new").text
    assert events(app, "term.started")[-1].actor_label == cast.editor.email


@pytest.mark.parametrize(
    ("path", "data", "sentence"),
    [
        ("new", {"name": "", "kind": "tag"}, "Give it a name"),
        ("new", {"name": "x" * 100_000, "kind": "tag"}, "Use at most 100 characters"),
        ("new", {"name": "x", "kind": "menu"}, "Not a valid choice"),
        ("{term}/", {"name": "x\x00y", "reason": "Kept."}, "NUL character"),
        (
            "{term}/",
            {"name": "x", "slug": "other", "reason": "Kept."},
            "belongs to the tag",
        ),
        ("{term}/merge", {"into": "nothing such", "reason": "Kept."}, "There is no tag"),
        ("{term}/merge", {"into": "Colour", "reason": "Kept."}, "Choose another tag"),
        ("{term}/merge", {"into": "theirs", "reason": "Kept."}, "There is no tag"),
    ],
)
def test_bad_input_gets_a_sentence(
    app: Flask, client: FlaskClient, cast: Cast, path: str, data: dict[str, str], sentence: str
):
    live_post(app, cast, "One", "Colour", "Other")
    with app.app_context(), acting_in(tenant_scope(cast.bolt.tenant_id)):
        tags_named(cast.bolt, ["theirs"])
        db.session.commit()
    sign_in(client, cast.publisher)
    url = HOME + path.format(term=term_id(app, cast, "colour"))
    answer = client.post(url, data=data)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert data.get("reason", "") in answer.text
    assert events(app, "term.merged") == []


def test_who_may(app: Flask, client: FlaskClient, cast: Cast):
    live_post(app, cast, "One", "Colour")
    own = f"{HOME}{term_id(app, cast, 'colour')}/"
    for who, status in (("editor", 403), ("viewer", 403), ("bolt_admin", 404)):
        sign_in(client, cast.people[who])
        for path in (own, f"{own}merge", f"{own}delete"):
            assert client.post(path, data={"name": "Mine", "into": "x"}).status_code == status
    sign_in(client, cast.viewer)
    assert "page.publish" in client.get(f"{HOME}?kind=tag").text
    sign_in(client, cast.bolt_admin)
    assert client.post(own.replace("/acme/", "/bolt/"), data={"name": "Mine"}).status_code == 404
    assert "Colour" not in client.get("/a/bolt/terms/?kind=tag").text
    assert sign_in(client, cast.admin).get(f"{own}delete").status_code == 405
