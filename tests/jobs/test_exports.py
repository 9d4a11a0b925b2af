"""Large exports: made beside other work, watched, fetched, called off, and let go of."""

from __future__ import annotations

import io
import re
import uuid
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from portal.content import export_runs
from portal.content.export_rows import KEPT, LOST_AFTER, MOST_TRIES, ExportRun
from portal.content.media import Media
from portal.content.media_foldering import make_folder
from portal.content.media_folders import MediaFolder
from portal.content.notifications import Notification
from portal.files import files
from portal.jobs import export_runs as jobs
from portal.jobs.exports import make_export
from portal.jobs.media import sweep_files
from portal.views import exports
from tenants.audit import record
from tenants.clock import now
from tenants.db import db
from tenants.events import Event
from tenants.grants import grants_at
from tenants.scope import acting_in, tenant_scope
from tests.content.import_scene import events_about, looking
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, Someone
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS, make_page
from tests.media.scene import picture, uploaded

ASK = "/a/acme/export/"
WANTED = {"format": "markdown", "which": "drafts", "media": "all"}


@pytest.fixture(autouse=True)
def everything_is_much(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "PAGES", 0)
    monkeypatch.setattr(jobs, "TELL_SECONDS", 0.0)


@pytest.fixture
def page(app: Flask, cast: Cast) -> None:
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        make_page(cast.acme, "Opening hours", "<p>x</p>")
        db.session.commit()


def ask(client: FlaskClient, **changes: str) -> TestResponse:
    return client.post(ASK, data=WANTED | changes)


def asked(client: FlaskClient, **changes: str) -> str:
    answer = ask(client, **changes)
    assert answer.status_code == 302, answer.text
    return answer.location


def id_in(address: str) -> uuid.UUID:
    return uuid.UUID(address.rstrip("/").rpartition("/")[2])


def work(app: Flask, address: str) -> bool:
    with app.app_context():
        return jobs.run_export(id_in(address))


def row(app: Flask, cast: Cast, address: str) -> dict[str, Any]:
    with app.app_context(), looking(cast.acme):
        found = db.session.scalars(select(ExportRun).where(ExportRun.id == id_in(address))).one()
        return {column.name: getattr(found, column.name) for column in ExportRun.__table__.columns}


def change(app: Flask, cast: Cast, address: str, **values: Any) -> None:
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        found = db.session.scalars(select(ExportRun).where(ExportRun.id == id_in(address))).one()
        for name, value in values.items():
            setattr(found, name, value)
        db.session.commit()


def stored(app: Flask) -> list[str]:
    with app.app_context():
        return [key for key, _ in files().keys("") if "/export-" in key]


@both_databases
@pytest.mark.usefixtures("page")
def test_what_is_much_is_made_beside_other_work_and_fetched(
    client: FlaskClient, cast: Cast, app: Flask
):
    sign_in(client, cast.admin)
    uploaded(client)
    address = asked(client)
    waiting = client.get(address).text
    assert "Waiting for a worker" in waiting
    assert "every 2s" in waiting
    assert (work(app, address), work(app, address)) == (True, False)
    shown = client.get(address).text
    assert "Download" in shown
    assert "every 2s" not in shown
    answer = client.post(f"{address}file")
    assert answer.mimetype == "application/zip"
    assert "acme-markdown.zip" in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert "pages/opening-hours.md" in archive.namelist()
        assert any(name.startswith("media/") for name in archive.namelist())
    found = row(app, cast, address)
    assert (found["state"], found["files"], found["size"]) == ("done", 1, len(answer.data))
    assert found["done"] == found["total"] == found["pages"] + 1
    with app.app_context(), looking(cast.acme):
        assert events_about(id_in(address)) == ["export.asked", "export.fetched"]
        notice = db.session.scalars(select(Notification)).one()
        assert (notice.person_id, notice.page_id) == (cast.admin.id, None)
        assert "is ready" in notice.sentence
        notice_id = notice.id
    led = client.post(f"/a/acme/notifications/{notice_id}/open")
    assert led.location.endswith(address)


def test_one_at_a_time_in_an_account(client: FlaskClient, cast: Cast, app: Flask):
    sign_in(client, cast.viewer)
    address = asked(client, which="live")
    second = ask(client, format="csv")
    assert second.status_code == 422
    assert "under way already" in second.text
    assert re.search(r'value="csv"[^>]* checked|checked[^>]* value="csv"', second.text)
    work(app, address)
    assert asked(client) != address


