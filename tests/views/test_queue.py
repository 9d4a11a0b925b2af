"""The queue: states, filters, keys, accounts below, saved views, CSV, punctuality."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.content import queue_list
from portal.content.pages import Page
from portal.content.planned import sight_of
from portal.content.punctuality import percentile, picture
from portal.content.queue_filters import read_queue_filters
from portal.content.saved_views import SavedView
from portal.content.schedules import Schedule
from tenants.accounts import AccountRef
from tenants.clock import now
from tenants.db import db, new_id
from tenants.directory import scope_of
from tenants.scope import across_tenants, acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.client import sign_in
from tests.identity.common import events
from tests.views.test_within import statements

HOME = "/a/acme/schedules/"
START = now().replace(microsecond=0)


def put(app: Flask, account: AccountRef, *changes: dict[str, Any]) -> None:
    """Rows as other parts of the portal would leave them, one for each of `changes`."""
    with app.app_context(), acting_in(tenant_scope(account.tenant_id)):
        page_id = db.session.scalar(select(Page.id).where(Page.account_id == account.id))
        plain: dict[str, Any] = {
            "tenant_id": account.tenant_id, "account_id": account.id, "page_id": page_id,
            "page_title": "Menu", "what": "publish", "revision_id": None, "wall_time": "2026-01-01",
            "revision_digest": None, "due_at": START, "zone": "Europe/Berlin", "moves": 0,
            "offset_minutes": 60, "state": "pending", "approver_id": None, "cause": "",
            "approver_label": "pia", "created_at": START, "done_at": None, "attempts": 0,
            "late_policy": "publish", "late_minutes": 60, "problems": [], "run_by_label": "",
        }  # fmt: skip
        rows = [Schedule(**(plain | {"id": new_id()} | each)) for each in changes]
        db.session.add_all(rows)
        db.session.info.setdefault("recorded", set()).update(("Schedule", r.id) for r in rows)
        db.session.commit()


def furnish(app: Flask, cast: Cast) -> None:
    hour = timedelta(hours=1)
    put(
        app, cast.acme,
        {"page_title": "Lunch", "due_at": START + 2 * hour},
        {"page_title": "Dinner", "due_at": START + hour, "what": "unpublish"},
        {"page_title": "Tea", "state": "held", "cause": "The text changed."},
        {"page_title": "Broken", "state": "failed", "cause": "Disk."},
        {"page_title": "Served", "state": "done", "done_at": START + timedelta(seconds=1.5)},
        {"page_title": "Thrown", "state": "cancelled", "approver_id": cast.publisher.id},
    )  # fmt: skip
    put(app, cast.berlin, {"page_title": "Currywurst", "due_at": START + 3 * hour})


def titles(client: FlaskClient, handle: str = "acme", **asked: Any) -> list[str]:
    page = client.get(f"/a/{handle}/schedules/", query_string=asked).text
    return re.findall(r'schedules/[0-9a-f-]{36}/" dir="auto">([^<]*)</a>', page)


@both_databases
def test_filters_narrow_and_order(app: Flask, client: FlaskClient, cast: Cast):
    furnish(app, cast)
    sign_in(client, cast.viewer)
    assert titles(client) == ["Dinner", "Lunch"]
    assert titles(client, sort="latest") == ["Lunch", "Dinner"]
    assert titles(client, state="held") == ["Tea"]
    assert set(titles(client, state="stuck")) == {"Tea", "Broken"}
    assert len(titles(client, state="all")) == 6
    assert titles(client, what="unpublish") == ["Dinner"]
    assert titles(client, q="lun") == ["Lunch"]
    assert titles(client, state="all", person=str(cast.publisher.id)) == ["Thrown"]
    assert titles(client, person="me") == []
    later = (START + timedelta(days=9)).date().isoformat()
    assert titles(client, since=later) == []
    assert len(titles(client, until=later)) == 2
    assert titles(client, within="below") == ["Dinner", "Lunch", "Currywurst"]
    assert titles(client, within="below", sort="latest") == ["Currywurst", "Lunch", "Dinner"]
    odd = {"state": "x", "what": "y", "person": "z", "since": "soon", "sort": "w", "zone": "Mars"}
    assert len(titles(client, **odd)) == 2
    shown = client.get(f"{HOME}?state=held").text
    assert "The text changed." in shown
    assert "1.50 s" in client.get(f"{HOME}?state=done").text
    for bad in ("x", "x~y", "\x00"):
        assert client.get(HOME, query_string={"before": bad}).status_code == 200


def test_who_may_not_read_drafts_sees_no_titles_and_finds_none(
    app: Flask, client: FlaskClient, cast: Cast
):
    furnish(app, cast)
    sign_in(client, cast.auditor)
    for within in ("", "below"):
        assert set(titles(client, within=within)) == {"(content not shown)"}
        assert titles(client, q="lun", within=within) == []
        assert "The text changed." not in client.get(f"{HOME}?state=held&within={within}").text
        sent = client.post(f"{HOME}list/export", data={"state": "all", "within": within}).text
        assert "Lunch" not in sent
        assert "The text changed." not in sent


def test_below_stands_only_what_one_may_look_at(app: Flask, client: FlaskClient, cast: Cast):
    furnish(app, cast)
    sign_in(client, cast.berlin_editor)
    assert titles(client, "acme-berlin", within="below") == ["Currywurst"]
    sign_in(client, cast.bolt_editor)
    assert titles(client, "bolt", within="below", state="all") == []


@both_databases
@pytest.mark.parametrize("sort", ["soonest", "latest"])
@pytest.mark.parametrize("below", [False, True])
def test_every_schedule_stands_on_one_part_of_the_list(
    app: Flask, cast: Cast, sort: str, below: bool
):
    furnish(app, cast)
    put(app, cast.acme, *({"page_title": f"Same {n}"} for n in range(5)))
    with app.app_context():
        actor = as_actor(cast.admin)
        with acting_in(scope_of(actor, cast.acme)):
            sight = sight_of(actor, cast.acme, below=below)
            filters = read_queue_filters({"sort": sort, "state": "all"}, "UTC", None)
            whole = [p.row.id for p in queue_list.queued(sight, filters).rows]
            seen, before = [], None
            while True:
                part = queue_list.queued(sight, filters, before, 3)
                seen += [p.row.id for p in part.rows]
                before = part.older
                if before is None:
                    break
            assert seen == whole
            assert len(whole) == 11 + below


def test_views_are_saved_apart_from_those_of_pages(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.viewer)
    sent = {"name": "Mine", "state": "held", "sort": "latest", "evil": "x"}
    assert client.post(f"{HOME}list/views", data=sent).status_code == 303
    assert "Mine" in client.get(HOME).text
    assert "Mine" not in client.get("/a/acme/pages/").text
    with app.app_context(), across_tenants("tests"):
        view = db.session.scalars(select(SavedView)).one()
        assert view.query == "state=held&sort=latest"
    assert client.post(f"{HOME}list/views", data={"name": ""}).status_code == 409
    gone = f"{HOME}list/views/{view.id}/delete"
    assert client.get(gone).status_code == 405
    assert client.post(f"/a/acme/pages/list/views/{view.id}/delete").status_code == 404
    assert sign_in(client, cast.editor).post(gone).status_code == 404
    assert sign_in(client, cast.viewer).post(gone).status_code == 303


@both_databases
def test_the_queue_is_taken_along(app: Flask, client: FlaskClient, cast: Cast):
    furnish(app, cast)
    sign_in(client, cast.viewer)
    answer = client.post(f"{HOME}list/export", data={"state": "all", "within": "below"})
    lines = list(csv.reader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert lines[0][:3] == ["title", "what", "state"]
    assert len(lines) == 8
    told = events(app, "schedule.exported")
    assert told[-1].facts["rows"] == 7
    assert client.get(f"{HOME}list/export").status_code == 405


def test_a_page_takes_the_same_statements_however_much_waits(
    app: Flask, client: FlaskClient, cast: Cast
):
    sign_in(client, cast.admin)
    put(app, cast.acme, {})
    few = [statements(app, client, f"{HOME}{within}") for within in ("", "?within=below")]
    put(app, cast.acme, *({"page_title": f"One more {n}"} for n in range(120)))
    assert [statements(app, client, f"{HOME}{w}") for w in ("", "?within=below")] == few


def test_the_picture_of_punctuality_is_of_what_the_portal_did_itself(
    app: Flask, client: FlaskClient, cast: Cast
):
    done = {"state": "done", "due_at": START - timedelta(hours=3)}
    put(
        app, cast.acme,
        {**done, "done_at": START - timedelta(hours=3) + timedelta(seconds=0.25)},
        {**done, "done_at": START, "run_by_label": "pia"},
    )  # fmt: skip
    shown = sign_in(client, cast.viewer).get(HOME).text
    assert "each of the last 1 was carried out" in shown
    assert "0.25 s" in shown
    assert shown.count("<circle") >= 1
    assert "3.0 h" not in shown


def test_percentiles_and_places():
    assert [percentile([3, 1, 2], share) for share in (1, 34, 50, 100)] == [1, 2, 2, 3]
    pairs = [(START + timedelta(days=n), START + timedelta(days=n, seconds=s))
             for n, s in enumerate((0.001, 0.5, 400_000))]  # fmt: skip
    found = picture(pairs, "Europe/Berlin")
    assert [day.number for day in found.days] == [1, 1, 1]
    heights = [y for _x, y in found.dots]
    assert heights == sorted(heights, reverse=True)
    assert all(0 <= x <= 720 and 0 <= y <= 180 for x, y in found.dots)
    assert picture([], "UTC").delays == ()
