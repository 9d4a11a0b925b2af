"""Handing in, deciding and what waits, on the screen."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.content.reviews import Review
from tenants.db import db
from tenants.scope import across_tenants, acting_in, tenant_scope
from tenants.step_kinds import Step
from tests.content.review_scene import REVIEW, TWO, crew, hand_in, with_workflow
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import make_page


def scene(app: Flask, cast: Cast, steps: Sequence[Step] = REVIEW, *, handed: bool = True) -> str:
    """A page by the editor in a workflow, perhaps handed in; its address."""
    with app.app_context():
        by = crew(cast)
        with acting_in(tenant_scope(cast.acme.tenant_id)):
            with_workflow(cast.acme, steps)
            page = make_page(cast.acme, "Menu", by=by.editor)
            if handed:
                hand_in(page, cast.acme, by.editor)
            db.session.commit()
            return f"/a/acme/pages/{page.id}"


def rows(app: Flask, kind: Any) -> list:
    with app.app_context(), across_tenants("looking"):
        return list(db.session.scalars(select(kind).order_by(kind.created_at)))


def hidden(text: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"', text)
    assert found, name
    return found[1]


def form_of(client: FlaskClient, at: str) -> dict[str, str]:
    text = client.get(f"{at}/review").text
    return {name: hidden(text, name) for name in ("review", "step")}


@both_databases
def test_from_the_editor_to_readers(app: Flask, client: FlaskClient, cast: Cast):
    at = scene(app, cast, handed=False)
    sign_in(client, cast.editor)
    assert "Save and hand in…" in client.get(f"{at}/").text
    page = client.get(f"{at}/review").text
    assert "Hand in for “Review”" in page
    sent = {"revision": hidden(page, "revision"), "note": "Please look.", "assignee": "", "due": ""}
    assert client.post(f"{at}/review/submit", data=sent).status_code == 302
    sign_in(client, cast.publisher)
    assert "Not approved yet" in client.get(f"{at}/publish").text
    answer = client.post(f"{at}/publish", data={"revision": sent["revision"]})
    assert answer.status_code == 422
    assert "has not been approved in “Review” yet" in answer.text
    assert "Please look." in client.get(f"{at}/review").text
    assert "Menu" in client.get("/a/acme/waiting/").text
    assert "Waiting for me" in client.get("/a/acme/").text
    decision = form_of(client, at) | {"said": "approve", "reason": "Good."}
    assert client.post(f"{at}/review/decide", data=decision).status_code == 302
    assert "Nothing waits for you" in client.get("/a/acme/waiting/").text
    assert client.post(f"{at}/publish", data={"revision": sent["revision"]}).status_code == 302
    assert client.get("/s/acme/menu/").status_code == 200
    assert "approved revision 1 of" in client.get(f"{at}/history").text


def test_handing_back_needs_a_reason_and_reaches_the_author(
    app: Flask, client: FlaskClient, cast: Cast
):
    at = scene(app, cast)
    sign_in(client, cast.publisher)
    decision = form_of(client, at) | {"said": "reject", "reason": ""}
    answer = client.post(f"{at}/review/decide", data=decision)
    assert answer.status_code == 422
    assert "Say why" in answer.text
    decision["reason"] = "The prices are missing."
    assert client.post(f"{at}/review/decide", data=decision).status_code == 302
    sign_in(client, cast.editor)
    page = client.get(f"{at}/").text
    assert "Handed back" in page
    assert "The prices are missing." in page
    assert "Some words." in page


def test_a_void_review_is_seen_in_the_editor_and_in_the_history(
    app: Flask, client: FlaskClient, cast: Cast
):
    at = scene(app, cast)
    sign_in(client, cast.editor)
    page = client.get(f"{at}/").text
    sent = {"title": "Menu", "body": "<p>Other</p>", "based_on": hidden(page, "based_on"),
            "slug": "menu", "parent": ""}  # fmt: skip
    assert client.post(f"{at}/", data=sent).status_code == 302
    assert "The review is void" in client.get(f"{at}/").text
    assert "voided the review of" in client.get(f"{at}/history").text
    assert "The last review is void" in client.get(f"{at}/review").text
    assert rows(app, Review)[0].state == "voided"


def test_who_wrote_it_cannot_decide_and_is_told_why(app: Flask, client: FlaskClient, cast: Cast):
    with app.app_context():
        by = crew(cast)
        with acting_in(tenant_scope(cast.acme.tenant_id)):
            page = make_page(cast.acme, "Mine", by=by.publisher)
            row = hand_in(page, cast.acme, by.publisher)
            db.session.commit()
            at, sent = f"/a/acme/pages/{page.id}", {"review": str(row.id), "step": row.step}
    sign_in(client, cast.publisher)
    text = client.get(f"{at}/review").text
    assert "You wrote some of what is reviewed here" in text
    assert 'value="approve"' not in text
    answer = client.post(f"{at}/review/decide", data=sent | {"said": "approve"})
    assert answer.status_code == 422
    assert rows(app, Review)[0].state == "waiting"


def test_deciding_needs_the_right_and_a_neighbour_finds_nothing(
    app: Flask, client: FlaskClient, cast: Cast
):
    at = scene(app, cast)
    row = rows(app, Review)[0]
    sent = {"review": str(row.id), "step": "Review", "said": "approve"}
    for who, status in ((cast.editor, 403), (cast.viewer, 403), (cast.bolt_admin, 404),
                        (cast.berlin_admin, 404)):  # fmt: skip
        sign_in(client, who)
        assert client.post(f"{at}/review/decide", data=sent).status_code == status
    sign_in(client, cast.publisher)
    assert client.get(f"{at}/review/decide").status_code == 405
    other = sent | {"review": str(uuid.uuid4())}
    assert client.post(f"{at}/review/decide", data=other).status_code == 404
    assert client.post(f"{at}/review/decide", data=sent | {"review": "x"}).status_code == 404
    assert rows(app, Review)[0].state == "waiting"


@pytest.mark.parametrize(
    ("field", "value"),
    [("due", "soon"), ("assignee", "nobody"), ("note", "x" * 2001), ("due", "0001-01-01")],
)
def test_bad_input_keeps_what_was_typed(
    app: Flask, client: FlaskClient, cast: Cast, field: str, value: str
):
    at = scene(app, cast, handed=False)
    sign_in(client, cast.editor)
    revision = hidden(client.get(f"{at}/review").text, "revision")
    sent = {"revision": revision, "note": "My long note", "assignee": "", "due": ""} | {
        field: value
    }
    answer = client.post(f"{at}/review/submit", data=sent)
    assert answer.status_code == 422
    assert ("My long note" in answer.text) or field == "note"
    assert rows(app, Review) == []


def test_a_text_that_moved_on_is_not_handed_in(app: Flask, client: FlaskClient, cast: Cast):
    at = scene(app, cast, handed=False)
    sign_in(client, cast.editor)
    answer = client.post(f"{at}/review/submit", data={"revision": str(uuid.uuid4()), "note": "Hm"})
    assert answer.status_code == 409
    assert "Somebody saved in between" in answer.text


def test_it_is_put_into_hands_and_taken_back(app: Flask, client: FlaskClient, cast: Cast):
    at = scene(app, cast)
    row = rows(app, Review)[0]
    sign_in(client, cast.editor)
    sent = {"review": str(row.id), "assignee": str(cast.publisher.id)}
    assert client.post(f"{at}/review/assign", data=sent).status_code == 302
    assert "In the hands of Pia Publisher" in client.get(f"{at}/").text
    sent["assignee"] = str(cast.viewer.id)
    assert client.post(f"{at}/review/assign", data=sent).status_code == 400
    assert client.post(f"{at}/review/withdraw", data={"review": str(row.id)}).status_code == 302
    assert client.post(f"{at}/review/withdraw", data={"review": str(row.id)}).status_code == 409
    assert rows(app, Review)[0].state == "withdrawn"


def test_what_waits_takes_as_many_statements_for_many(
    app: Flask, client: FlaskClient, cast: Cast, statements
):
    scene(app, cast, TWO)
    sign_in(client, cast.admin)
    client.get("/a/acme/waiting/")
    few = statements(lambda: client.get("/a/acme/waiting/"))
    dashboard = statements(lambda: client.get("/a/acme/"))
    with app.app_context():
        by = crew(cast)
        with acting_in(tenant_scope(cast.acme.tenant_id)):
            for account in (cast.acme, cast.berlin, cast.hamburg, cast.mitte):
                for number in range(4):
                    page = make_page(account, f"Text {number}", by=by.author)
                    row = Review(
                        tenant_id=account.tenant_id, account_id=account.id, page_id=page.id,
                        page_title=page.title, revision_id=page.draft_revision_id,
                        revision_number=1, revision_digest="x", step="Law",
                        submitted_by_label="Arno",
                    )  # fmt: skip
                    db.session.add(row)
                    db.session.flush()
                    db.session.info["recorded"].add(("Review", row.id))
            db.session.commit()
    assert client.get("/a/acme/waiting/").text.count("Text ") == 16
    assert statements(lambda: client.get("/a/acme/waiting/")) == few
    assert statements(lambda: client.get("/a/acme/")) == dashboard


@pytest.fixture
def statements(app: Flask):
    """Count what a request sends to the database."""
    from sqlalchemy import event

    def count(act) -> int:
        sent: list[str] = []

        def note(*args: object) -> None:
            sent.append(str(args[2]))

        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            assert act().status_code == 200
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return len(sent)

    return count