def test_only_so_many_files_are_kept_and_one_can_go_before(
    client: FlaskClient, cast: Cast, app: Flask, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(export_runs, "MOST_KEPT", 1)
    sign_in(client, cast.admin)
    address = asked(client)
    work(app, address)
    assert "are kept already" in ask(client).text
    assert client.get(f"{address}drop").status_code == 405
    client.post(f"{address}drop")
    assert stored(app) == []
    assert client.post(f"{address}file").status_code == 409
    assert client.post(f"{address}drop").status_code == 409
    assert "not kept any more" in client.get(address).text
    asked(client)


def test_it_is_called_off_while_it_waits_and_while_it_is_made(
    client: FlaskClient, cast: Cast, app: Flask, monkeypatch: pytest.MonkeyPatch
):
    sign_in(client, cast.admin)
    address = asked(client)
    client.post(f"{address}cancel")
    assert not work(app, address)
    assert client.post(f"{address}cancel").status_code == 409
    address = asked(client)

    def called_off(*args: Any, **more: Any) -> Any:
        change(app, cast, address, state="cancelled")
        return make_export(*args, **more)

    monkeypatch.setattr(jobs, "make_export", called_off)
    work(app, address)
    assert (row(app, cast, address)["state"], stored(app)) == ("cancelled", [])
    assert "called off" in client.get(address).text


def test_a_killed_worker_is_followed_by_another_and_in_the_end_by_a_cause(
    client: FlaskClient, cast: Cast, app: Flask, monkeypatch: pytest.MonkeyPatch
):
    sign_in(client, cast.admin)
    address = asked(client)
    lost = now() - LOST_AFTER - timedelta(seconds=1)
    change(app, cast, address, state="working", tries=1, beat_at=now())
    assert not work(app, address)
    change(app, cast, address, beat_at=lost)

    def overtaken(*args: Any, **more: Any) -> Any:
        done = make_export(*args, **more)
        change(app, cast, address, tries=3)
        return done

    monkeypatch.setattr(jobs, "make_export", overtaken)
    work(app, address)  # Another took it up meanwhile: this one has nothing to say.
    assert (row(app, cast, address)["state"], stored(app)) == ("working", [])
    change(app, cast, address, tries=MOST_TRIES, beat_at=lost)
    work(app, address)
    assert "ended again and again" in client.get(address).text
    with app.app_context(), looking(cast.acme):
        assert events_about(id_in(address))[-1] == "export.failed"
    assert asked(client)


def test_whatever_goes_wrong_is_said_so(
    client: FlaskClient, cast: Cast, app: Flask, monkeypatch: pytest.MonkeyPatch
):
    sign_in(client, cast.viewer)
    address = asked(client)
    monkeypatch.setattr(jobs, "make_export", lambda *_a, **_k: 1 / 0)
    work(app, address)
    assert "unforeseen fault (ZeroDivisionError)" in client.get(address).text
    monkeypatch.undo()
    monkeypatch.setattr(exports, "PAGES", 0)
    address = asked(client)
    _take_role_away(app, cast, cast.viewer)
    work(app, address)
    found = row(app, cast, address)
    assert found["state"] == "failed"
    assert "lacks the right" in found["error"]


def _take_role_away(app: Flask, cast: Cast, person: Someone) -> None:
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        held = grants_at((cast.acme.id,), now())
        for grant in (grant for grant in held if grant.person_id == person.id):
            grant.ended_at = now()
            record(Event.GRANT_ENDED, grant, by=TESTS, person=person.email, role="x", changes={})
        db.session.commit()


def test_rights_are_asked_again_when_it_is_fetched(client: FlaskClient, cast: Cast, app: Flask):
    """It is for whoever asked; and for him only while he sees the folders that are in it."""
    sign_in(client, cast.editor)
    uploaded(client, picture(), "a.png")
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        folder = make_folder(cast.acme, "Board", restricted=False, by=TESTS)
        db.session.flush()
        media = db.session.scalars(select(Media)).one()
        media.folder_id, folder_id = folder.id, folder.id
        record(Event.MEDIA_CHANGED, media, by=TESTS, changes={})
        db.session.commit()
    address = asked(client)
    work(app, address)
    assert client.post(f"{address}file").status_code == 200
    sign_in(client, cast.viewer)
    assert client.get(address).status_code == 404
    assert client.post(f"{address}file").status_code == 404
    sign_in(client, cast.admin)
    assert "Only <span" in client.get(address).text
    refused = client.post(f"{address}file")
    assert (refused.status_code, "alone" in refused.text) == (409, True)
    sign_in(client, cast.bolt_admin)
    assert client.post(f"{address}file").status_code == 404
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        kept = db.session.scalars(select(MediaFolder).where(MediaFolder.id == folder_id)).one()
        kept.restricted = True
        record(Event.MEDIA_FOLDER_CHANGED, kept, by=TESTS, changes={})
        db.session.commit()
    sign_in(client, cast.editor)
    assert "not there for you" in client.post(f"{address}file").text
    _take_role_away(app, cast, cast.editor)
    assert client.post(f"{address}file").status_code in {403, 404}


def test_a_file_that_the_store_lost_is_listed(client: FlaskClient, cast: Cast, app: Flask):
    sign_in(client, cast.admin)
    uploaded(client, picture(), "=lost.png")
    with app.app_context():
        files().delete([key for key, _ in files().keys("")])
    address = asked(client)
    work(app, address)
    assert "Files that could not come along" in client.get(address).text
    assert "'=lost" in client.get(f"{address}problems.csv").text


def test_the_file_goes_after_a_week_and_what_no_row_knows_at_once(
    client: FlaskClient, cast: Cast, app: Flask, monkeypatch: pytest.MonkeyPatch
):
    sign_in(client, cast.admin)
    address = asked(client)
    work(app, address)
    monkeypatch.setattr("portal.jobs.media.LEFT_ALONE", -timedelta(hours=1))
    with app.app_context():
        assert (jobs.let_go_of_old_exports(), sweep_files()) == (0, 0)
    assert len(stored(app)) == 1
    change(app, cast, address, finished_at=now() - KEPT - timedelta(minutes=1))
    with app.app_context():
        assert jobs.let_go_of_old_exports() == 1
    assert stored(app) == []
    address = asked(client)
    work(app, address)
    change(app, cast, address, key=None)
    with app.app_context():
        assert sweep_files() == 1
