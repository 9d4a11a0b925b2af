"""Moving and closing an account from the browser and on the command line."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient

from portal.content.due import publish_due
from portal.content.import_runs import hand_in, import_by_id
from portal.content.moments import moment_at
from portal.content.pages import revision_by_id
from portal.content.schedules import Schedule
from portal.content.scheduling import schedule
from portal.jobs.erasing import erase_closed
from portal.jobs.imports import run_waiting
from tenants.audit import excuse
from tenants.clock import now
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.client import sign_in
from tests.fixtures.pages import make_page
from tests.identity.common import events
from tests.tenants.test_closing import AFTER
from tests.views.account_scene import account, confirm, path


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=list(words))


@both_databases
def test_an_account_is_moved(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    where = path(cast.acme, cast.berlin, "move")
    assert 'value="acme-hamburg"' in client.get(where).text
    done = confirm(client, f"{where}?to=acme-hamburg", reason="Merger.")
    assert done.location == path(cast.hamburg, cast.berlin)
    assert client.get(done.location).status_code == 200
    (event,) = events(app, "account.moved")
    assert (event.reason, event.facts) == ("Merger.", {"before": "Acme", "after": "Acme Hamburg"})
    assert client.get("/s/acme-berlin/welcome/").status_code == 200
    assert client.get(where).status_code == 404


@pytest.mark.parametrize(
    ("to", "sentence"),
    [
        ("nowhere", "no account with this handle"),
        ("bolt", "no account with this handle"),
        ("B%00lt", "no account with this handle"),
        ("", "no account with this handle"),
        ("acme-berlin-mitte", "would make a circle"),
        ("acme", "stands below Acme already"),
    ],
)
def test_a_place_that_cannot_be_is_told(client: FlaskClient, cast: Cast, to: str, sentence: str):
    sign_in(client, cast.admin)
    answer = client.get(path(cast.acme, cast.berlin, f"move?to={to}"))
    assert sentence in answer.text
    posted = client.post(path(cast.acme, cast.berlin, f"move?to={to}"), data={"reason": "Kept."})
    assert posted.status_code == 422


@both_databases
def test_an_account_is_closed_and_the_certificate_read(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    where = path(cast.acme, cast.berlin, "close")
    page = client.get(where).text
    assert "People who lose their last role" in page
    for data in ({"handle": "acme"}, {"handle": ""}, {"handle": "acme-berlin", "reason": ""}):
        wrong = client.post(where, data={"reason": "Kept as typed.", "seen": "x"} | data)
        assert wrong.status_code == 422
        assert "Kept as typed." in wrong.text or data.get("reason") == ""
    assert not account(app, "acme-berlin").halted
    assert confirm(client, where, handle="acme-berlin", reason="Sold.").status_code == 302
    assert client.get("/s/acme-berlin/").status_code == 503
    assert client.get(path(cast.acme, cast.berlin, "certificate")).status_code == 302
    with app.app_context(), time_machine.travel(now() + AFTER, tick=True):
        assert erase_closed() == 2
    assert client.get("/s/acme-berlin/welcome/").status_code == 410
    assert client.get("/s/acme-berlin/welcome/").headers["Cache-Control"] == "no-store"
    shown = client.get(path(cast.acme, cast.berlin, "certificate"))
    assert shown.status_code == 200
    assert "Sold." in shown.text
    facts: dict[str, Any] = client.get(
        path(cast.acme, cast.berlin, "certificate?format=json")
    ).get_json()
    digest = facts.pop("digest")
    text = json.dumps(facts, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert hashlib.sha256(text.encode()).hexdigest() == digest
    taken = client.post(
        "/a/acme/accounts/new",
        data={"name": "x", "handle": "acme-berlin", "zone": "UTC", "first": "nobody"},
    )
    assert "is taken" in taken.text


def test_the_house_closes_a_master_and_keeps_it(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.operator)
    where = path(cast.house, cast.bolt, "close")
    assert confirm(client, where, handle="bolt", reason="Left.").status_code == 302
    back = confirm(client, path(cast.house, cast.bolt, "undo"))
    assert back.location == path(cast.house, cast.bolt)
    assert account(app, "bolt").state == "open"
    assert [e.tenant_id for e in events(app, "account.close_asked")] == [cast.bolt.id]


@both_databases
def test_what_falls_due_is_held_and_imports_stop(app: Flask, client: FlaskClient, cast: Cast):
    with app.app_context():
        admin = as_actor(cast.admin)
    with app.app_context(), acting_in(tenant_scope(cast.acme.id)):
        page = make_page(cast.berlin, "Later")
        revision = revision_by_id(page.draft_revision_id, page)
        assert revision is not None
        due = now() + AFTER
        row = schedule(page, "publish", revision, moment_at(due, "UTC"), cast.berlin, by=admin)
        imported = hand_in(cast.berlin, "x.xml", b"<rss/>", dry_run=False, by=admin)
        row.due_at = now() - timedelta(minutes=1)
        excuse(row, "a month went by")
        db.session.commit()
        row_id, run_id = row.id, imported.id
    told = run(app, "account", "suspend", "acme", "--reason", "Late.", "--as", cast.operator.email)
    assert told.exit_code == 0, told.output
    with app.app_context():
        publish_due()
        run_waiting(run_id)
        with acting_in(tenant_scope(cast.acme.id)):
            held = db.session.get_one(Schedule, row_id)
            stopped = import_by_id(run_id, cast.berlin.id)
            assert stopped is not None
            assert (held.state, stopped.state) == ("held", "failed")
            assert "is suspended or closing" in held.cause


@both_databases
def test_the_command_line_does_the_same(app: Flask, cast: Cast):
    by = ("--as", cast.admin.email)
    tried = run(app, "account", "move", "acme-berlin", "--below", "acme-hamburg", "--dry-run", *by)
    assert tried.exit_code == 0, tried.output
    assert account(app, "acme-berlin").parent_id == cast.acme.id
    looked = run(app, "account", "suspend", "acme-berlin", "--reason", "x", "--dry-run", *by)
    assert cast.berlin_editor.email in looked.output
    for words, handle, state in (
        (("suspend", "acme-berlin", "--reason", "x"), "acme-berlin", "suspended"),
        (("reactivate", "acme-berlin"), "acme-berlin", "open"),
        (("move", "acme-berlin", "--below", "acme-hamburg"), "acme-berlin", "open"),
        (("close", "acme-berlin", "--reason", "x", "--typed", "acme-berlin"),
         "acme-berlin", "closing"),
        (("keep", "acme-berlin"), "acme-berlin", "open"),
    ):  # fmt: skip
        done = run(app, "account", *words, *by)
        assert (done.exit_code, done.output) == (0, "done\n")
        assert account(app, handle).state == state
    for words, sentence in (
        (("reactivate", "acme"), "lacks the right"),
        (("reactivate", "acme-berlin"), "is not suspended"),
        (("close", "acme-berlin", "--reason", "x", "--typed", "acme"), "once more"),
        (("move", "acme-berlin", "--below", "nowhere"), "no account"),
        (("move", "acme-berlin", "--below", "bolt"), "lacks the right"),
    ):
        failed = run(app, "account", *words, *by)
        assert failed.exit_code == 1
        assert sentence in failed.output
        assert "Traceback" not in failed.output
