"""Odd input gets a sentence: files for text, impossible dates, line breaks, strange handles."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.config import from_env
from portal.content.sites import site_of
from tenants.db import db
from tenants.people import Person
from tenants.roles import Role
from tenants.scope import across_tenants
from tests.fixtures.app import app_over, both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in

SETTINGS = {"name": "Acme", "zone": "UTC", "title": "Acme", "tagline": "", "language": "en"}


def a_file(text: str = "x") -> tuple[io.BytesIO, str]:
    return io.BytesIO(text.encode()), "a.txt"


@pytest.mark.parametrize(
    ("path", "name", "others", "said"),
    [
        ("/a/acme/pages/new", "title", {"type": "post"}, None),
        ("/a/acme/pages/new", "body", {"type": "post", "title": "T"}, None),
        ("/a/acme/pages/new", "tags", {"type": "post", "title": "T"}, None),
        ("/a/acme/people/give", "person", {}, "Choose a person or a group."),
        ("/a/acme/people/give", "because", {}, "Choose a person or a group."),
        ("/a/acme/settings/", "language", SETTINGS, None),
        ("/me/", "name", {"zone": "UTC"}, None),
        ("/me/password", "current", {}, "Give the password you have now."),
        ("/a/acme/imports/new", "csrf_token", {}, "Choose a file: WordPress"),
    ],
)
def test_a_file_where_text_belongs_is_nothing_sent(
    client: FlaskClient, cast: Cast, path: str, name: str, others: dict[str, str], said: str | None
) -> None:
    data: dict[str, Any] = {k: v for k, v in others.items() if k != name} | {name: a_file()}
    answer = sign_in(client, cast.admin).post(
        path, data=data, content_type="multipart/form-data"
    )  # fmt: skip
    assert answer.status_code in ({422} if said else {200, 302, 303, 422})
    assert (said or "") in answer.text
    assert "FileStorage" not in answer.text


@pytest.mark.parametrize("name", ["email", "password"])
def test_signing_in_with_a_file_gets_a_sentence(client: FlaskClient, name: str) -> None:
    data: dict[str, Any] = {"email": "a@b.example", "password": "p"} | {name: a_file()}
    answer = client.post("/sign-in", data=data, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "Give your" in answer.text


def test_the_import_still_takes_its_file(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.admin)
    sent = {"file": a_file("<rss/>")}
    answer = client.post("/a/acme/imports/new", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 302
    assert client.post("/a/acme/imports/new", data={"file": "text"}).status_code == 422


@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_an_impossible_end_gets_a_sentence(client: FlaskClient, cast: Cast, day: str) -> None:
    asked = {
        "person": str(cast.editor.id), "role": role_id(client, "Viewer"), "reach": "account",
        "until": day, "because": "Holiday cover.",
    }  # fmt: skip
    answer = sign_in(client, cast.admin).post("/a/acme/people/give", data=asked)
    assert answer.status_code == 422
    assert "between the years 1970 and 2200" in answer.text
    assert "Holiday cover." in answer.text


def role_id(client: FlaskClient, name: str) -> str:
    with client.application.app_context(), across_tenants("a role's id"):
        return str(db.session.scalar(select(Role.id).where(Role.name == name)))


def test_single_lines_stay_single(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.admin)
    sent = SETTINGS | {"title": "Acme\r\nBcc: x", "tagline": "one\n two\u2028three"}
    assert client.post("/a/acme/settings/", data=sent).status_code == 302
    assert client.post("/me/", data={"name": "Ada\nAdmin", "zone": "UTC"}).status_code == 303
    with client.application.app_context(), across_tenants("what was kept"):
        site = site_of(cast.acme.id)
        person = db.session.get(Person, cast.admin.id)
        assert site is not None
        assert person is not None
        assert (site.title, site.tagline) == ("Acme Bcc: x", "one two three")
        assert person.name == "Ada Admin"


def test_longer_texts_keep_their_lines(client: FlaskClient, cast: Cast) -> None:
    sent = {"type": "post", "excerpt": "one\r\ntwo", "title": "T" * 5000}
    answer = sign_in(client, cast.admin).post("/a/acme/pages/new", data=sent)
    assert answer.status_code == 422
    assert "one\r\ntwo" in answer.text


def test_a_language_does_not_end_in_a_line_break(client: FlaskClient, cast: Cast) -> None:
    sent = SETTINGS | {"language": "en\n"}
    assert sign_in(client, cast.admin).post("/a/acme/settings/", data=sent).status_code == 302
    assert 'value="en"' in client.get("/a/acme/settings/").text


@both_databases
@pytest.mark.parametrize("handle", ["%00", "acme%00", "ACME", "a%20b", "%F0%9F%90%88", "x" * 300])
def test_an_impossible_handle_is_nowhere(client: FlaskClient, cast: Cast, handle: str) -> None:
    assert sign_in(client, cast.admin).get(f"/a/{handle}/people/").status_code == 404


@pytest.mark.parametrize("path", ["/sign-in", "/sign-in/reset", "/sign-in/reset/asked"])
def test_head_is_get_signed_out(client: FlaskClient, path: str) -> None:
    assert client.head(path, audit=False).status_code == client.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/me/", "/me/password", "/a/acme/people/give", "/sign-in"])
def test_head_is_get_signed_in(client: FlaskClient, cast: Cast, path: str) -> None:
    sign_in(client, cast.admin)
    assert client.head(path, audit=False).status_code == client.get(path).status_code


PRODUCTION = {
    "APP_ENV": "production", "SECRET_KEY": "k" * 40, "ALLOW_SQLITE": "1",
    "PORTAL_URL": "https://Portal.example:8443/",
}  # fmt: skip


@pytest.mark.parametrize(
    ("env", "hosts"),
    [
        (PRODUCTION, ("portal.example",)),
        (PRODUCTION | {"TRUSTED_HOSTS": "a.example, b.example"}, ("a.example", "b.example")),
        (PRODUCTION | {"APP_ENV": ""}, ()),
        (PRODUCTION | {"PORTAL_URL": ""}, ()),
    ],
)
def test_production_answers_to_its_own_name(env: dict[str, str], hosts: tuple[str, ...]) -> None:
    assert from_env(env).trusted_hosts == hosts


def test_a_foreign_host_is_refused(database_url: str) -> None:
    hosts = from_env(PRODUCTION).trusted_hosts
    with app_over(database_url, trusted_hosts=hosts) as app:
        client = app.test_client()
        assert client.get("/healthz", base_url="http://portal.example:8443").status_code == 200
        assert client.get("/healthz", base_url="http://evil.example").status_code == 421
