"""Limits and policies on the screen: seen, set, refused, and met while working."""

from __future__ import annotations

import io

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from portal.content.pages import Page
from tenants.audit import AuditEvent
from tenants.db import db
from tenants.quotas import Quota, Resource
from tenants.scope import across_tenants
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.tenants.limit_scene import add_person, limit

EMPTY = {"people": "", "items": "", "storage": "", "secondaries": "", "schedules": ""}


def berlin(cast: Cast) -> str:
    """Where Acme’s admin sets the limits of Berlin."""
    return f"/a/acme/limits/{cast.berlin.id}"


def limits_of(app: Flask, cast: Cast, handle: str) -> dict[str, int | None]:
    with app.app_context(), across_tenants("looking"):
        query = select(Quota).where(Quota.account_id == cast.accounts[handle].id)
        return {row.resource: row.amount for row in db.session.scalars(query)}


@both_databases
def test_an_admin_sets_the_limits_of_an_account_below(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    sent = EMPTY | {"items": "1,000", "storage": "1.5 GB", "because": "Their plan."}
    answer = client.post(berlin(cast), data=sent)
    assert answer.status_code == 302
    assert limits_of(app, cast, "acme-berlin") == {"items": 1000, "storage": 1_500_000_000}
    page = client.get("/a/acme-berlin/limits/").text
    assert "Limit of Acme Berlin" in page
    assert "6 of 1,000" in page
    assert "1.5 GB" in page
    with app.app_context(), across_tenants("looking"):
        told = db.session.scalars(select(AuditEvent).where(AuditEvent.event == "quota.set")).all()
    assert {row.reason for row in told} == {"Their plan."}
    assert 'value="1000"' in client.get(berlin(cast)).text
    client.post(berlin(cast), data=EMPTY)
    assert limits_of(app, cast, "acme-berlin") == {"items": None, "storage": None}


def test_nobody_sets_his_own_limits(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    own = {"data": EMPTY | {"items": "9"}}
    for address in (f"/a/acme/limits/{cast.acme.id}", f"/a/house/limits/{cast.acme.id}",
                    f"/a/acme/limits/{cast.mitte.id}"):  # fmt: skip
        assert client.post(address, **own).status_code == 404
    page = client.get("/a/acme/limits/")
    assert page.status_code == 200
    assert "lacks the right “Set limits for the accounts below this one”" in page.text
    sign_in(client, cast.operator)
    sent = {"data": EMPTY | {"items": "90"}}
    assert client.post(f"/a/house/limits/{cast.acme.id}", **sent).status_code == 302
    assert limits_of(app, cast, "acme") == {"items": 90}
    assert client.get("/a/house/limits/").status_code == 200


@pytest.mark.parametrize("who", ["publisher", "viewer"])
def test_without_the_right_limits_are_seen_and_not_set(client: FlaskClient, cast: Cast, who: str):
    sign_in(client, cast.people[who])
    assert client.get("/a/acme-berlin/limits/").status_code == 200
    assert client.post(berlin(cast), data=EMPTY).status_code == 403


def test_a_neighbour_finds_nothing(client: FlaskClient, cast: Cast):
    sign_in(client, cast.bolt_admin)
    for method, path in (("GET", "/a/acme/limits/"), ("GET", berlin(cast)), ("POST", berlin(cast)),
                         ("POST", f"/a/bolt/limits/{cast.berlin.id}")):  # fmt: skip
        assert client.open(path, method=method).status_code == 404


@pytest.mark.parametrize(
    ("field", "text"),
    [("items", "many"), ("items", "-1"), ("items", "1.5"), ("items", "5 GB"), ("storage", "1 XB"),
     ("storage", "0.0001 kB"), ("people", "9" * 30), ("schedules", "٣")],
)  # fmt: skip
def test_a_bad_limit_keeps_what_was_typed(
    app: Flask, client: FlaskClient, cast: Cast, field: str, text: str
):
    sign_in(client, cast.admin)
    answer = client.post(berlin(cast), data=EMPTY | {field: text, "because": "My long reason"})
    assert answer.status_code == 422
    assert "Give a whole number" in answer.text
    assert text in answer.text
    assert "My long reason" in answer.text
    assert limits_of(app, cast, "acme-berlin") == {}


def test_below_the_use_it_asks_first_and_changes_nothing(
    app: Flask, client: FlaskClient, cast: Cast
):
    sign_in(client, cast.admin)
    sent = EMPTY | {"items": "2", "people": "50"}
    answer = client.post(berlin(cast), data=sent)
    assert answer.status_code == 422
    assert "Acme Berlin has 6 pages and posts already" in answer.text
    assert limits_of(app, cast, "acme-berlin") == {}
    assert 'name="confirmed"' in answer.text
    answer = client.post(berlin(cast), data=sent | {"confirmed": "y"})
    assert answer.status_code == 302
    assert limits_of(app, cast, "acme-berlin") == {"items": 2, "people": 50}


def test_at_80_per_cent_dashboard_and_screen_warn(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.berlin_editor)
    with app.app_context():
        limit(cast, cast.acme, Resource.ITEMS, 16)
    assert "Little is left" not in client.get("/a/acme-berlin/").text
    with app.app_context():
        limit(cast, cast.acme, Resource.ITEMS, 15)
    text = client.get("/a/acme-berlin/").text
    assert "Little is left" in text
    assert "12 of 15 in use, limit of Acme" in text
    assert "80 % used" in client.get("/a/acme-berlin/limits/").text
    with app.app_context():
        limit(cast, cast.acme, Resource.ITEMS, 12)
    assert "A limit is reached" in client.get("/a/acme-berlin/").text


@both_databases
def test_a_full_account_takes_no_page_and_loses_no_word(
    app: Flask, client: FlaskClient, cast: Cast
):
    with app.app_context():
        limit(cast, cast.acme, Resource.ITEMS, 12)
    sign_in(client, cast.berlin_editor)
    sent = {"type": "post", "title": "My title", "body": "<p>My long words</p>", "tags": "new-tag"}
    answer = client.post("/a/acme-berlin/pages/new", data=sent)
    assert answer.status_code == 422
    assert "may have 12 pages and posts; 12 are in use" in answer.text
    assert "staff can raise the limit" in answer.text
    assert "My long words" in answer.text
    with app.app_context(), across_tenants("looking"):
        assert db.session.scalar(select(func.count(Page.id)).where(Page.title == "My title")) == 0


def test_a_full_account_takes_no_person(app: Flask, client: FlaskClient, cast: Cast):
    with app.app_context():
        limit(cast, cast.berlin, Resource.PEOPLE, 2)
    sign_in(client, cast.admin)
    page = client.get("/a/acme-berlin/people/give").text
    role = page.split('name="role"')[1].split('value="')[1].split('"')[0]
    sent = {"person": str(cast.viewer.id), "role": role, "reach": "subtree", "because": "Why not"}
    answer = client.post("/a/acme-berlin/people/give", data=sent)
    assert answer.status_code == 422
    assert "may have 2 people; 2 are in use" in answer.text
    assert "Why not" in answer.text


def test_a_full_account_takes_no_file(app: Flask, client: FlaskClient, cast: Cast):
    with app.app_context():
        limit(cast, cast.acme, Resource.STORAGE, 10)
    sign_in(client, cast.admin)
    answer = client.post("/a/acme/imports/new", data={"file": (io.BytesIO(b"x" * 11), "a.xml")})
    assert answer.status_code == 422
    assert "10 bytes of files; 0 are in use. 11 more are needed" in answer.text


def test_the_screen_takes_as_many_statements_for_many_accounts(
    app: Flask, client: FlaskClient, cast: Cast
):
    sign_in(client, cast.admin)

    def count(address: str) -> int:
        sent: list[str] = []

        def note(*args: object) -> None:
            sent.append(str(args[2]))

        with app.app_context():
            event.listen(db.engine, "before_cursor_execute", note)
        assert client.get(address).status_code == 200
        with app.app_context():
            event.remove(db.engine, "before_cursor_execute", note)
        return len(sent)

    count("/a/acme/limits/")
    few = count("/a/acme/limits/")
    with app.app_context():
        for account in (cast.acme, cast.berlin, cast.hamburg):
            for resource in Resource:
                limit(cast, account, resource, 1000)
    assert count("/a/acme/limits/") == few


def test_somebody_new_is_refused_where_there_is_no_room(app: Flask, cast: Cast):
    with app.app_context():
        limit(cast, cast.acme, Resource.PEOPLE, 7)
        add_person("new@new.example")
    runner = app.test_cli_runner()
    args = ["grant", "give", "new@new.example", "viewer", "acme", "--as", cast.admin.email]
    result = runner.invoke(args=args)
    assert result.exit_code == 1
    assert "may have 7 people; 7 are in use" in result.output


def test_the_command_line_lists_and_sets(app: Flask, cast: Cast):
    runner = app.test_cli_runner()

    def run(*args: str) -> str:
        result = runner.invoke(args=args)
        return f"{result.exit_code} {result.output}"

    by = ("--as", cast.admin.email)
    assert run("quota", "set", "acme-berlin", "items", "7", *by).startswith("0 set")
    assert "Acme Berlin: 6 of 7" in run("quota", "list", "acme-berlin")
    assert "1 portal: Acme Berlin has 6" in run("quota", "set", "acme-berlin", "items", "2", *by)
    assert run("quota", "set", "acme-berlin", "items", "x", *by).startswith("1 ")
    assert run("quota", "set", "acme", "items", "5", *by).startswith("1 ")
    assert run("quota", "set", "acme-berlin", "items", "none", *by).startswith("0 set")
    assert run("policy", "set", "acme", "review_steps", "2", *by).startswith("0 set")
    assert "at least 2 steps" in run("policy", "list", "acme-berlin")
    assert run("policy", "set", "acme-berlin", "review_steps", "1", *by).startswith("1 ")
    assert run("policy", "clear", "acme", "review_steps", *by).startswith("0 cleared")
    staff = ("--as", cast.operator.email)
    assert run("policy", "set", "house", "second_factor", "on", *staff).startswith("0 set")
    assert '"holds": true' in run("policy", "list", "bolt", "--json")
