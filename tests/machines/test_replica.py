"""A real streaming replica stands in for the primary: while it is fit, and never for one's own."""

from __future__ import annotations

import shutil
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import selectinload

from portal.cli.warden import Warden
from portal.config import BadConfig, from_env
from portal.content.drafting import save_draft, text_of
from portal.content.pages import Page, revision_by_id
from portal.content.publishing import publish
from tenants.db import db
from tenants.ending import finish
from tenants.grants import Grant
from tenants.replicas import FOR_LISTS, FOR_READERS, KEY, Replica, _of
from tenants.scope import acting_in, tenant_scope
from tests.faults.clusters import DATABASE, Cluster
from tests.fixtures.app import app_over
from tests.fixtures.cast import Cast, read_cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS, make_page
from tests.infra.postgres_server import WEB
from tests.infra.processes import wait_until
from tests.machines.standby import Standby

LISTED = "/a/acme/pages/"
PATIENT = 600.0


@pytest.fixture(scope="module")
def primary(tmp_path_factory: pytest.TempPathFactory, process_warden: Warden) -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="replica-"))
    folder.chmod(0o711)
    made = Cluster(folder / "primary", process_warden)
    made.start()
    yield made
    made.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def standby(primary: Cluster, process_warden: Warden) -> Iterator[Standby]:
    made = Standby(primary, primary.folder.parent / "standby", process_warden)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def app(primary: Cluster, standby: Standby) -> Iterator[Flask]:
    """An application over both, which stand level."""
    standby.go_on()
    with app_over(primary.url(), replica_url=standby.server.url(DATABASE, WEB)) as made:
        yield made


@pytest.fixture
def cast(app: Flask) -> Cast:
    with app.app_context():
        return read_cast()


def replica_of(app: Flask) -> Replica:
    with app.app_context():
        return _of[db.engine]


def is_fit(app: Flask, behind: float = FOR_LISTS, after: int = 0) -> bool:
    with app.app_context():
        return replica_of(app).if_fit(behind, after) is not None


class Asked:
    """What was asked of the replica, and of the primary."""

    def __init__(self, app: Flask) -> None:
        self.near: list[str] = []
        self.far: list[str] = []
        with app.app_context():
            for engine, said in ((db.engines[KEY], self.near), (db.engine, self.far)):
                event.listen(engine, "before_cursor_execute", self._noting(said))

    def _noting(self, said: list[str]) -> Callable[..., None]:
        return lambda _c, _cursor, sql, *_more: said.append(sql)

    def told(self, where: str, table: str) -> bool:
        return any(f"FROM {table}" in sql for sql in getattr(self, where))


def test_lists_are_read_from_the_replica_and_who_asks_from_the_primary(
    app: Flask, client: FlaskClient, cast: Cast
):
    sign_in(client, cast.publisher)
    wait_until(lambda: is_fit(app), "the replica is fit", 10)
    asked = Asked(app)
    assert client.get(LISTED).status_code == 200
    assert asked.told("near", "page")
    assert not asked.told("far", "page")
    assert asked.told("far", "login_session")
    assert not asked.told("near", "login_session")


def test_what_is_no_list_is_read_from_the_primary(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.publisher)
    asked = Asked(app)
    assert client.get("/a/acme/people/").status_code in {200, 403}
    assert client.get("/me/").status_code in {200, 302, 404}
    assert asked.near == []


