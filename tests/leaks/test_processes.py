"""Jobs, logs, counts, other processes, files: what goes around the pages."""

from __future__ import annotations

import json
import re
import uuid

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient
from rq.serializers import JSONSerializer
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.jobs import tasks
from portal.jobs.queue import _path, queue
from portal.logs import configure
from tenants.accounts import AccountRef
from tenants.audit import AuditEvent
from tenants.clock import now
from tenants.db import db
from tenants.ending import end
from tenants.grants import grants_at
from tenants.scope import across_tenants, acting_in, tenant_scope
from tests.fixtures.app import app_over, both_databases, config_for
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.client import Browser, sign_in
from tests.fixtures.pages import make_page
from tests.leaks.scene import LISTS, everything, post, twin
from tests.staff.rows import many, scheduled_page

CANARY = "CANARY-BOLT"


def timeless(answer: TestResponse) -> object:
    """An answer without how long ago things were."""
    status, text, headers = twin(answer)
    kept = [each for each in headers if each[0] != "Content-Length"]
    return status, re.sub(r"<time.*?</time>", "", text, flags=re.DOTALL), kept


def fill(app: Flask, account: AccountRef) -> None:
    """Things of Bolt, each with its canary."""
    with app.app_context(), acting_in(tenant_scope(account.tenant_id)):
        for number in range(3):
            make_page(account, f"{CANARY} {number}", f"<p>{CANARY}</p>", state="live")
        db.session.commit()
    many(app, account, 7, name=f"{CANARY} person")
    scheduled_page(app, account, f"{CANARY} plan")


@both_databases
def test_l7_l26_counts_do_not_move_with_a_neighbours_rows(
    app: Flask, client: FlaskClient, cast: Cast
):
    sign_in(client, cast.admin)
    addresses = ["/", "/a/acme/", *(f"/a/acme/{each}" for each in LISTS)]
    before = [timeless(client.get(each)) for each in addresses]
    fill(app, cast.bolt)
    for address, was in zip(addresses, before, strict=True):
        answer = client.get(address)
        assert timeless(answer) == was, address
        assert CANARY not in everything(answer)


@both_databases
def test_l40_l41_an_ended_grant_is_refused_in_every_process(
    app: Flask, client: FlaskClient, cast: Cast, database_url: str
):
    with app_over(database_url) as other:
        other.test_client_class = Browser
        elsewhere = other.test_client()
        sign_in(client, cast.editor)
        with client.session_transaction() as cookie, elsewhere.session_transaction() as copy:
            copy.update(cookie)
        assert elsewhere.get("/a/acme/pages/").status_code == 200
        with app.app_context():
            admin = as_actor(cast.admin)
            with acting_in(tenant_scope(cast.acme.tenant_id)):
                held = grants_at((cast.acme.id,), now())
                grant = next(each for each in held if each.person_id == cast.editor.id)
                end(grant, cast.acme, by=admin)
                db.session.commit()
        for browser in (elsewhere, client):
            assert browser.get("/a/acme/pages/").status_code == 404
            assert post(browser, "/a/acme/pages/new", title="x").status_code == 404


def test_l24_jobs_are_json_ids_and_named_functions(app: Flask):
    with app.app_context():
        assert queue().serializer is JSONSerializer
    assert _path("../../os.system").startswith("portal.jobs.tasks.")
    public = {name for name in vars(tasks) if not name.startswith("_")}
    assert not public & {"os", "sys", "subprocess", "db", "pickle"}
    with pytest.raises(TypeError):
        JSONSerializer.dumps({"actor": object()})


HOSTILE = ("a\nlevel=error owned", 'a\r\n{"event": "owned"}', "a\x1b[2Jb", "a\u2028b\x00c")


@pytest.mark.parametrize("words", HOSTILE)
def test_l28_a_line_of_the_log_is_one_line(capsys: pytest.CaptureFixture[str], words: str):
    configure(config_for("sqlite://", log_level="INFO"))
    try:
        structlog.get_logger().info("failed", email=words, path=words)
        out = capsys.readouterr().err
    finally:
        configure(config_for("sqlite://"))
    (line,) = out.splitlines()
    assert json.loads(line)["email"] == words
    assert "\x1b" not in line


def test_l28_an_entry_of_the_trail_is_one_entry(app: Flask, client: FlaskClient, cast: Cast):
    for words in HOSTILE:
        post(client, "/sign-in", email=f"{words}@x.example", password="wrong wrong wrong")
    with app.app_context(), across_tenants("tests"):
        rows = list(
            db.session.scalars(select(AuditEvent).where(AuditEvent.event == "session.failed"))
        )
    assert all("\n" not in row.sentence and "\r" not in row.sentence for row in rows)
    sign_in(client, cast.owner)
    assert client.get("/console/trail/").status_code == 200


def test_l29_a_fault_of_ours_says_nothing_of_the_inside(
    app: Flask, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_args, **_kwargs):
        raise RuntimeError('SELECT password_hash FROM person WHERE id = "/srv/secret"')

    app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setattr("portal.views.people.grants_at", broken)
    sign_in(client, cast.admin)
    answer = client.get("/a/acme/people/")
    assert answer.status_code == 500
    for word in ("SELECT", "password_hash", "Traceback", "/srv", "RuntimeError", ".py"):
        assert word not in answer.text


@both_databases
def test_l11_an_export_holds_what_its_list_shows(app: Flask, client: FlaskClient, cast: Cast):
    fill(app, cast.bolt)
    for who in (cast.support, cast.auditor):
        sign_in(client, who)
        for name in ("accounts", "people", "grants", "schedules", "trail"):
            told = client.get(f"/console/{name}/export/csv/").text
            assert "argon2" not in told
            assert f"{CANARY} plan" not in told, "titles are content"
            assert f"{CANARY} 0" not in told
    sign_in(client, cast.admin)
    matrix = client.get("/a/acme/access/matrix", query_string={"format": "csv"})
    assert CANARY not in everything(matrix)
    with app.app_context(), across_tenants("tests"):
        query = select(AuditEvent).where(AuditEvent.event == "console.exported")
        rows = list(db.session.scalars(query))
    assert len(rows) == 10
    assert {row.tenant_id for row in rows} == {cast.house.tenant_id}


def test_l67_no_cell_of_an_accounts_files_is_a_formula(app: Flask, client: FlaskClient, cast: Cast):
    many(app, cast.acme, 1, name="=cmd|' /C calc'!A0")
    sign_in(client, cast.admin)
    page = client.get("/a/acme/access/matrix").text
    assert "cmd|" in page
    found = False
    for query in ({"format": "csv"}, {"csv": "1"}):
        answer = client.get("/a/acme/access/matrix", query_string=query)
        if answer.mimetype == "text/csv":
            found = True
            assert "'=cmd|" in answer.text
            assert "\n=cmd" not in answer.text
    assert found


def test_l76_neighbours_in_turn_see_each_their_own(app: Flask, client: FlaskClient, cast: Cast):
    fill(app, cast.bolt)
    sign_in(client, cast.viewer)
    neighbour = app.test_client()
    sign_in(neighbour, cast.bolt_editor)
    for _ in range(10):
        assert CANARY not in everything(client.get("/a/acme/pages/"))
        assert CANARY in neighbour.get("/a/bolt/pages/").text
        assert neighbour.get(f"/a/acme/pages/{uuid.uuid4()}/").status_code == 404
