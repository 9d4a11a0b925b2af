"""The same act for many pages, what became of each, and undoing it."""

from __future__ import annotations

import html
import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.content.drafting import Text, create_page
from portal.content.pages import Page, page_by_id, revision_by_id
from portal.content.terms import Term
from tenants.clock import now
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS, make_page
from tests.identity.common import events
from tests.views.test_pages import page_id

MANY = "/a/acme/pages/many"
ACTS = ("tag", "move", "publish", "unpublish", "trash")


def made(app: Flask, cast: Cast, *states: str) -> list[str]:
    """Ids of new pages in these states."""
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        pages = [
            make_page(cast.acme, f"Zebra {number}", state=state)
            for number, state in enumerate(states)
        ]
        db.session.commit()
        return [str(page.id) for page in pages]


def look(app: Flask, cast: Cast, page: str) -> dict[str, Any]:
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        row = page_by_id(uuid.UUID(page), cast.acme.id)
        if row is None:
            return {"state": "away"}
        draft = revision_by_id(row.draft_revision_id, row)
        assert draft is not None
        names = db.session.scalars(
            select(Term.name).where(Term.id.in_(map(uuid.UUID, draft.term_ids)))
        )
        return {"state": row.state, "parent": draft.parent_id, "tags": sorted(names),
                "address": row.address}  # fmt: skip


def act(client: FlaskClient, name: str, pages: list[str], **data: Any) -> tuple[str, str]:
    """Do it; return the result page and its address."""
    answer = client.post(f"{MANY}/{name}", data={"pages": pages, **data})
    assert answer.status_code == 303, answer.text
    return html.unescape(client.get(answer.location).text), answer.location


def take_back(client: FlaskClient, where: str) -> str:
    answer = client.post(f"{where}undo")
    assert answer.status_code == 303
    return html.unescape(client.get(answer.location).text)


@both_databases
def test_publishing_many_and_back(app: Flask, client: FlaskClient, cast: Cast):
    draft, live, _ = pages = made(app, cast, "draft", "live", "unpublished")
    sign_in(client, cast.publisher)
    shown, where = act(client, "publish", pages, reason="Launch.")
    assert "2 of 3 done" in shown
    assert "Revision 1 is live already" in shown
    told = events(app, "page.published")[-2:]
    assert [(e.reason, e.actor_label) for e in told] == [("Launch.", cast.publisher.email)] * 2
    assert {look(app, cast, page)["state"] for page in pages} == {"live"}
    assert "2 of 2 done" in take_back(client, where)
    assert look(app, cast, draft)["state"] == "unpublished"
    assert look(app, cast, live)["state"] == "live"
    assert client.post(f"{where}undo").status_code == 409


@both_databases
def test_offline_and_live_again(app: Flask, client: FlaskClient, cast: Cast):
    pages = made(app, cast, "live", "live", "draft")
    sign_in(client, cast.publisher)
    shown, where = act(client, "unpublish", pages)
    assert "2 of 3 done" in shown
    assert "not live, so there is nothing to take offline" in shown
    client.post(f"/a/acme/pages/{pages[0]}/publish", data={"revision": ""})
    assert "2 of 2 done" in take_back(client, where)
    assert look(app, cast, pages[1])["address"] == "/zebra-1/"


@both_databases
def test_tags_are_added_and_taken_off(app: Flask, client: FlaskClient, cast: Cast):
    pages = made(app, cast, "live", "draft")
    sign_in(client, cast.editor)
    shown, where = act(client, "tag", pages, tags="stripes, Africa")
    assert "Readers see it once it is published" in shown
    assert look(app, cast, pages[0])["tags"] == ["Africa", "stripes"]
    assert look(app, cast, pages[0])["state"] == "live+draft"
    again, _ = act(client, "tag", pages, tags="stripes")
    assert "0 of 2 done" in again
    assert "It is like this already" in again
    assert "2 of 2 done" in take_back(client, where)
    assert look(app, cast, pages[1])["tags"] == []


@both_databases
def test_moving_and_what_somebody_changed_since_stays(app: Flask, client: FlaskClient, cast: Cast):
    pages = made(app, cast, "draft", "draft", "draft")
    parent = pages.pop()
    sign_in(client, cast.editor)
    shown, where = act(client, "move", pages, parent=parent)
    assert "2 of 2 done" in shown
    assert str(look(app, cast, pages[0])["parent"]) == parent
    act(client, "tag", pages[:1], tags="later")
    undone = take_back(client, where)
    assert "1 of 2 done" in undone
    assert "changed since, so it stays" in undone
    assert look(app, cast, pages[1])["parent"] is None


