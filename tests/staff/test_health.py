"""The page about jobs: true with a queue and without, with mail that waits, and with late work."""

from __future__ import annotations

import re
import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.heartbeats import beat
from portal.jobs.queue import connect, wake, wake_at
from portal.outbox import post
from portal.staff import health
from tenants.clock import now
from tenants.db import db
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in


def tiles(text: str) -> dict[str, str]:
    found = re.findall(r'stat-label">\s*(.*?)</span>\s*<span class="stat-value">(.*?)<', text)
    return {label.strip(): value for label, value in found}


@both_databases
def test_a_queue_out_of_reach_is_said_and_the_rest_still_shown(
    app: Flask, client: FlaskClient, cast: Cast
):
    with app.app_context():
        post("a@b.example", "One", "text")
        post("a@b.example", "Two", "text").dead_at = now()
        db.session.commit()
    sign_in(client, cast.auditor)
    text = client.get("/console/health/").text
    assert tiles(text) == {
        "Queue": "Out of reach", "Mail waiting": "1", "Mail given up": "1",
        "Overdue schedules": "0", "Held schedules": "0",
    }  # fmt: skip
    assert "Never seen" in text
    assert "Up to date" in text


def test_the_queue_is_counted(
    app: Flask, client: FlaskClient, cast: Cast, redis_url: str, monkeypatch: pytest.MonkeyPatch
):
    config = replace(app.config["PORTAL"], redis_url=redis_url)
    monkeypatch.setitem(app.extensions, "redis", connect(config, timeout=1))
    with app.test_request_context():
        wake("send_mail", str(uuid.uuid4()))
        wake_at(now() + timedelta(hours=1), "send_mail", str(uuid.uuid4()), job_id="later")
        beat(db.session(), "scheduler")
        db.session.commit()
    sign_in(client, cast.operator)
    text = client.get("/console/health/").text
    assert tiles(text)["Jobs waiting"] == "1"
    assert tiles(text)["Jobs failed"] == "0"
    assert "0 running, 1 for later" in text
    assert "Alive" in text


def test_a_schema_behind_the_code_is_said(
    client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(health, "newest", lambda: "9999")
    sign_in(client, cast.operator)
    text = client.get("/console/health/").text
    assert "Out of date" in text
    assert "not 9999: run flask migrate" in text