def test_nobody_misses_what_he_just_did(
    app: Flask, client: FlaskClient, cast: Cast, standby: Standby, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("portal.nearness.FOR_LISTS", PATIENT)
    sign_in(client, cast.publisher)
    other = app.test_client()
    sign_in(other, cast.editor)
    assert is_fit(app, PATIENT)
    standby.pause()
    made = client.post(f"{LISTED}new", data={"type": "page", "title": "Just written"})
    assert made.status_code == 302
    assert "Just written" in client.get(LISTED).text
    assert "Just written" not in other.get(LISTED).text, "it was not read from the replica"
    standby.go_on()
    asked = Asked(app)
    assert "Just written" in client.get(LISTED).text
    assert asked.told("near", "page"), "it is read from there again once it has come as far"


def test_a_replica_that_falls_behind_is_not_asked(app: Flask, cast: Cast, standby: Standby):
    wait_until(lambda: is_fit(app, FOR_READERS), "it is fit", 10)
    standby.pause()
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        make_page(cast.acme, "Something to replay")
        db.session.commit()
    wait_until(lambda: not is_fit(app), "it is behind", 10)
    standby.go_on()
    wait_until(lambda: is_fit(app), "it is fit again", 10)


def test_a_replica_that_is_away_is_not_missed(
    app: Flask, client: FlaskClient, cast: Cast, standby: Standby
):
    sign_in(client, cast.publisher)
    wait_until(lambda: is_fit(app), "it is fit", 10)
    standby.stop()
    try:
        assert client.get(LISTED).status_code == 200
        assert client.get("/s/acme/").status_code == 200
        assert not is_fit(app)
    finally:
        standby.start()
    replica_of(app)._let_alone_until = 0.0
    wait_until(lambda: is_fit(app), "it is asked again", 20)


def test_a_right_that_ended_is_gone_however_far_the_replica_is(
    app: Flask, client: FlaskClient, cast: Cast, standby: Standby, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("portal.nearness.FOR_LISTS", PATIENT)
    sign_in(client, cast.viewer)
    assert is_fit(app, PATIENT)
    standby.pause()
    assert client.get(LISTED).status_code == 200
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        mine = select(Grant).where(Grant.person_id == cast.viewer.id)
        for grant in db.session.scalars(mine.options(selectinload("*"))):
            finish(grant, cast.acme, by=TESTS, reason="Left.")
        db.session.commit()
    assert client.get(LISTED).status_code == 404


def test_readers_of_a_replica_get_what_is_published(
    app: Flask, primary: Cluster, cast: Cast, standby: Standby
):
    """Bytes made from either server are heard to be old, also where that changes meanwhile."""
    reader = app.test_client()
    asked = Asked(app)
    with app_over(primary.url()) as writer:
        page_id = say(writer, cast, "words 0", None)
        for number in range(1, 10):
            if number % 3 == 1:
                standby.pause()
            say(writer, cast, f"words {number}", page_id)
            told = time.monotonic()
            while f"words {number}" not in reader.get("/s/acme/said/").text:
                assert time.monotonic() < told + 1.0, f"words {number} are not seen"
            if number % 3 == 1:
                standby.go_on()
                wait_until(lambda: is_fit(app, FOR_READERS), "it is fit", 10)
            assert f"words {number}" in reader.get("/s/acme/said/").text
    assert asked.told("near", "page")
    assert asked.told("far", "page")


def say(writer: Flask, cast: Cast, words: str, page_id: uuid.UUID | None) -> uuid.UUID:
    """Have a page be live with these words."""
    with writer.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        body = f"<p>{words}</p>"
        if page_id is None:
            page = make_page(cast.acme, "Said", body, state="live")
        else:
            page = db.session.scalars(select(Page).where(Page.id == page_id)).one()
            draft = revision_by_id(page.draft_revision_id, page)
            assert draft is not None
            text = replace(text_of(draft), body=body)
            saved = save_draft(page, text, cast.acme, by=TESTS, based_on=draft.id)
            publish(page, saved.revision, cast.acme, by=TESTS)
        db.session.commit()
        return page.id


@pytest.mark.parametrize("other", ["sqlite:///x.db", "mysql://x"])
def test_a_replica_of_what_is_no_postgresql_is_refused(other: str):
    with pytest.raises(BadConfig):
        from_env(
            {"SECRET_KEY": "x", "DATABASE_URL": "postgresql:///x", "DATABASE_REPLICA_URL": other}
        )
