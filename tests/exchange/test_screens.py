"""Exporting and importing in the browser and at the command line."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from werkzeug.test import TestResponse

from portal.content.exchange.exporting import Wanted
from portal.content.exchange.tables import COLUMNS
from portal.content.media import Media
from portal.content.media_foldering import make_folder
from portal.content.pages import Page
from tenants.accounts import Account
from tenants.audit import excuse, record
from tenants.clock import now
from tenants.db import db
from tenants.events import Event
from tenants.scope import across_tenants, acting_in, tenant_scope
from tests.content.import_scene import looking
from tests.exchange.hostile import packed
from tests.exchange.scene import BODIES, bring, said_of, settle, take_along
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS, make_page
from tests.media.acts import told
from tests.media.scene import picture, uploaded
from tests.views.test_imports import LIST, work

HERE = "/a/acme/export/"
ASKED = {"format": "markdown", "which": "drafts", "media": "used"}


def ask(client: FlaskClient, **changes: str) -> TestResponse:
    return client.post(HERE, data=ASKED | changes, buffered=True)


def names_in(answer: TestResponse) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        return archive.namelist()


def test_an_export_is_a_download_and_recorded(client: FlaskClient, cast: Cast, app: Flask):
    sign_in(client, cast.viewer)
    assert "What readers see" in client.get(HERE).text
    answer = ask(client)
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert "filename=acme-markdown.zip" in answer.headers["Content-Disposition"]
    assert "export.json" in names_in(answer)
    without = {name: ASKED[name] for name in ("format", "which")}
    assert client.post(HERE, data=without, buffered=True).status_code == 200
    event_row, _ = told(app, "content.exported")
    assert event_row.actor_id == cast.viewer.id
    assert (event_row.facts["format"], event_row.facts["files"]) == ("markdown", 0)


def test_a_table_opens_in_a_spreadsheet_and_runs_nothing(
    client: FlaskClient, cast: Cast, app: Flask
):
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        make_page(cast.acme, '=HYPERLINK("x")', "<p>-1</p>")
        db.session.commit()
    answer = ask(sign_in(client, cast.viewer), format="csv", media="none")
    assert answer.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert tuple(rows[0]) == COLUMNS
    assert '\'=HYPERLINK("x")' in {row[2] for row in rows}
    assert not [cell for row in rows for cell in row if cell[:1] in set("=+-@\t\r\n")]


@pytest.mark.parametrize("state", ["suspended", "closing"])
def test_an_admin_takes_the_content_out_of_a_halted_account(
    client: FlaskClient, cast: Cast, app: Flask, state: str
):
    with app.app_context(), across_tenants("an account is halted"):
        row = db.session.get_one(Account, cast.acme.id)
        row.state, row.halted = state, True
        excuse(row, "Sets the scene.")
        db.session.commit()
    answer = ask(sign_in(client, cast.admin), media="all")
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert "export.json" in names_in(answer)
    assert told(app, "content.exported")[0].actor_id == cast.admin.id
    assert client.get("/a/acme/pages/").status_code == 403
    assert ask(sign_in(client, cast.editor)).status_code == 403


def test_nobody_else_gets_it(client: FlaskClient, cast: Cast):
    sign_in(client, cast.bolt_admin)
    assert (client.get(HERE).status_code, ask(client).status_code) == (404, 404)
    answer = client.post("/a/bolt/export/", data=ASKED, buffered=True)
    assert b"acme" not in answer.data.lower()


def test_what_is_none_of_the_choices_is_refused(client: FlaskClient, cast: Cast):
    answer = ask(sign_in(client, cast.viewer), format="exe", media="all")
    assert answer.status_code == 422
    assert "Not a valid choice" in answer.text
    assert re.search(r'value="all"[^>]* checked|checked[^>]* value="all"', answer.text)


def test_only_what_one_sees_comes_along(client: FlaskClient, cast: Cast, app: Flask):
    """No secrets, no other account's, nothing from the trash or a folder one is kept out of."""
    sign_in(client, cast.admin)
    kept = uploaded(client, picture(colour="navy"), "kept.png")
    hidden = uploaded(client, picture(colour="red"), "hidden.png").split("/")[-2]
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        folder = make_folder(cast.acme, "Board", restricted=True, by=TESTS)
        db.session.flush()
        row = db.session.scalars(select(Media).where(Media.name == "hidden")).one()
        row.folder_id = folder.id
        page = make_page(cast.acme, "Locked", "<p>x</p>", state="live")
        page.access_password_hash = "$argon2id$SECRET"
        make_page(cast.berlin, "Of another account")
        trashed = make_page(cast.acme, "Thrown away")
        trashed.trashed_at = now()
        record(Event.MEDIA_CHANGED, row, by=TESTS, changes={})
        db.session.commit()
    whole = ask(client, media="all")
    assert len([n for n in names_in(whole) if n.startswith("media/")]) == 2
    answer = ask(sign_in(client, cast.editor), media="all")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        text = "\n".join(archive.read(n).decode("latin-1") for n in archive.namelist())
    names = names_in(answer)
    assert [n for n in names if n.startswith("media/")] == ["media/kept.png"]
    assert "pages/locked.md" in names
    assert not {"pages/thrown-away.md", "pages/of-another-account.md"} & set(names)
    assert "protected: true" in text
    for secret in ("SECRET", "argon2", hidden, "@acme.example"):
        assert secret not in text
    assert kept


