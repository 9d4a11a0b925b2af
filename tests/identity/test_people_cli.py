"""`flask person …`."""

from __future__ import annotations

import json

import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient

from tests.fixtures.app import both_databases
from tests.fixtures.cast import PASSWORD, Cast
from tests.fixtures.client import sign_in
from tests.identity.common import (
    NEW_PASSWORD,
    browser,
    events,
    is_signed_in,
    mails,
    post_sign_in,
)


def run(app: Flask, *words: str, typed: str | None = None) -> Result:
    return app.test_cli_runner().invoke(args=["person", *words], input=typed)


@both_databases
def test_a_person_is_added(app: Flask, cast: Cast):
    done = run(app, "add", " New@Acme.example", "--name", "Nia  New", "--json")
    assert done.exit_code == 0, done.output
    report = json.loads(done.output)
    assert (report["email"], report["name"]) == ("new@acme.example", "Nia New")
    event = events(app, "person.added")[-1]
    assert str(event.target_id) == report["id"]
    assert event.tenant_id == cast.house.id
    assert event.actor_label.startswith("Command line (")
    assert post_sign_in(browser(app), "new@acme.example", "").status_code == 422


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["add", "no address", "--name", "X"], "not an e-mail address"),
        (["add", "EDITOR@acme.example", "--name", "X"], "already"),
        (["add", "new@acme.example", "--name", " "], "Give a name"),
        (["add", "new@acme.example", "--name", "x" * 201], "Give a name"),
        (["sessions", "nobody@acme.example"], "Nobody here"),
        (["deactivate", "nobody@acme.example"], "Nobody here"),
        (["reactivate", "editor@acme.example"], "is active already"),
        (["password", "nobody@acme.example"], "Nobody here"),
    ],
)
def test_what_cannot_be_done_is_one_line(app: Flask, words: list[str], sentence: str):
    done = run(app, *words, typed=f"{NEW_PASSWORD}\n{NEW_PASSWORD}\n")
    assert done.exit_code == 1
    assert sentence in done.output
    assert "Traceback" not in done.output


def test_before_there_is_a_house_it_says_so(empty_app: Flask):
    done = run(empty_app, "add", "a@b.example", "--name", "A")
    assert done.exit_code == 1
    assert "no house yet" in done.output


@both_databases
def test_a_password_is_set_by_prompt(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.editor)
    done = run(app, "password", cast.editor.email, typed=f"{NEW_PASSWORD}\n{NEW_PASSWORD}\n")
    assert done.exit_code == 0, done.output
    assert NEW_PASSWORD not in done.output
    assert "1 device signed out" in done.output
    assert not is_signed_in(client)
    assert post_sign_in(client, cast.editor.email, PASSWORD).status_code == 422
    assert post_sign_in(client, cast.editor.email, NEW_PASSWORD).status_code == 303
    (mail,) = mails(app)
    assert "on the command line" in mail.text
    assert "http://localhost/sign-in/reset" in mail.text
    assert len(events(app, "password.changed")) == 1


def test_a_bad_password_is_refused_by_prompt_too(app: Flask, cast: Cast):
    done = run(app, "password", cast.editor.email, typed="passwordpassword\npasswordpassword\n")
    assert done.exit_code == 1
    assert "soon guessed" in done.output
    assert events(app, "password.changed") == []


def test_sessions_are_listed_and_ended(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.editor)
    sign_in(browser(app), cast.editor)
    listed = json.loads(run(app, "sessions", cast.editor.email, "--json").output)
    assert len(listed["sessions"]) == 2
    assert listed["sessions"][0]["address"] == "127.0.0.1"
    assert is_signed_in(client)
    ended = run(app, "sessions", cast.editor.email, "--end")
    assert "2 devices signed out." in ended.output
    assert not is_signed_in(client)
    assert json.loads(run(app, "sessions", cast.editor.email, "--json").output)["sessions"] == []
    assert len(events(app, "session.ended")) == 1


@both_databases
def test_who_is_deactivated_is_out_until_reactivated(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.editor)
    assert run(app, "deactivate", cast.editor.email, "--reason", "Left.").exit_code == 0
    assert not is_signed_in(client)
    assert post_sign_in(client, cast.editor.email).status_code == 422
    assert run(app, "deactivate", cast.editor.email).exit_code == 1
    assert run(app, "reactivate", cast.editor.email).exit_code == 0
    assert not is_signed_in(client)
    assert post_sign_in(client, cast.editor.email).status_code == 303
    (barred,) = events(app, "person.deactivated")
    assert barred.reason == "Left."
    assert list(barred.changes) == ["deactivated_at"]
