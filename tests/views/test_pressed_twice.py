"""A button pressed twice, or by two people at once: it counts once, and nobody gets a fault."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask, abort
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm.exc import StaleDataError

from portal.content.freezes import Freeze
from portal.content.releases import ReleaseItem
from portal.content.schedules import Schedule
from portal.content.sites import Menu
from tenants.audit import AuditEvent
from tenants.clock import now
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import on_postgres
from tests.fixtures.cast import Cast
from tests.fixtures.client import Browser, sign_in
from tests.releases.test_views import BASE, a_release
from tests.views.test_findings_races import race
from tests.views.test_pages import page_id

WALL = (now() + timedelta(days=40)).strftime("%Y-%m-%dT%H:%M")


def number(app: Flask, cast: Cast, row: Any, *conditions: Any) -> int:
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        return db.session.scalar(select(func.count()).select_from(row).where(*conditions)) or 0


def at_once(app: Flask, who: Any, times: int, ask: Callable[[FlaskClient, int], int]) -> list[int]:
    app.test_client_class = Browser
    clients = [sign_in(app.test_client(), who) for _ in range(times)]
    return sorted(int(str(each)) for each in race(times, lambda n: ask(clients[n], n)))


@on_postgres
def test_the_very_same_is_scheduled_and_frozen_once(app: Flask, cast: Cast) -> None:
    url = f"/a/acme/pages/{page_id(app, cast, 'Plans for spring')}/schedule"
    reader = sign_in(app.test_client(), cast.admin)
    page = reader.get(url).text
    revision = page.split('name="revision"')[1].split('value="')[1].split('"')[0]
    typed = {"what": "publish", "wall": WALL, "zone": "UTC", "late_policy": "publish",
             "late_minutes": "60", "revision": revision, "confirmed": "1"}  # fmt: skip
    said = at_once(app, cast.admin, 3, lambda c, _: c.post(url, data=typed).status_code)
    assert (said, number(app, cast, Schedule)) == ([302, 422, 422], 1)
    until = (now() + timedelta(days=41)).strftime("%Y-%m-%dT%H:%M")
    span = {"name": "Feast", "since": WALL, "until": until, "zone": "UTC", "confirmed": "1"}
    new = "/a/acme/freezes/new"
    said = at_once(app, cast.admin, 3, lambda c, _: c.post(new, data=span).status_code)
    assert (said, number(app, cast, Freeze)) == ([302, 422, 422], 1)


@on_postgres
def test_of_menus_put_on_top_at_once_one_is_there(app: Flask, cast: Cast) -> None:
    client = sign_in(app.test_client(), cast.admin)
    made = [client.post("/a/acme/menus/new", data={"name": f"M{n}", "place": ""}) for n in range(4)]
    urls = [answer.location for answer in made]
    put = {"place": "main"}
    said = at_once(app, cast.admin, 4, lambda c, n: c.post(f"{urls[n]}place", data=put).status_code)
    assert (said, number(app, cast, Menu, Menu.primary)) == ([303] * 4, 1)
    gone = at_once(app, cast.admin, 3, lambda c, _: c.post(f"{urls[0]}delete").status_code)
    assert gone[0] == 303
    assert set(gone[1:]) <= {404, 409}
    assert number(app, cast, AuditEvent, AuditEvent.event == "menu.deleted") == 1


@on_postgres
def test_a_page_is_taken_out_of_a_release_once(app: Flask, cast: Cast) -> None:
    url = f"{BASE}{a_release(app, cast, 'One', 'Two')}/drop"
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        one = {"page": str(db.session.scalars(select(ReleaseItem.page_id)).first())}
    said = at_once(app, cast.publisher, 4, lambda c, _: c.post(url, data=one).status_code)
    assert said[0] == 303
    assert set(said[1:]) <= {404, 409}
    assert number(app, cast, AuditEvent, AuditEvent.event == "release.dropped") == 1


@pytest.mark.parametrize("fault", [StaleDataError("0 rows"), "refreshed", InvalidRequestError("?")])
def test_what_somebody_deleted_meanwhile_is_a_conflict_that_keeps_what_was_typed(
    app: Flask, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch, fault: Any
) -> None:
    def gone(menu: Any, *_args: Any, **_kwargs: Any) -> None:
        if fault != "refreshed":
            raise fault
        elsewhere = delete(Menu).where(Menu.id == menu.id)
        db.session.execute(elsewhere.execution_options(synchronize_session=False))
        db.session.refresh(menu, with_for_update=True)
        abort(500)

    sign_in(client, cast.admin)
    url = client.post("/a/acme/menus/new", data={"name": "M", "place": ""}).location
    assert uuid.UUID(url.split("/")[-2])
    monkeypatch.setattr("portal.views.menus.change_menu", gone)
    typed = {"name": "Renamed by me", "act": "save", "based_on": ""}
    answer = client.post(url, data=typed, headers={"Sec-Fetch-Site": "same-origin"})
    known = not isinstance(fault, InvalidRequestError)
    assert answer.status_code == (409 if known else 500)
    assert ("deleted this at the same moment" in answer.text) is known
    assert "Renamed by me" in answer.text
