"""Coming in and going out."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.identity import passwords
from tenants.clock import now
from tests.fixtures.app import both_databases
from tests.fixtures.cast import PASSWORD, Cast
from tests.identity.common import browser, change, events, is_signed_in, post_sign_in

ODD = [
    "\x00",
    "a\x00b@acme.example",
    "x" * 100_000,
    "\u202eeditor@acme.example",
    "🦊",
    "a@b@c",
    " ",
]


@both_databases
def test_it_works(app: Flask, client: FlaskClient, cast: Cast):
    answer = post_sign_in(client, f"  {cast.editor.email.upper()} ")
    assert answer.status_code == 303
    assert answer.location == "/"
    assert is_signed_in(client)
    event = events(app, "session.started")[0]
    assert event.actor_id == cast.editor.id
    assert event.tenant_id == cast.house.id
    assert event.address == "127.0.0.1"


def test_the_form_helps_password_managers(client: FlaskClient):
    page = client.get("/sign-in").text
    assert 'type="email"' in page
    assert 'autocomplete="username"' in page
    assert 'type="password"' in page
    assert 'autocomplete="current-password"' in page


@both_databases
def test_all_who_may_not_come_in_get_the_same_answer(app: Flask, client: FlaskClient, cast: Cast):
    change(app, cast, cast.viewer, deactivated_at=now())
    change(app, cast, cast.author, password_hash=None)
    tries = [
        (cast.editor.email, "not the password"),
        (cast.viewer.email, PASSWORD),
        (cast.author.email, PASSWORD),
        ("nobody@acme.example", PASSWORD),
    ]
    answers = [post_sign_in(browser(app), *each) for each in tries]
    assert {a.status_code for a in answers} == {422}
    pages = {a.text.replace(email, "E-MAIL") for a, (email, _) in zip(answers, tries, strict=True)}
    assert len({without_token(page) for page in pages}) == 1
    assert "do not belong together" in answers[0].text
    assert [e.facts["email"] for e in events(app, "session.failed")] == [e for e, _ in tries]


def without_token(page: str) -> str:
    return "\n".join(line for line in page.splitlines() if "csrf_token" not in line)


def test_all_who_may_not_come_in_cost_one_hash(
    app: Flask, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    change(app, cast, cast.viewer, deactivated_at=now())
    change(app, cast, cast.author, password_hash=None)
    hashes: list[str] = []

    class Counting:
        def verify(self, stored: str, password: str) -> bool:
            hashes.append(stored)
            return real.verify(stored, password)

    real = passwords._hasher
    monkeypatch.setattr(passwords, "_hasher", Counting())
    for email in (cast.editor.email, cast.viewer.email, cast.author.email, "nobody@acme.example"):
        post_sign_in(client, email, "not the password")
    post_sign_in(client, cast.editor.email, "z" * 99_000)
    assert len(hashes) == 5
    assert {stored.split("$")[3] for stored in hashes} == {"m=19456,t=2,p=1"}


@pytest.mark.parametrize("odd", ODD, ids=lambda text: ascii(text[:12]))
def test_odd_fields_get_a_sentence(app: Flask, client: FlaskClient, cast: Cast, odd: str):
    for data in ({"email": odd, "password": PASSWORD}, {"email": "a@b.example", "password": odd}):
        answer = client.post("/sign-in", data=data)
        assert answer.status_code == 422
        assert "You are not signed in yet" in answer.text
    assert not is_signed_in(client)


@pytest.mark.parametrize("data", [{}, {"email": "a@b.example"}, {"password": "x"}])
def test_missing_fields_get_a_sentence(client: FlaskClient, data: dict[str, str]):
    answer = client.post("/sign-in", data=data)
    assert answer.status_code == 422
    assert "Give your" in answer.text


def test_the_password_never_comes_back(client: FlaskClient, cast: Cast):
    answer = post_sign_in(client, cast.editor.email, "typed wrongly, secret")
    assert cast.editor.email in answer.text
    assert "typed wrongly" not in answer.text


def test_it_needs_a_token_of_this_site(client: FlaskClient, cast: Cast):
    answer = post_sign_in(client, cast.editor.email, csrf=False)
    assert answer.status_code == 400
    assert not is_signed_in(client)


@pytest.mark.parametrize(
    ("target", "ends_at"),
    [
        ("/me/password", "/me/password"),
        ("/a/acme/?q=1", "/a/acme/?q=1"),
        ("//evil.example", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\tevil", "/"),
        ("///evil.example/", "/"),
        ("evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/" + "x" * 3000, "/"),
        ("", "/"),
    ],
)
def test_it_goes_on_only_inside(client: FlaskClient, cast: Cast, target: str, ends_at: str):
    answer = client.post(
        "/sign-in",
        query_string={"next": target},
        data={"email": cast.editor.email, "password": PASSWORD, "next": "//evil.example"},
    )
    assert answer.location == ends_at
    again = client.get("/sign-in", query_string={"next": target})
    assert again.location == ends_at


def test_a_page_that_needs_it_is_come_back_to(client: FlaskClient, cast: Cast):
    asked = client.get("/me/password?x=1")
    assert asked.location == "/sign-in?next=/me/password?x%3D1"
    assert post_sign_in(client, cast.editor.email, to=asked.location).location == "/me/password?x=1"


def test_a_try_in_the_dark_leaves_nothing_but_its_event(
    app: Flask, client: FlaskClient, cast: Cast
):
    post_sign_in(client, "nobody@acme.example")
    event = events(app, "session.failed")[0]
    assert event.actor_id is None
    assert event.target_id is None
    assert event.sentence == "failed to sign in as nobody@acme.example"


def test_before_there_is_a_house_the_answer_is_the_same(empty_app: Flask):
    answer = post_sign_in(browser(empty_app), "a@b.example")
    assert answer.status_code == 422
    assert "do not belong together" in answer.text
