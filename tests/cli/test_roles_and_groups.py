"""Roles and groups on the command line, by the same actions as in the browser."""

from __future__ import annotations

import json
import re

import pytest
from flask import Flask

from tenants.built_in import BUILT_IN
from tenants.permissions import Permission as P
from tests.cli.test_admin_commands import run
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.identity.common import mails
from tests.tenants.role_scene import may

EDITORS = next(role.adds for role in BUILT_IN if role.key == "editor")


@both_databases
def test_a_role_from_definition_to_restoration(app: Flask, cast: Cast) -> None:
    by = ("--as", cast.admin.email)
    told = run(
        app, "role", "define", "acme", "Press officer", "--permission", "page.publish",
        "--parent", "author", "--sentence", "Speaks.", *by,
    )  # fmt: skip
    assert told.output == "defined press-officer at acme\n"
    given = run(app, "grant", "give", cast.viewer.email, "press-officer", "acme-berlin", *by)
    assert given.exit_code == 0, given.output
    with app.app_context():
        assert may(cast.viewer, P.PAGE_PUBLISH, cast.berlin)
    changed = run(app, "role", "change", "press-officer", "acme", "--add", "page.edit", "--drop",
                  "page.publish", "--parent", "", *by)  # fmt: skip
    assert changed.output == "changed\n", changed.output
    listed = json.loads(run(app, "role", "list", "acme-berlin", "--json").output)
    row = next(each for each in listed if each["key"] == "press-officer")
    assert (row["permissions"], row["defined"], row["parent"]) == ("page.edit", "above", "")
    assert run(app, "role", "clone", "editor", "acme", "Desk", *by).exit_code == 0
    differ = json.loads(run(app, "role", "compare", "desk", "author", "acme", "--json").output)
    assert {row["permission"] for row in differ} == {str(right) for right in EDITORS}
    assert {row["only in"] for row in differ} == {"desk"}
    gone = run(app, "role", "delete", "press-officer", "acme", "--reason", "x", *by)
    assert "1 grants ended" in gone.output
    role_id = re.search(r"role restore (\S+)", gone.output)
    assert role_id
    back = json.loads(run(app, "role", "restore", role_id[1], "acme", *by, "--json").output)
    assert [(row["bearer"], row["problem"]) for row in back] == [(cast.viewer.email, "")]
    with app.app_context():
        assert may(cast.viewer, P.PAGE_EDIT, cast.berlin)


@both_databases
def test_a_group_from_making_to_restoration(app: Flask, cast: Cast) -> None:
    by = ("--as", cast.admin.email)
    for words in (
        ("make", "acme", "Desk"),
        ("add", "Desk", cast.viewer.email, "acme"),
        ("add", "desk", cast.author.email, "acme"),
        ("remove", "Desk", cast.author.email, "acme"),
    ):
        told = run(app, "group", *words, *by)
        assert told.exit_code == 0, told.output
    assert run(app, "grant", "give", "Desk", "publisher", "acme-berlin", *by).exit_code == 0
    with app.app_context():
        assert may(cast.viewer, P.PAGE_PUBLISH, cast.mitte)
        assert not may(cast.author, P.PAGE_PUBLISH, cast.mitte)
    (row,) = json.loads(run(app, "group", "list", "acme", "--json").output)
    assert (row["people"], row["grants"]) == (cast.viewer.email, 1)
    assert "1 grants ended" in run(app, "group", "delete", "Desk", "acme", *by).output
    back = json.loads(run(app, "group", "restore", "Desk", "acme", *by, "--json").output)
    assert [each["problem"] for each in back] == [""]
    with app.app_context():
        assert may(cast.viewer, P.PAGE_PUBLISH, cast.mitte)


@pytest.mark.parametrize(
    ("words", "who", "sentence"),
    [
        (("role", "define", "acme", "X", "--permission", "page.view"), "editor", "role.manage"),
        (("role", "define", "acme", "X", "--permission", "person.manage"), "admin",
         "person.manage"),
        (("role", "change", "viewer", "acme", "--name", "X"), "admin", "where it was defined"),
        (("role", "clone", "nothing", "acme", "X"), "admin", "no role 'nothing'"),
        (("role", "clone", "auditor", "acme", "X"), "admin", "no role 'auditor'"),
        (("group", "make", "acme", "X"), "editor", "group.manage"),
        (("group", "add", "X", "a@b.example", "acme"), "admin", "nobody has the e-mail"),
        (("group", "delete", "X", "acme"), "admin", "no group 'X'"),
        (("grant", "give", "X", "viewer", "acme"), "admin", "no group 'X'"),
        (("grant", "give", "a@b.example", "viewer", "acme"), "admin", "nobody has the e-mail"),
    ],
)  # fmt: skip
def test_what_cannot_be_gets_a_sentence(
    app: Flask, cast: Cast, words: tuple[str, ...], who: str, sentence: str
) -> None:
    told = run(app, *words, "--as", cast.people[who].email)
    assert told.exit_code == 1
    assert sentence in told.output


def test_a_custom_role_is_offered_by_mail(app: Flask, cast: Cast) -> None:
    by = ("--as", cast.admin.email)
    run(app, "role", "define", "acme", "Press", "--permission", "page.view", *by)
    told = run(app, "person", "invite", "new@acme.example", "press", "acme-berlin", *by)
    assert told.exit_code == 0, told.output
    assert len(mails(app)) == 1
