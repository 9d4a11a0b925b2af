"""Large exports: made beside other work, watched, fetched, called off, and let go of."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.content import export_runs
from portal.content.export_rows import LOST_AFTER, MOST_TRIES
from portal.content.notifications import Notification
from portal.jobs import export_runs as jobs
from portal.jobs.exports import make_export
from portal.views import exports
from tenants.clock import now
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.content.import_scene import events_about, looking
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import make_page
from tests.jobs.export_scene import (  # noqa: F401 - a fixture
    ask,
    asked,
    change,
    everything_is_much,
    id_in,
    row,
    stored,
    take_role_away,
    work,
)
from tests.media.scene import uploaded

pytestmark = pytest.mark.usefixtures("everything_is_much")


@pytest.fixture
def page(app: Flask, cast: Cast) -> None:
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        make_page(cast.acme, "Opening hours", "<p>x</p>")
        db.session.commit()


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
    take_role_away(app, cast, cast.viewer)
    work(app, address)
    found = row(app, cast, address)
    assert found["state"] == "failed"
    assert "lacks the right" in found["error"]
