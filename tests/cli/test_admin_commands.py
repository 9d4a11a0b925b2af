"""The commands of admins: accounts, grants, schedules."""

import json
from datetime import timedelta

import pytest
from click.testing import Result
from flask import Flask

from portal.content.moments import moment_at
from portal.content.pages import revision_by_id
from portal.content.scheduling import schedule
from tenants.audit import excuse
from tenants.built_in import sync_built_in
from tenants.clock import now
from tenants.db import db
from tenants.directory import account_path, actor_by_email
from tenants.permissions import Permission
from tenants.roles import Role, built_in_roles
from tenants.scope import across_tenants, acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import make_page


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=list(words))


@both_databases
def test_an_account_is_opened_with_its_admin(app: Flask, cast: Cast) -> None:
    told = run(
        app, "account", "open", "acme-paris", "Acme Paris", "--below", "acme",
        "--admin", cast.editor.email, "--as", cast.admin.email, "--zone", "Europe/Paris",
    )  # fmt: skip
    assert told.exit_code == 0, told.output
    with app.app_context():
        path = account_path("acme-paris")
        admin = actor_by_email(cast.editor.email)
        assert [a.handle for a in path] == ["house", "acme", "acme-paris"]
        assert admin is not None
        assert any(h.account_handle == "acme-paris" for h in admin.holdings)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["acme", "Twice", "--below", "house"], "taken"),
        (["No Handle", "X", "--below", "house"], "lower-case letters"),
        (["fine", "X", "--below", "nowhere"], "no account with the handle"),
    ],
)
def test_an_account_that_cannot_be_opened_gets_a_sentence(
    app: Flask, cast: Cast, words: list[str], sentence: str
) -> None:
    told = run(
        app, "account", "open", *words, "--admin", cast.editor.email, "--as", cast.operator.email
    )
    assert told.exit_code == 1
    assert sentence in told.output


def test_an_editor_opens_no_account(app: Flask, cast: Cast) -> None:
    told = run(
        app, "account", "open", "mine", "Mine", "--below", "acme",
        "--admin", cast.editor.email, "--as", cast.editor.email,
    )  # fmt: skip
    assert told.exit_code == 1
    assert "account.open" in told.output


@both_databases
def test_a_role_is_given_and_taken_away(app: Flask, cast: Cast) -> None:
    by = ("--as", cast.admin.email)
    given = run(app, "grant", "give", cast.viewer.email, "publisher", "acme", *by, "--because", "x")
    assert given.exit_code == 0, given.output
    with app.app_context():
        held = {p for h in as_actor(cast.viewer).holdings for p in h.permissions}
        assert Permission.PAGE_PUBLISH in held
    listed = json.loads(run(app, "grant", "list", "acme", "--json").output)
    row = next(r for r in listed if (r["person"], r["role"]) == (cast.viewer.email, "publisher"))
    assert run(app, "grant", "end", row["id"], "acme", *by, "--reason", "y").exit_code == 0
    with app.app_context():
        held = {p for h in as_actor(cast.viewer).holdings for p in h.permissions}
        assert Permission.PAGE_PUBLISH not in held


def test_nobody_gives_more_than_he_holds(app: Flask, cast: Cast) -> None:
    told = run(
        app, "grant", "give", cast.viewer.email, "account-admin", "acme", "--as", cast.editor.email
    )
    assert told.exit_code == 1
    assert "grant.give" in told.output


def test_schedules_are_listed_and_cancelled(app: Flask, cast: Cast) -> None:
    with app.app_context():
        publisher = as_actor(cast.publisher)
        with acting_in(tenant_scope(cast.acme.tenant_id)):
            page = make_page(cast.acme, "Menu")
            draft = revision_by_id(page.draft_revision_id, page)
            moment = moment_at(now() + timedelta(days=1), "UTC")
            schedule(page, "publish", draft, moment, cast.acme, by=publisher)
            db.session.commit()
    rows = json.loads(run(app, "schedule", "list", "acme", "--json").output)
    assert [(r["page"], r["state"]) for r in rows] == [("Menu", "pending")]
    refused = run(app, "schedule", "cancel", rows[0]["id"], "acme", "--as", cast.editor.email)
    assert (refused.exit_code, "page.publish" in refused.output) == (1, True)
    done = run(app, "schedule", "cancel", rows[0]["id"], "acme", "--as", cast.publisher.email)
    assert done.exit_code == 0
    assert json.loads(run(app, "schedule", "list", "acme", "--json").output) == []


@both_databases
def test_an_empty_portal_is_opened_as_the_manual_says(empty_app: Flask) -> None:
    with empty_app.app_context(), across_tenants("a fresh database"):
        for role in sync_and_list():
            excuse(role, "The migrate command does it.")
        db.session.commit()
    opened = run(
        empty_app, "account", "house", "main", "Main", "--owner", "You@Example.org",
        "--owner-name", "You",
    )  # fmt: skip
    assert opened.exit_code == 0, opened.output
    again = run(empty_app, "account", "house", "other", "Other", "--owner", "you@example.org")
    assert (again.exit_code, "a house already" in again.output) == (1, True)
    with empty_app.app_context():
        owner = actor_by_email("you@example.org")
        assert owner is not None
        assert (owner.name, owner.is_staff) == ("You", True)


def sync_and_list() -> list[Role]:
    sync_built_in()
    return built_in_roles()