@both_databases
def test_trashing_a_family_and_back(app: Flask, client: FlaskClient, cast: Cast):
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        above = make_page(cast.acme, "Above", state="live")
        below, _ = create_page(cast.acme, "page", Text(title="Below", parent_id=above.id), by=TESTS)
        db.session.commit()
        pages = [str(above.id), str(below.id)]
    sign_in(client, cast.publisher)
    shown, where = act(client, "trash", pages)
    assert "2 of 2 done" in shown
    assert look(app, cast, pages[0])["state"] == "away"
    assert "2 of 2 done" in take_back(client, where)
    assert look(app, cast, pages[0])["state"] == "live"
    assert look(app, cast, pages[1])["state"] == "draft"


def test_each_row_asks_for_its_own_right(app: Flask, client: FlaskClient, cast: Cast):
    pages = made(app, cast, "draft", "live")
    shown, _ = act(sign_in(client, cast.editor), "trash", pages)
    assert "1 of 2 done" in shown
    assert "page.publish" in shown
    refused, _ = act(sign_in(client, cast.author), "tag", pages[1:], tags="mine")
    assert "0 of 1 done" in refused
    assert "page.edit" in refused


@pytest.mark.parametrize("name", ACTS)
def test_a_list_with_one_foreign_id_is_refused_whole(
    app: Flask, client: FlaskClient, cast: Cast, name: str
):
    own = made(app, cast, "live" if name == "unpublish" else "draft")
    count = len(events(app, "page.changed")) + len(events(app, "page.published"))
    foreign = page_id(app, cast, "Plans for spring", "bolt")
    below = page_id(app, cast, "Plans for spring", "acme-berlin")
    sign_in(client, cast.publisher)
    for bad in (foreign, below, uuid.uuid4(), "x"):
        data = {"pages": [*own, str(bad)], "tags": "kept tag", "reason": "Kept reason."}
        answer = client.post(f"{MANY}/{name}", data=data)
        assert answer.status_code == 422
        assert name == "move" or "Plans for spring" not in answer.text
        assert "Kept reason." in answer.text
    after = len(events(app, "page.changed")) + len(events(app, "page.published"))
    assert after == count
    assert events(app, "page.trashed") == []


@pytest.mark.parametrize("name", ACTS)
def test_it_needs_the_right_and_good_input(app: Flask, client: FlaskClient, cast: Cast, name: str):
    pages = made(app, cast, "draft")
    for who, status in (("viewer", 403), ("auditor", 403), ("bolt_admin", 404)):
        sign_in(client, cast.people[who])
        assert client.get(f"{MANY}/{name}").status_code == status
        assert client.post(f"{MANY}/{name}", data={"pages": pages}).status_code == status
    sign_in(client, cast.publisher)
    assert "Zebra 0" in client.get(f"{MANY}/{name}", query_string={"pages": pages}).text
    assert client.post(f"{MANY}/{name}").status_code == 422
    assert look(app, cast, pages[0])["state"] == "draft"


def test_the_result_is_its_persons_own_and_undoing_ends(
    app: Flask, client: FlaskClient, cast: Cast
):
    pages = made(app, cast, "draft")
    _, where = act(sign_in(client, cast.publisher), "publish", pages)
    assert client.get(f"{where}undo").status_code == 405
    sign_in(client, cast.admin)
    assert client.get(where).status_code == 404
    assert client.post(f"{where}undo").status_code == 404
    sign_in(client, cast.publisher)
    with time_machine.travel(now() + timedelta(minutes=61), tick=True):
        assert "Undo" not in client.get(where).text
        assert client.post(f"{where}undo").status_code == 409
    assert look(app, cast, pages[0])["state"] == "live"


def test_the_list_offers_it(client: FlaskClient, cast: Cast):
    listed = sign_in(client, cast.editor).get("/a/acme/pages/").text
    assert listed.count('name="pages"') == 3
    assert "page.publish" in listed


def test_too_many_are_refused(app: Flask, client: FlaskClient, cast: Cast):
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        for number in range(101):
            db.session.add(row := Page(tenant_id=cast.acme.tenant_id, account_id=cast.acme.id,
                                       type="post", title=f"p{number}"))  # fmt: skip
            db.session.info.setdefault("recorded", set()).add(("Page", row.id))
        db.session.commit()
        ids = [str(i) for i in db.session.scalars(select(Page.id).where(Page.title.like("p%")))]
    answer = sign_in(client, cast.publisher).post(f"{MANY}/publish", data={"pages": ids})
    assert answer.status_code == 422
    assert "Choose at most 100 at once" in answer.text
