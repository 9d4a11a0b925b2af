"""Verifying and exporting the trail: in the browser and on the command line."""

from __future__ import annotations

import json
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tenants.audit import AuditEvent
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.tenants.chain_scene import EVENT, past_triggers, seal_all

pytestmark = both_databases


def seal(app: Flask) -> None:
    with app.app_context():
        seal_all(app)


def spoil(url: str, cast: Cast) -> None:
    """Alter one event of Acme past the triggers."""
    with past_triggers(url) as connection:
        query = select(EVENT.c.id).where(EVENT.c.tenant_id == cast.acme.id).limit(1)
        found = EVENT.c.id == connection.scalar(query)
        connection.execute(EVENT.update().where(found).values(actor_label="Nobody"))


def exports(app: Flask, cast: Cast) -> list[AuditEvent]:
    with app.app_context(), acting_in(tenant_scope(cast.acme.id)):
        query = select(AuditEvent).where(AuditEvent.event == "trail.exported")
        return list(db.session.scalars(query))


def test_the_button_says_whether_the_trail_is_whole(
    app: Flask, client: FlaskClient, cast: Cast, database_url: str
):
    seal(app)
    page = sign_in(client, cast.admin).get("/a/acme/trail/")
    assert 'action="/a/acme/trail/verify"' in page.text
    told = client.post("/a/acme/trail/verify", follow_redirects=True)
    assert "The trail is whole" in told.text
    spoil(database_url, cast)
    told = client.post("/a/acme/trail/verify", follow_redirects=True)
    assert "the event was altered after it was sealed" in told.text
    assert client.get("/a/acme/trail/verify").status_code == 405


def test_staff_verify_the_house(app: Flask, client: FlaskClient, cast: Cast):
    seal(app)
    told = sign_in(client, cast.auditor).post("/a/house/trail/verify", follow_redirects=True)
    assert "The trail is whole" in told.text


def test_it_needs_the_right_and_a_whole_master(app: Flask, client: FlaskClient, cast: Cast):
    for address in ("verify", "export"):
        assert sign_in(client, cast.viewer).post(f"/a/acme/trail/{address}").status_code == 403
        assert sign_in(client, cast.bolt_admin).post(f"/a/acme/trail/{address}").status_code == 404
        berlin = sign_in(client, cast.berlin_admin)
        assert berlin.post(f"/a/acme-berlin/trail/{address}").status_code == 409
    assert "trail/verify" not in client.get("/a/acme-berlin/trail/").text
    assert exports(app, cast) == []


def test_a_download_is_recorded(app: Flask, client: FlaskClient, cast: Cast):
    seal(app)
    answer = sign_in(client, cast.admin).post("/a/acme/trail/export")
    assert answer.headers["Content-Disposition"] == "attachment; filename=trail-acme.jsonl"
    rows = [json.loads(line) for line in answer.text.split("\n") if line]
    answer.close()
    assert rows[-1]["end"] == len(rows) - 2
    (event,) = exports(app, cast)
    assert event.actor_label == cast.admin.email
    assert event.facts == {"position": rows[-1]["end"], "shown": len(rows) - 2}


def test_staff_get_no_content_with_it(app: Flask, client: FlaskClient, cast: Cast):
    seal(app)
    answer = sign_in(client, cast.auditor).post("/a/acme/trail/export")
    assert "Plans for spring" not in answer.text
    rows = [json.loads(line) for line in answer.text.split("\n") if line][1:-1]
    answer.close()
    assert any(row["event"] is None for row in rows)
    assert any(row["event"] is not None for row in rows)


def test_commands_verify_and_export(app: Flask, cast: Cast, database_url: str, tmp_path: Path):
    seal(app)
    run = app.test_cli_runner().invoke
    whole = run(args=["audit", "verify", "--json"])
    assert whole.exit_code == 0, whole.output
    assert {row["account"]: row["result"] for row in json.loads(whole.output)} == {
        "acme": "whole", "bolt": "whole", "house": "whole",
    }  # fmt: skip
    target = tmp_path / "trail.jsonl"
    words = ["audit", "export", "acme", "--to", str(target), "--as"]
    assert run(args=[*words, cast.viewer.email]).exit_code == 1
    assert run(args=[*words, cast.admin.email]).exit_code == 0
    assert len(target.read_text("utf-8").split("\n")) > 10
    assert len(exports(app, cast)) == 1
    spoil(database_url, cast)
    broken = run(args=["audit", "verify", "acme-berlin"])
    assert (broken.exit_code, "altered" in broken.output) == (1, True)
    assert run(args=["audit", "verify", "bolt"]).exit_code == 0
