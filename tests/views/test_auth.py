"""Coming in and going out."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from portal.identity import passwords
from tenants.clock import now
from tests.fixtures.app import both_databases
from tests.fixtures.cast import PASSWORD, Cast
from tests.fixtures.client import sign_in
from tests.identity.common import browser, change, events, is_signed_in, post_sign_in

ODD = ["\x00", "a\x00b@acme.example", "x" * 100_000, "\u202eeditor@acme.example", "🦊", "a@b@c", " "]


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


def test_the_cookie_is_fresh_after_signing_in(app: Flask, client: FlaskClient, cast: Cast):
    with client.session_transaction() as cookie:
        cookie.update(_user_id="planted by somebody else", planted="yes")
    post_sign_in(client, cast.editor.email)
    with client.session_transaction() as cookie:
        first = cookie["_user_id"]
        assert "planted" not in cookie
        assert first != "planted by somebody else"
    old = browser(app)
    copy_cookie(client, old)
    post_sign_in(client, cast.editor.email)
    with client.session_transaction() as cookie:
        assert cookie["_user_id"] != first
    assert is_signed_in(client)
    assert not is_signed_in(old)


def copy_cookie(source: FlaskClient, target: FlaskClient) -> None:
    cookie = source.get_cookie("portal")
    assert cookie is not None
    target.set_cookie("portal", cookie.value)


def test_signing_out_kills_the_session_itself(app: Flask, client: FlaskClient, cast: Cast):
    post_sign_in(client, cast.editor.email)
    thief = browser(app)
    copy_cookie(client, thief)
    assert is_signed_in(thief)
    answer = client.post("/sign-out")
    assert answer.location == "/sign-in"
    assert "You are signed out." in client.get("/sign-in").text
    assert not is_signed_in(client)
    assert not is_signed_in(thief)
    assert [e.facts["how"] for e in events(app, "session.ended")] == ["by the button"]
    assert client.post("/sign-out").status_code == 303


def test_signing_out_needs_a_post_with_a_token(client: FlaskClient, cast: Cast):
    post_sign_in(client, cast.editor.email)
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out", csrf=False).status_code == 400
    assert is_signed_in(client)


@pytest.mark.parametrize(("who", "hours"), [("editor", 14 * 24), ("support", 1)])
def test_a_device_left_alone_is_signed_out(client: FlaskClient, cast: Cast, who: str, hours: int):
    begun = now()
    with time_machine.travel(begun, tick=False):
        post_sign_in(client, cast.people[who].email)
    with time_machine.travel(begun + timedelta(hours=hours, seconds=-1), tick=False):
        assert is_signed_in(client)
    with time_machine.travel(begun + timedelta(hours=2 * hours), tick=False):
        assert not is_signed_in(client)


def test_the_cookie_of_staff_goes_with_the_browser(client: FlaskClient, cast: Cast):
    staff = post_sign_in(client, cast.owner.email).headers["Set-Cookie"]
    assert "Expires" not in staff
    other = post_sign_in(client, cast.editor.email).headers["Set-Cookie"]
    assert "Expires" in other


def test_a_deactivated_person_is_out_at_the_next_request(
    app: Flask, client: FlaskClient, cast: Cast
):
    post_sign_in(client, cast.editor.email)
    assert is_signed_in(client)
    change(app, cast, cast.editor, deactivated_at=now())
    assert not is_signed_in(client)


def test_new_rights_of_the_house_begin_with_signing_in_again(
    app: Flask, client: FlaskClient, cast: Cast
):
    sign_in(client, cast.editor)
    with app.app_context():
        from tenants.db import db
        from tenants.delegation import bestow
        from tenants.people import Person
        from tenants.roles import built_in
        from tenants.scope import acting_in, tenant_scope
        from tests.fixtures.pages import TESTS

        with acting_in(tenant_scope(cast.house.id)):
            person = db.session.get(Person, cast.editor.id)
            assert person is not None
            bestow(person, built_in("support"), cast.house, by=TESTS, because="Helps out.")
            db.session.commit()
    assert not is_signed_in(client)
    assert post_sign_in(client, cast.editor.email).status_code == 303
    assert is_signed_in(client)
    assert len(events(app, "session.ended")) == 1


def test_tampered_cookies_are_nobody(app: Flask, client: FlaskClient, cast: Cast):
    post_sign_in(client, cast.editor.email)
    cookie = client.get_cookie("portal")
    assert cookie is not None
    value = cookie.value
    for wrong in (value[:-1], value + "x", value.replace(".", "..", 1), "x", "", value[::-1]):
        client.set_cookie("portal", wrong)
        assert not is_signed_in(client)
    client.set_cookie("portal", value)
    assert is_signed_in(client)


def test_under_https_the_cookie_is_the_host_s_own(make_app, database_url: str, cast: Cast):
    app = make_app(database_url, base_url="https://localhost")
    client = browser(app)
    answer = client.post(
        "https://localhost/sign-in",
        data={"email": cast.editor.email, "password": PASSWORD},
        headers={"Referer": "https://localhost/sign-in"},
    )
    assert answer.status_code == 303
    cookies = answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 1
    name, *attributes = cookies[0].split("; ")
    assert name.startswith("__Host-portal=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(attributes)
    assert not any(each.lower().startswith("domain") for each in attributes)
    assert answer.headers["Cache-Control"] == "no-store"


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
