"""What people without an account see and do through a share link."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.content.comments import Comment
from portal.content.drafting import Text, save_draft
from portal.content.notifications import Notification
from portal.content.shares import ShareLink, ShareOpinion
from tenants.audit import AuditEvent
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS
from tests.fixtures.shares import (
    CHROME,
    LINK_PASSWORD,
    a_draft,
    a_link,
    change,
    on,
    rows,
    words,
)
from tests.views.test_drafts_cost import counted


def told(app: Flask) -> list[tuple[str, str]]:
    found = [e for e in rows(app, AuditEvent) if e.event.startswith("share.")]
    return [(e.event, e.actor_label) for e in found]


@both_databases
def test_it_shows_that_revision_and_says_what_it_is(app: Flask, client: FlaskClient, cast: Cast):
    page = a_draft(app, cast, body="<h2>Menu</h2><p>Asparagus.</p>")
    link = a_link(app, cast, page)

    def edit(row):
        text = Text(title="Spring menu", body="<p>Strawberries.</p>")
        save_draft(row, text, cast.acme, by=TESTS, based_on=row.draft_revision_id)

    change(app, page, cast, edit)
    answer = client.get(link, headers=CHROME)
    assert "<h2>Menu</h2><p>Asparagus.</p>" in answer.text
    assert "Strawberries." not in answer.text
    assert "Not published." in answer.text
    assert "Revision 1, shared by Edda Editor" in answer.text
    assert 'name="robots" content="noindex"' in answer.text
    assert "og:title" in answer.text
    assert "canonical" not in answer.text
    headers = answer.headers
    assert headers["X-Robots-Tag"].startswith("noindex")
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cache-Control"] == "no-store"
    assert "script-src" not in headers["Content-Security-Policy"], "nothing runs here"


def test_openings_are_counted_and_robots_are_not(app: Flask, client: FlaskClient, cast: Cast):
    page = a_draft(app, cast)
    link = a_link(app, cast, page)

    def opened() -> int:
        return int(rows(app, ShareLink)[0].opened)

    client.head(link, headers=CHROME, audit=False)
    for robot in ("Slackbot-LinkExpanding 1.0", "WhatsApp/2.2", "facebookexternalhit/1.1"):
        assert app.test_client().get(link, headers={"User-Agent": robot}).status_code == 200
    client.get(link, headers=CHROME | {"Sec-Purpose": "prefetch;prerender"})
    sign_in(client, cast.viewer).get(link, headers=CHROME)
    assert opened() == 0
    outsider = app.test_client()
    outsider.get(link, headers=CHROME)
    outsider.get(link, headers=CHROME)
    assert opened() == 1
    app.test_client().get(link, headers=CHROME)
    assert opened() == 2
    assert rows(app, ShareLink)[0].last_opened_at is not None
    assert told(app) == [("share.made", cast.editor.email)], "counted, not told one by one"


@both_databases
def test_a_comment_comes_from_outside(app: Flask, client: FlaskClient, cast: Cast):
    page = a_draft(app, cast)
    link = a_link(app, cast, page, maker=cast.publisher)
    answer = words(client, link, name="Max \u202eMuster", text="Too dear.")
    assert answer.status_code == 303
    assert "Your comment was handed on." in client.get(link).text
    (row,) = rows(app, Comment)
    assert (row.author_name, row.text, row.author_id) == ("Max Muster", "Too dear.", None)
    assert row.revision_number == 1
    assert "Too dear." not in client.get(link).text, "what is said stays with those who write"
    assert told(app)[1:] == [("share.commented", "Max Muster (from outside, by a share link)")]
    assert {n.person_id for n in rows(app, Notification)} == {cast.publisher.id, cast.editor.id}
    sign_in(client, cast.editor)
    shown = client.get(f"/a/acme/pages/{page}/comments/").text
    assert "From outside" in shown
    assert "(from outside)" in client.get(f"/a/acme/pages/{page}/").text
    (bell,) = [n for n in rows(app, Notification) if n.person_id == cast.editor.id]
    went = client.post(f"/a/acme/notifications/{bell.id}/open")
    assert f"comment-{row.id}" in went.location
    reply = f"/a/acme/pages/{page}/comments/{row.id}/reply"
    assert client.post(reply, data={"text": "We will see."}).status_code == 302


@both_databases
def test_an_opinion_counts_for_no_step(app: Flask, client: FlaskClient, cast: Cast):
    page = a_draft(app, cast)
    link = a_link(app, cast, page)
    assert words(client, link, "changes", text="").status_code == 422
    assert words(client, link, "changes", text="Shorter.").status_code == 303
    assert words(client, link, "approved").status_code == 303
    said = rows(app, ShareOpinion)
    assert [(row.said, row.name, row.text) for row in said] == [
        ("changes", "Max Muster", "Shorter."), ("approved", "Max Muster", ""),
    ]  # fmt: skip
    assert len(said[0].revision_digest) == 64
    assert [event for event, _ in told(app)][1:] == ["share.objected", "share.approved"]
    sign_in(client, cast.publisher)
    review = client.get(f"/a/acme/pages/{page}/review").text
    assert "Said from outside" in review
    assert "It counts for no step." in review
    assert "Shorter." in review
    assert "Asks for changes" in review
    sign_in(client, cast.editor)
    assert "it counts for no step" in client.get("/a/acme/notifications/").text


def test_only_what_the_link_allows(app: Flask, client: FlaskClient, cast: Cast):
    page = a_draft(app, cast)
    looks = a_link(app, cast, page, may_comment=False, may_approve=False)
    assert "say-title" not in client.get(looks).text
    for said in ("comment", "approved", "changes"):
        answer = words(client, looks, said, text="Anyway.")
        assert answer.status_code == 422
    assert words(client, looks, "published", text="x").status_code == 404
    assert rows(app, Comment) == rows(app, ShareOpinion) == []


@both_databases
def test_a_password_opens_it_for_one_browser(app: Flask, client: FlaskClient, cast: Cast):
    page = a_draft(app, cast, body="<p>Asparagus.</p>")
    link = a_link(app, cast, page, password=LINK_PASSWORD)
    locked = client.get(link, headers=CHROME)
    assert "Spring menu" not in locked.text
    assert "Asparagus" not in locked.text
    assert words(client, link, text="Let me in.").status_code == 404
    assert client.post(f"{link}/unlock", data={"password": ""}).status_code == 422
    wrong = client.post(f"{link}/unlock", data={"password": "rose station"})
    assert wrong.status_code == 422
    assert "This is not the password." in wrong.text
    assert "rose station" not in wrong.text
    assert rows(app, ShareLink)[0].opened == 0
    assert client.post(f"{link}/unlock", data={"password": LINK_PASSWORD}).status_code == 303
    assert "Asparagus." in client.get(link, headers=CHROME).text
    assert rows(app, ShareLink)[0].opened == 1
    assert words(client, link, text="Nice.").status_code == 303
    other = app.test_client()
    assert "Asparagus" not in other.get(link, headers=CHROME).text
    second = a_link(app, cast, page, password="another word entirely")
    assert "Asparagus" not in client.get(second).text, "one password opens one link"


def test_the_password_cannot_be_guessed_on_and_on(app: Flask, client: FlaskClient, cast: Cast):
    link = a_link(app, cast, a_draft(app, cast), password=LINK_PASSWORD)
    codes = [
        client.post(f"{link}/unlock", data={"password": ""}).status_code for _ in range(12)
    ]  # fmt: skip
    assert codes[:10] == [422] * 10
    assert codes[-1] == 429


def test_nobody_floods_the_comments(app: Flask, client: FlaskClient, cast: Cast):
    link = a_link(app, cast, a_draft(app, cast))
    codes = [words(client, link, text=f"No. {n}").status_code for n in range(12)]
    assert codes == [303] * 10 + [429] * 2
    kept = client.post(f"{link}/say", data={"name": "Max", "text": "Not lost"},
                       headers={"Sec-Fetch-Site": "same-origin"})  # fmt: skip
    assert "Not lost" in kept.text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"text": ""}, "Write something first."),
        ({"text": "x", "name": " "}, "Say who you are."),
        ({"text": "x", "name": "\u202e\u200f"}, "Say who you are."),
        ({"text": "x", "name": "\u200b\x1b\u3164\u00ad"}, "Say who you are."),
        ({"text": "\u200b\n\u2800"}, "Write something first."),
        ({"text": "x" * 100_000}, "Use at most 5,000 characters."),
        ({"text": "kept", "name": "x" * 101}, "Use at most 100 characters."),
        ({"text": "a\x00b"}, "NUL character"),
    ],
)
def test_bad_words_are_given_back(
    app: Flask, client: FlaskClient, cast: Cast, typed: dict[str, str], sentence: str
):
    link = a_link(app, cast, a_draft(app, cast))
    answer = words(client, link, **typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert typed["text"].replace("\x00", "\ufffd") in answer.text
    assert rows(app, Comment) == []


def test_it_takes_no_form_of_another_site(app: Flask, client: FlaskClient, cast: Cast):
    link = a_link(app, cast, a_draft(app, cast))
    for form in ("say", "unlock"):
        assert client.get(f"{link}/{form}").location == link, "a form's address asked for again"
    forged = client.post(f"{link}/say", data={"name": "Max", "text": "x"}, csrf=False)
    assert forged.status_code == 400
    assert rows(app, Comment) == []
    page = client.get(link, base_url="https://localhost").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    typed = {"name": "Max", "text": "x", "csrf_token": token}
    sent = client.post(f"{link}/say", data=typed, csrf=False, base_url="https://localhost")
    assert sent.status_code == 303, "and asks for no referrer, since the page sends none"


def test_it_costs_the_same_for_much(app: Flask, client: FlaskClient, cast: Cast):
    page = a_draft(app, cast)
    link = a_link(app, cast, page)
    client.get(link, headers=CHROME)
    once = len(counted(app, lambda: client.get(link, headers=CHROME)))
    assert once <= 16
    for number in range(3):
        words(client, link, text=f"No. {number}")
        a_link(app, cast, page)
    client.get(link)
    assert len(counted(app, lambda: client.get(link, headers=CHROME))) == once
    sign_in(client, cast.editor)
    assert client.get(on(page)).status_code == 200