@pytest.mark.usefixtures("inside")
def test_a_page_with_a_password_does_not_go_live_without_it(cast: Cast):
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        page = make_page(cast.acme, "Locked", state="live")
        page.access_password_hash = "x"
        db.session.commit()
    bring(cast.bolt, as_actor(cast.bolt_admin), take_along(cast.acme, as_actor(cast.admin)))
    with looking(cast.bolt):
        found = db.session.scalars(
            select(Page).where(Page.title == "Locked", Page.account_id == cast.bolt.id)
        ).one()
        assert found.state == "draft"


@pytest.mark.usefixtures("inside")
def test_without_being_asked_nothing_goes_live(cast: Cast):
    settle(cast.acme, BODIES)
    data = take_along(cast.acme, as_actor(cast.admin))
    outcome = bring(cast.bolt, as_actor(cast.bolt_admin), data, publish=False)
    assert outcome["counts"]["drafts"] == outcome["counts"]["created"]
    assert {said_of(cast.bolt)[title]["state"] for title in BODIES} == {"draft"}


@pytest.mark.usefixtures("inside")
def test_wordpress_gets_texts_states_and_terms(cast: Cast):
    settle(cast.acme, BODIES)
    data = take_along(cast.acme, as_actor(cast.admin), Wanted("wordpress"))
    outcome = bring(cast.bolt, as_actor(cast.bolt_admin), data)
    assert outcome["state"] == "done", outcome["error"]
    before, after = said_of(cast.acme), said_of(cast.bolt)
    for title in ("captioned", "scripts", "simple table", "marks"):
        for name in ("type", "slug", "state", "terms", "position", "parent"):
            assert after[title][name] == before[title][name], (title, name)
        assert BODIES[title][:40] in after[title]["body"]


@pytest.mark.usefixtures("inside")
def test_more_pages_need_no_more_statements(cast: Cast):
    def count() -> int:
        statements: list[Any] = []
        note = lambda *a: statements.append(a[2])  # noqa: E731
        event.listen(db.engine, "before_cursor_execute", note)
        take_along(cast.acme, as_actor(cast.admin))
        event.remove(db.engine, "before_cursor_execute", note)
        return len(statements)

    settle(cast.acme, BODIES)
    few = count()
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        for number in range(40):
            make_page(cast.acme, f"Page {number}")
        db.session.commit()
    assert count() <= few


def upload(client: FlaskClient, data: bytes, name: str, **more: str) -> TestResponse:
    form: dict[str, Any] = {"file": (io.BytesIO(data), name), **more}
    return client.post(f"{LIST}new", data=form, content_type="multipart/form-data")


def test_a_zip_is_tried_out_by_what_is_in_it(client: FlaskClient, cast: Cast, app: Flask):
    sign_in(client, cast.admin)
    answer = upload(client, packed({"a.md": "# Hello\n\nWords."}), "a.xml")
    work(app)
    page = client.get(answer.location).text
    assert "Markdown files in a ZIP" in page
    assert "everything comes as a draft" in page
    assert "A draft, for /a/." in page
    real = client.post(f"{answer.location}real")
    work(app)
    assert "Import of a.xml" in client.get(real.location).text
    assert "CSV table" in client.get(upload(client, b"title\nx\n", "t").location).text


def test_what_is_no_such_file_is_refused_at_once(client: FlaskClient, cast: Cast):
    answer = upload(sign_in(client, cast.admin), b"%PDF-1.4", "a.csv", publish="y")
    assert answer.status_code == 422
    assert "none of the files that can be imported" in answer.text
    assert "checked" in answer.text


def test_the_command_line_takes_along_and_brings_in(cast: Cast, app: Flask, tmp_path: Path):
    runner, target = app.test_cli_runner(), str(tmp_path / "a.zip")
    as_admin = ["--as", cast.admin.email]
    done = runner.invoke(args=["content", "export", "acme", "--to", target, *as_admin])
    assert done.exit_code == 0, done.output
    again = runner.invoke(args=["content", "export", "acme", "--to", target, *as_admin])
    assert (again.exit_code, "cannot be written" in again.output) == (1, True)
    brought = runner.invoke(args=["content", "import", target, "--account", "bolt", "--publish",
                                  "--json", "--as", cast.bolt_admin.email])  # fmt: skip
    assert json.loads(brought.stdout)["counts"]["left_out"] == 0
    refused = runner.invoke(args=["content", "export", "bolt", "--to", target, *as_admin])
    assert (refused.exit_code, "lacks the right" in refused.output) == (1, True)
    assert [row.event for row in told(app, "content.exported")] == ["content.exported"]
