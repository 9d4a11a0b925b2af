"""Comments, answers, mentions, settling; and the bell that tells of them."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.content.comments import Comment
from portal.content.notifications import Notification
from tenants.audit import AuditEvent
from tenants.db import db
from tenants.scope import across_tenants, acting_in, tenant_scope
from tests.content.review_scene import crew
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import make_page

SAID = {"field": "title", "quote": "Menu", "text": "Shorter, @Arno Author?"}


@pytest.fixture
def at(app: Flask, cast: Cast) -> str:
    """Where the comments on a page of the editor's are."""
    with app.app_context():
        by = crew(cast)
        with acting_in(tenant_scope(cast.acme.tenant_id)):
            page = make_page(cast.acme, "Menu", by=by.editor)
            db.session.commit()
            return f"/a/acme/pages/{page.id}/comments/"


def rows(app: Flask, kind: Any) -> list:
    with app.app_context(), across_tenants("looking"):
        return list(db.session.scalars(select(kind).order_by(kind.id)))


def say(client: FlaskClient, at: str, **more: object) -> str:
    answer = client.post(at, data=SAID | more)
    assert answer.status_code == 302, answer.text
    return answer.location.split("#comment-")[1]


@both_databases
def test_a_thread_from_first_word_to_settled(app: Flask, client: FlaskClient, cast: Cast, at: str):
    sign_in(client, cast.publisher)
    first = say(client, at)
    page = client.get(at).text
    assert "Shorter, @Arno Author?" in page
    assert "Told: Arno Author" in page
    assert "Shorter" in client.get(at.removesuffix("comments/")).text
    sign_in(client, cast.author)
    assert "Pia Publisher mentioned you in a comment on “Menu”." in client.get("/a/acme/").text
    answer = client.post(f"{at}{first}/reply", data={"text": "Yes."})
    assert answer.status_code == 302
    sign_in(client, cast.publisher)
    assert "Arno Author answered a comment on “Menu”." in client.get("/a/acme/notifications/").text
    assert client.post(f"{at}{first}/resolve").status_code == 302
    assert "by Pia Publisher" in client.get(at).text
    assert client.post(f"{at}{first}/resolve").status_code == 302, "says so, does nothing"
    assert client.post(f"{at}{first}/reopen").status_code == 302
    client.post(f"{at}{first}/resolve")
    client.post(f"{at}{first}/reply", data={"text": "One more thing."})
    assert rows(app, Comment)[0].resolved_at is None, "an answer takes it up again"
    with app.app_context(), across_tenants("looking"):
        told = db.session.scalars(
            select(AuditEvent)
            .where(AuditEvent.event.startswith("comment."))
            .order_by(AuditEvent.id)
        ).all()
    assert [each.event.partition(".")[2] for each in told] == [
        "added", "added", "resolved", "reopened", "resolved", "added", "reopened",
    ]  # fmt: skip
    assert not any("Shorter" in str(each.changes) + each.reason for each in told)


def test_somebody_who_may_not_read_it_cannot_be_mentioned(
    app: Flask, client: FlaskClient, cast: Cast, at: str
):
    sign_in(client, cast.publisher)
    page = client.get(at).text
    for stranger in (cast.berlin_editor, cast.bolt_editor, cast.owner):
        assert str(stranger.id) not in page
        answer = client.post(at, data=SAID | {"mention": [str(stranger.id)]})
        assert answer.status_code == 422
        assert "Shorter" in answer.text
    say(client, at, text="@Ben Editor and @Olive Owner", mention=[str(cast.viewer.id)])
    assert {row.person_id for row in rows(app, Notification)} == {cast.viewer.id}


@pytest.mark.parametrize(
    "sent",
    [{"text": ""}, {"text": "x" * 5001}, {"quote": "x" * 301}, {"field": "nonsense"},
     {"text": "a\x00b"}, {"mention": ["nobody"]}],
)  # fmt: skip
def test_bad_input_keeps_what_was_typed(
    app: Flask, client: FlaskClient, cast: Cast, at: str, sent: dict
):
    sign_in(client, cast.publisher)
    answer = client.post(at, data={"quote": "My quote"} | SAID | sent)
    assert answer.status_code == 422
    assert "Menu" in answer.text
    assert rows(app, Comment) == []


def test_an_empty_answer_is_refused_where_it_was_given(
    app: Flask, client: FlaskClient, cast: Cast, at: str
):
    sign_in(client, cast.publisher)
    first = say(client, at)
    answer = client.post(f"{at}{first}/reply", data={"text": "y" * 5001})
    assert answer.status_code == 422
    assert "yyyy" in answer.text
    assert client.post(f"{at}{uuid.uuid4()}/reply", data={"text": "Yes."}).status_code == 404
    assert len(rows(app, Comment)) == 1


def test_comments_are_for_those_who_read_drafts(
    app: Flask, client: FlaskClient, cast: Cast, at: str
):
    sign_in(client, cast.viewer)
    first = say(client, at)
    for who, status in ((cast.auditor, 403), (cast.bolt_admin, 404), (cast.berlin_admin, 404)):
        sign_in(client, who)
        assert client.get(at).status_code == status
        assert client.post(at, data=SAID).status_code == status
        assert client.post(f"{at}{first}/resolve").status_code == status
    assert client.get(f"{at}{first}/resolve").status_code == 405


def test_hostile_words_stay_words(client: FlaskClient, cast: Cast, at: str):
    sign_in(client, cast.publisher)
    say(client, at, text="<script>alert(1)</script>", quote="<img src=x onerror=alert(1)>")
    page = client.get(at).text
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_the_bell_counts_and_is_emptied(app: Flask, client: FlaskClient, cast: Cast, at: str):
    sign_in(client, cast.publisher)
    say(client, at, text="@Arno Author")
    say(client, at, text="@Arno Author again")
    sign_in(client, cast.author)

    def bell() -> str:
        found = re.search(r'class="bell-count">(\d+)', client.get("/a/acme/").text)
        return found[1] if found else ""

    assert bell() == "2"
    row = rows(app, Notification)[0]
    answer = client.post(f"/a/acme/notifications/{row.id}/open")
    assert answer.location == f"{at}?about={row.comment_id}#comment-{row.comment_id}"
    assert bell() == "1"
    assert client.post("/a/acme/notifications/read").status_code == 302
    assert bell() == ""
    assert client.get("/a/acme/notifications/?before=x").status_code == 200


def test_nobody_opens_what_somebody_else_was_told(
    app: Flask, client: FlaskClient, cast: Cast, at: str
):
    sign_in(client, cast.publisher)
    say(client, at)
    row = rows(app, Notification)[0]
    for who in (cast.admin, cast.bolt_admin):
        sign_in(client, who)
        handle = who.handle
        assert client.post(f"/a/{handle}/notifications/{row.id}/open").status_code == 404
    assert rows(app, Notification)[0].read_at is None
