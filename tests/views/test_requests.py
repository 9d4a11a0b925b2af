"""Asking from a refusal, answering on the Requests screen, taking back, asking to join."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.identity.common import browser, events, link_in, mails
from tests.staff.test_lists import counted
from tests.views.test_invitations import role_id

ASK = "/ask/acme?right=page.publish"
LIST = "/a/acme/requests/"
REASON = "The spring issue goes out on Friday."


def ask(client: FlaskClient, to: str = ASK, **data: str) -> Any:
    return client.post(to, data={"reason": REASON, **data})


def waiting(app: Flask, cast: Cast, who: str = "editor", to: str = ASK) -> str:
    """Ask as somebody; return where an admin of Acme answers."""
    assert ask(sign_in(browser(app), cast.people[who]), to).status_code == 302
    page = sign_in(browser(app), cast.admin).get(LIST).text
    return re.findall(r'href="(/a/[^"]+/requests/[0-9a-f-]{36})"', page)[-1]


@both_databases
def test_it_is_asked_from_a_refusal_and_granted(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.viewer)
    refused = client.get("/a/acme/pages/new")
    assert refused.status_code == 403
    link = re.search(r'href="(/ask/acme\?right=page.create)"', refused.text)
    assert link, refused.text
    assert "Ada Admin" in client.get(link[1]).text
    assert ask(client, link[1], until="2030-05-04").location == "/me/#requests"
    assert "Waiting" in client.get("/me/").text
    (told,) = mails(app)
    assert told.recipient == cast.admin.email
    assert REASON not in told.text
    admin = sign_in(browser(app), cast.admin)
    assert '<span class="nav-count">1<' in admin.get("/a/acme/").text
    form = admin.get(link_in(told)).text
    assert REASON in form
    assert 'value="2030-05-04"' in form
    data = {"answer": "grant", "role": role_id(app, "author"), "reach": "account",
            "until": "2030-05-04", "because": "Welcome."}  # fmt: skip
    assert admin.post(link_in(told), data=data).location == LIST
    assert "nav-count" not in admin.get("/a/acme/").text
    assert client.get("/a/acme/pages/new").status_code == 200
    page = client.get("/me/").text
    assert "Granted" in page
    assert "Welcome." in page
    assert [mail.recipient for mail in mails(app)][1:] == [cast.viewer.email]
    assert admin.post(link_in(told), data=data).status_code == 409


@both_databases
def test_it_is_refused_with_a_reason(app: Flask, client: FlaskClient, cast: Cast):
    where = waiting(app, cast)
    sign_in(client, cast.admin)
    bare = client.post(where, data={"answer": "refuse"})
    assert bare.status_code == 422
    assert "Say why" in bare.text
    assert client.post(where, data={"answer": "refuse", "because": "Ask Pia."}).location == LIST
    editor = sign_in(browser(app), cast.editor)
    assert "Ask Pia." in editor.get("/me/").text
    assert "Ask Pia." in mails(app)[-1].text
    assert [e.event for e in events(app, "request.made", "request.refused")] == [
        "request.made", "request.refused",
    ]  # fmt: skip


def test_a_greyed_out_control_leads_to_asking(client: FlaskClient, cast: Cast):
    sign_in(client, cast.auditor)
    assert 'href="/ask/acme?right=grant.give"' in client.get("/a/acme/people/").text


def test_a_second_request_is_told_so(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.editor)
    ask(client)
    again = ask(client)
    assert again.status_code == 422
    assert "already; it waits for an answer" in again.text
    assert REASON in again.text
    assert len(mails(app)) == 1


@both_databases
def test_it_is_taken_back(app: Flask, client: FlaskClient, cast: Cast):
    waiting(app, cast)
    sign_in(client, cast.editor)
    (path,) = re.findall(r'action="(/me/requests/[^"]+/withdraw)"', client.get("/me/").text)
    assert sign_in(browser(app), cast.viewer).post(path).status_code == 404
    assert client.get(path).status_code == 405
    assert client.post(path, csrf=False).status_code == 400
    client.post(path)
    assert "Taken back" in client.get("/me/").text
    assert "Nothing waits" in sign_in(browser(app), cast.admin).get(LIST).text
    assert len(events(app, "request.withdrawn")) == 1


def test_who_cannot_give_it_neither_sees_nor_answers(app: Flask, client: FlaskClient, cast: Cast):
    where = waiting(app, cast)
    yes = {"answer": "grant", "role": role_id(app, "publisher"), "reach": "account"}
    for who, status in (("operator", 404), ("owner", 404), ("publisher", 403), ("editor", 403),
                        ("bolt_admin", 404), ("berlin_admin", 404)):  # fmt: skip
        sign_in(client, cast.people[who])
        assert client.get(where).status_code == status, who
        assert client.post(where, data=yes).status_code == status, who
    assert events(app, "request.granted") == []


def test_a_stronger_role_is_not_on_offer(app: Flask, client: FlaskClient, cast: Cast):
    where = waiting(app, cast)
    sign_in(client, cast.admin)
    for role in ("owner", "editor"):
        data = {"answer": "grant", "role": role_id(app, role), "reach": "subtree"}
        assert client.post(where, data=data).status_code == 422
    assert events(app, "request.granted") == []


@pytest.mark.parametrize(
    ("to", "data", "status", "sentence"),
    [
        (ASK, {"reason": " "}, 422, "Say what you need it for"),
        (ASK, {"reason": "x" * 2001}, 422, "at most 2,000"),
        (ASK, {"reason": "a\x00b"}, 422, "NUL"),
        (ASK, {"until": "2020-01-01"}, 422, "in the future"),
        (ASK, {"until": "soon"}, 422, "Not a valid date"),
        ("/ask/acme?right=page.view", {}, 200, "have this right already"),
        ("/ask/acme?right=everything", {}, 404, ""),
        ("/ask/acme", {}, 404, ""),
        ("/ask/bolt?right=page.view", {}, 404, ""),
        ("/ask/nowhere?right=page.view", {}, 404, ""),
    ],
)
def test_bad_input_gets_a_sentence(
    app: Flask, client: FlaskClient, cast: Cast, to: str, data: dict[str, str], status: int,
    sentence: str,
):  # fmt: skip
    sign_in(client, cast.editor)
    answer = ask(client, to, **data)
    assert answer.status_code == status
    assert sentence in answer.text
    assert mails(app) == []


@both_databases
def test_joining_says_the_same_whether_there_is_an_account(app: Flask, cast: Cast):
    seen = []
    for handle in ("acme", "no-such-place"):
        client = sign_in(browser(app), cast.bolt_editor)
        answer = client.post("/join", data={"handle": f" {handle.upper()} ", "reason": REASON})
        page = client.get("/me/").text
        again = client.post("/join", data={"handle": handle, "reason": REASON})
        seen.append((answer.status_code, answer.location, "If there is an account" in page,
                     page.count(f">{handle}<"), again.status_code))  # fmt: skip
    assert seen == [(302, "/me/#requests", True, 1, 422)] * 2
    (mail,) = mails(app)
    assert mail.recipient == cast.admin.email
    admin = sign_in(browser(app), cast.admin)
    data = {"answer": "grant", "role": role_id(app, "viewer"), "reach": "account"}
    assert admin.post(link_in(mail), data=data).status_code == 302
    assert sign_in(browser(app), cast.bolt_editor).get("/a/acme/").status_code == 200
    owner = sign_in(browser(app), cast.owner)
    assert "Nothing waits" in owner.get("/a/house/requests/").text


def test_nobody_asks_without_end(client: FlaskClient, cast: Cast):
    sign_in(client, cast.bolt_editor)
    codes = [client.post("/join", data={"handle": f"a{n}", "reason": "x"}).status_code
             for n in range(21)]  # fmt: skip
    assert codes == [302] * 20 + [429]


def test_the_list_takes_the_same_statements_for_many(app: Flask, cast: Cast):
    waiting(app, cast)
    admin = sign_in(browser(app), cast.admin)
    admin.get(LIST)
    with counted(app) as few:
        admin.get(LIST)
    for who in ("viewer", "author"):
        for right in ("page.publish", "grant.give", "trail.view"):
            waiting(app, cast, who, f"/ask/acme?right={right}")
    with counted(app) as lots:
        admin.get(LIST)
    assert len(lots) == len(few)
