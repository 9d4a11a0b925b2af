"""The files of large exports: who gets them, and when they are let go of."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.content.export_rows import KEPT
from portal.content.media import Media
from portal.content.media_foldering import make_folder
from portal.content.media_folders import MediaFolder
from portal.files import files
from portal.jobs import export_runs as jobs
from portal.jobs.media import sweep_files
from tenants.audit import record
from tenants.clock import now
from tenants.db import db
from tenants.events import Event
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS
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
from tests.media.scene import picture, uploaded
from tests.tenants.tree_scene import give

pytestmark = pytest.mark.usefixtures("everything_is_much")


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
    for act in ("file", "cancel", "drop"):
        assert client.post(f"{address}{act}").status_code == 409
    assert client.get(f"{address}problems.csv").status_code == 409
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
    take_role_away(app, cast, cast.editor)
    assert client.post(f"{address}file").status_code in {403, 404}


def test_one_with_addresses_is_for_those_who_may_see_people(
    client: FlaskClient, cast: Cast, app: Flask
):
    """An editor's holds none and stays his; an admin's is kept from him once he is an editor."""
    address = asked(sign_in(client, cast.editor))
    work(app, address)
    assert client.post(f"{address}file").status_code == 200
    address = asked(sign_in(client, cast.admin))
    work(app, address)
    assert client.post(f"{address}file").status_code == 200
    take_role_away(app, cast, cast.admin)
    with app.app_context():
        give(cast.admin, "editor", cast.acme)
    assert "access.view" in client.post(f"{address}file").text


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
