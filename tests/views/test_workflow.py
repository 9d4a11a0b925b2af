"""The workflow of an account on the screen and on the command line; how mail comes."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.content.workflows import workflow_at
from tenants.db import db
from tenants.people import Person
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in

AT = "/a/acme/workflow/"
LAW = {"step-0-name": "Law", "step-0-who": "right:page.review", "step-0-due": "3",
       "step-0-remind": "1", "step-0-escalate": "2"}  # fmt: skip


def steps(app: Flask, cast: Cast, handle: str = "acme") -> list[str]:
    here = cast.accounts[handle]
    with app.app_context(), acting_in(tenant_scope(here.tenant_id)):
        return [step.name for step in workflow_at(here).steps]


@both_databases
def test_an_admin_sets_steps_for_here_and_below(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    assert "Nobody has to approve here" in client.get(AT).text
    form = client.get(f"{AT}edit").text
    role = re.search(r'value="(role:[^"]+)">Role Publisher', form)
    assert role
    sent = LAW | {"step-1-name": "Desk", "step-1-who": role[1], "because": "The lawyers ask."}
    assert client.post(f"{AT}edit", data=sent).status_code == 302
    assert steps(app, cast, "acme-berlin") == ["Law", "Desk"]
    page = client.get("/a/acme-berlin/workflow/").text
    assert "Role Publisher" in page
    assert "after 3 days" in page
    assert 'value="Law"' in client.get(f"{AT}edit").text
    sign_in(client, cast.berlin_admin)
    client.post("/a/acme-berlin/workflow/edit", data=LAW)
    assert steps(app, cast, "acme-berlin") == ["Law", "Desk", "Law (2)"]
    assert client.post("/a/acme-berlin/workflow/edit", data={"because": ""}).status_code == 302
    assert steps(app, cast, "acme-berlin") == ["Law", "Desk"], "what is set above stays"
    assert client.get("/a/acme-berlin/policies/set?policy=workflow").location.endswith("/edit")


@pytest.mark.parametrize(
    "sent",
    [{"step-0-due": "soon"}, {"step-0-due": "999"}, {"step-0-who": "role:nobody"},
     {"step-0-name": "x" * 61}, {"step-0-remind": "5"}, {"step-0-name": "a|b"},
     {"step-1-name": "law", "step-1-who": "right:page.review"}, {"because": "x" * 2001}],
)  # fmt: skip
def test_bad_steps_keep_what_was_typed(
    app: Flask, client: FlaskClient, cast: Cast, sent: dict[str, str]
):
    sign_in(client, cast.admin)
    answer = client.post(f"{AT}edit", data={"because": "My reason"} | LAW | sent)
    assert answer.status_code == 422
    assert "My reason" in answer.text or "because" in sent
    assert steps(app, cast) == []


def test_setting_needs_the_right(app: Flask, client: FlaskClient, cast: Cast):
    for who, status in ((cast.publisher, 403), (cast.bolt_admin, 404), (cast.berlin_admin, 404)):
        sign_in(client, who)
        assert client.post(f"{AT}edit", data=LAW).status_code == status
    sign_in(client, cast.publisher)
    assert "lacks the right" in client.get(AT).text
    assert steps(app, cast) == []


def test_the_house_sets_steps_for_everybody(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.operator)
    assert client.post("/a/house/workflow/edit", data=LAW).status_code == 302
    assert steps(app, cast, "bolt") == steps(app, cast, "acme-berlin") == ["Law"]


def test_the_command_line_lists_and_sets(app: Flask, cast: Cast):
    runner = app.test_cli_runner()

    def run(*args: str) -> str:
        result = runner.invoke(args=["workflow", *args])
        return f"{result.exit_code} {result.output}"

    by = ("--as", cast.admin.email)
    assert run("set", "acme", "Law | role:publisher | 3 | 1", "Facts", *by).startswith("0 2 set")
    assert "Role Publisher" in run("list", "acme-berlin")
    assert run("set", "acme", "Law | group:Nobody", *by).startswith("1 portal: There is no group")
    assert run("set", "acme", "Law", "--as", cast.editor.email).startswith("1 ")
    assert run("set", "acme", *by).startswith("0 cleared")
    assert run("list", "acme", "--json").startswith("0 []")


def test_everybody_chooses_how_mail_comes(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.viewer)
    sent = {"name": cast.viewer.name, "zone": "UTC", "notices": "digest"}
    assert client.post("/me/", data=sent).status_code == 303
    assert re.search(r'<option selected value="digest">', client.get("/me/").text)
    assert client.post("/me/", data=sent | {"notices": "hourly"}).status_code == 422
    with app.app_context():
        assert db.session.get_one(Person, cast.viewer.id).notices == "digest"
