"""`flask support`: listing, opening and ending sessions."""

import json

from flask import Flask

from tests.cli.test_admin_commands import run
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.identity.common import events

WHY = ("--reason", "Help.", "--ticket", "T-9")


@both_databases
def test_a_session_is_opened_listed_and_ended(app: Flask, cast: Cast) -> None:
    told = run(app, "support", "open", "acme", "--as", cast.support.email, *WHY)
    assert told.exit_code == 0, told.output
    (row,) = json.loads(run(app, "support", "list", "acme", "--open", "--json").output)
    assert (row["person"], row["ticket"], row["kind"]) == (cast.support.email, "T-9", "look")
    again = run(app, "support", "open", "bolt", "--as", cast.support.email, *WHY)
    assert again.exit_code == 1
    assert "one at a time" in again.output
    assert run(app, "support", "end", "acme", row["id"], "--as", cast.editor.email).exit_code == 1
    assert run(app, "support", "end", "bolt", row["id"], "--as", cast.support.email).exit_code == 1
    ended = run(app, "support", "end", "acme", row["id"], "--as", cast.support.email)
    assert ended.exit_code == 0, ended.output
    assert run(app, "support", "list", "acme", "--open").output.strip() == "nothing"
    (event,) = events(app, "support.ended")
    assert event.on_behalf_of == "support session for Acme (ticket T-9)"


def test_who_may_not_is_told_why(app: Flask, cast: Cast) -> None:
    told = run(app, "support", "open", "acme", "--as", cast.admin.email, *WHY)
    assert told.exit_code == 1
    assert "lacks the right" in told.output
