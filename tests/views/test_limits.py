"""Limits and policies on the screen: seen, set, refused, and met while working."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, func, select

from portal.content.pages import Page
from tenants.audit import AuditEvent
from tenants.clock import now
from tenants.db import db
from tenants.policing import set_policy
from tenants.quotas import Quota, Resource
from tenants.scope import across_tenants
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS
from tests.tenants.limit_scene import add_person, limit

EMPTY = {"people": "", "items": "", "storage": "", "secondaries": "", "schedules": ""}


def limits_of(app: Flask, cast: Cast, handle: str) -> dict[str, int | None]:
    with app.app_context(), across_tenants("looking"):
        query = select(Quota).where(Quota.account_id == cast.accounts[handle].id)
        return {row.resource: row.amount for row in db.session.scalars(query)}


@both_databases
def test_an_admin_sets_the_limits_of_an_account_below(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    sent = EMPTY | {"items": "1,000", "storage": "1.5 GB", "because": "Their plan."}
    answer = client.post("/a/acme-berlin/limits/set", data=sent)
    assert answer.status_code == 302
    assert limits_of(app, cast, "acme-berlin") == {"items": 1000, "storage": 1_500_000_000}
    page = client.get("/a/acme-berlin/limits/").text
    assert "Limit of Acme Berlin" in page
    assert "6 of 1,000" in page
    assert "1.5 GB" in page
    with app.app_context(), across_tenants("looking"):
        told = db.session.scalars(select(AuditEvent).where(AuditEvent.event == "quota.set")).all()
    assert {row.reason for row in told} == {"Their plan."}
    assert 'value="1000"' in client.get("/a/acme-berlin/limits/set").text
    client.post("/a/acme-berlin/limits/set", data=EMPTY)
    assert limits_of(app, cast, "acme-berlin") == {"items": None, "storage": None}


def test_nobody_sets_his_own_limits(client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    answer = client.post("/a/acme/limits/set", data=EMPTY | {"items": "9"})
    assert answer.status_code == 403
    assert "at The House" in answer.text
    assert client.get("/a/acme/limits/set").status_code == 403
    page = client.get("/a/acme/limits/")
    assert page.status_code == 200
    assert "aria-disabled" in page.text
    sign_in(client, cast.operator)
    assert client.post("/a/acme/limits/set", data=EMPTY | {"items": "90"}).status_code == 302
    assert client.get("/a/house/limits/").status_code == 200
    assert client.get("/a/house/limits/set").status_code in {403, 404}


@pytest.mark.parametrize("who", ["publisher", "viewer"])
def test_without_the_right_limits_are_seen_and_not_set(client: FlaskClient, cast: Cast, who: str):
    sign_in(client, cast.people[who])
    assert client.get("/a/acme-berlin/limits/").status_code == 200
    assert client.post("/a/acme-berlin/limits/set", data=EMPTY).status_code == 403


def test_a_neighbour_finds_nothing(client: FlaskClient, cast: Cast):
    sign_in(client, cast.bolt_admin)
    for method, path in (("GET", "limits/"), ("GET", "limits/set"), ("POST", "limits/set"),
                         ("GET", "policies/"), ("POST", "policies/set"),
                         ("POST", "policies/clear")):  # fmt: skip
        assert client.open(f"/a/acme-berlin/{path}", method=method).status_code == 404
    assert client.get("/a/acme/policies/clear").status_code in {404, 405}


@pytest.mark.parametrize(
    ("field", "text"),
    [("items", "many"), ("items", "-1"), ("items", "1.5"), ("items", "5 GB"), ("storage", "1 XB"),
     ("storage", "0.0001 kB"), ("people", "9" * 30), ("schedules", "٣")],
)  # fmt: skip
def test_a_bad_limit_keeps_what_was_typed(
    app: Flask, client: FlaskClient, cast: Cast, field: str, text: str
):
    sign_in(client, cast.admin)
    answer = client.post(
        "/a/acme-berlin/limits/set", data=EMPTY | {field: text, "because": "My long reason"}
    )
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
    answer = client.post("/a/acme-berlin/limits/set", data=sent)
    assert answer.status_code == 422
    assert "Acme Berlin has 6 pages and posts already" in answer.text
    assert limits_of(app, cast, "acme-berlin") == {}
    assert 'name="confirmed"' in answer.text
    answer = client.post("/a/acme-berlin/limits/set", data=sent | {"confirmed": "y"})
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
    few, few_policies = count("/a/acme/limits/"), count("/a/acme/policies/")
    with app.app_context():
        for account in (cast.acme, cast.berlin, cast.hamburg):
            for resource in Resource:
                limit(cast, account, resource, 1000)
        with across_tenants("policies"):
            set_policy(cast.acme, "review_steps", "1", by=TESTS)
            set_policy(cast.house, "second_factor", "on", by=TESTS)
            db.session.commit()
    assert count("/a/acme/limits/") == few
    assert count("/a/acme/policies/") == few_policies


@both_databases
def test_policies_are_set_seen_below_and_cleared(client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    sent = {"policy": "session_idle_minutes", "value": "60", "because": "Shared computers."}
    assert client.post("/a/acme/policies/set", data=sent).status_code == 302
    text = client.get("/a/acme/policies/").text
    assert "at most 60 minutes" in text
    assert "Shared computers." in text
    assert 'value="60"' in client.get("/a/acme/policies/set?policy=session_idle_minutes").text
    for key in ("second_factor", "upload_types", "freeze_windows"):
        assert client.get(f"/a/acme/policies/set?policy={key}").status_code == 200
    on = {"policy": "second_factor", "value": "on"}
    assert client.post("/a/acme/policies/set", data=on).status_code == 302
    assert client.post("/a/acme/policies/set", data=on | {"value": "off"}).status_code == 422
    sign_in(client, cast.berlin_admin)
    assert "at most 60 minutes" in client.get("/a/acme-berlin/policies/").text
    answer = client.post("/a/acme-berlin/policies/set", data=sent | {"value": "90"})
    assert answer.status_code == 422
    assert "Acme set “Session unused” to at most 60 minutes" in answer.text
    assert "90" in answer.text
    assert "Shared computers." in answer.text
    sign_in(client, cast.admin)
    answer = client.post("/a/acme/policies/clear", data={"policy": "session_idle_minutes"})
    assert answer.status_code == 302
    assert "ended by admin@acme.example" in client.get("/a/acme/policies/").text


@both_databases
def test_staff_set_the_houses_policies_for_everybody(client: FlaskClient, cast: Cast):
    sign_in(client, cast.operator)
    sent = {"policy": "freeze_windows", "value": "Feast | 2026-12-20 | 2026-12-27 | Europe/Berlin"}
    assert client.post("/a/house/policies/set", data=sent).status_code == 302
    assert client.post("/a/house/policies/set", data=sent | {"value": "Feast"}).status_code == 422
    sign_in(client, cast.bolt_editor)
    text = client.get("/a/bolt/policies/").text
    assert "Feast (2026-12-20 00:00 to 2026-12-27 00:00, Europe/Berlin)" in text
    assert "the house" in text
    sign_in(client, cast.operator)
    answer = client.post("/a/house/policies/clear", data={"policy": "freeze_windows"})
    assert answer.status_code == 302
    sign_in(client, cast.bolt_editor)
    assert "Feast" not in client.get("/a/bolt/policies/").text


def test_policies_need_the_right_and_a_known_name(client: FlaskClient, cast: Cast):
    sign_in(client, cast.publisher)
    assert client.get("/a/acme/policies/").status_code == 200
    sent = {"policy": "review_steps", "value": "1"}
    assert client.post("/a/acme/policies/set", data=sent).status_code == 403
    assert client.post("/a/acme/policies/clear", data=sent).status_code == 403
    sign_in(client, cast.admin)
    assert client.post("/a/acme/policies/set", data={"policy": "x"}).status_code == 404
    assert client.get("/a/acme/policies/set").status_code == 404
    assert client.post("/a/acme/policies/clear", data={}).status_code == 404


@both_databases
def test_a_session_lasts_no_longer_than_the_policy_lets_it(
    app: Flask, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    sign_in(client, cast.admin)
    with app.app_context(), across_tenants("a policy"):
        set_policy(cast.house, "session_idle_minutes", "30", by=TESTS)
        set_policy(cast.acme, "session_total_hours", "2", by=TESTS)
        db.session.commit()
    start = now()
    for minutes, status in ((0, 200), (29, 200), (58, 200), (87, 200), (116, 200), (121, 302)):
        later = start + timedelta(minutes=minutes)
        monkeypatch.setattr("portal.requests.now", lambda later=later: later)
        monkeypatch.setattr("portal.identity.sessions.now", lambda later=later: later)
        assert client.get("/a/acme/").status_code == status, minutes
    sign_in(client, cast.bolt_admin)
    assert client.get("/a/bolt/").status_code == 200
    later = later + timedelta(minutes=31)
    monkeypatch.setattr("portal.requests.now", lambda: later)
    assert client.get("/a/bolt/").status_code == 302


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
