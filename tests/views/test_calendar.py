"""The calendar: each day's first few, in the zone chosen by name, at the cost of one of them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from portal.content.calendars import _days
from portal.content.freeze_setting import freeze
from portal.content.moments import moment_at
from portal.content.queue_filters import day_start
from portal.content.releasing import make_release
from portal.content.scheduling import time_fields
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS
from tests.views.test_queue import put
from tests.views.test_within import statements

HOME = "/a/acme/calendar/"
NOON = datetime(2031, 3, 15, 12, tzinfo=UTC)


def day_of(text: str, day: str) -> str:
    """What stands in a day's cell."""
    found = re.search(rf'data-day="{day}">(.*?)(?=data-day=|</table>|</ol>)', text, re.DOTALL)
    return found[1] if found else ""


@both_databases
@pytest.mark.parametrize("view", ["month", "week", "agenda"])
def test_a_full_day_shows_the_first_and_says_how_many_more(
    app: Flask, client: FlaskClient, cast: Cast, view: str
):
    put(
        app, cast.acme, *({"due_at": NOON + timedelta(seconds=n)} for n in range(300)),
        {"due_at": NOON - timedelta(days=1), "page_title": "Eve", "state": "held"},
        {"due_at": NOON, "state": "cancelled", "page_title": "Off"},
    )  # fmt: skip
    text = sign_in(client, cast.publisher).get(f"{HOME}?view={view}&day=2031-03-14").text
    full = day_of(text, "2031-03-15")
    shown = 4 if view == "month" else 25
    assert full.count('class="cal-item ') == shown
    assert f"and {300 - shown} more" in full
    more = re.search(r'class="cal-more" href="([^"]+)"', full)
    assert more is not None
    assert "300" not in more[1]
    listed = client.get(more[1].replace("&amp;", "&")).text
    assert listed.count('dir="auto">Menu<') == 50
    assert "Eve" in day_of(text, "2031-03-14")
    assert "Held" in day_of(text, "2031-03-14")
    assert "Off" not in full


@both_databases
def test_days_are_those_of_the_zone_and_freezes_lie_over_them(
    app: Flask, client: FlaskClient, cast: Cast
):
    put(app, cast.acme, {"due_at": datetime(2031, 3, 15, 23, 30, tzinfo=UTC)})
    sign_in(client, cast.admin)
    home = client.get(f"{HOME}?day=2031-03-01").text
    assert "Menu" in day_of(home, "2031-03-16"), "half past midnight in Berlin"
    assert "00:30" in day_of(home, "2031-03-16")
    utc = client.get(f"{HOME}?day=2031-03-01&zone=UTC").text
    assert "Menu" in day_of(utc, "2031-03-15")
    assert 'data-zone="UTC"' in utc
    span = {"name": "Feast", "since": "2031-03-10T00:00", "until": "2031-03-12T00:00"}
    client.post("/a/acme/freezes/new", data=span | {"zone": "Europe/Berlin", "confirmed": "1"})
    text = client.get(f"{HOME}?day=2031-03-01").text
    held = [day for day in range(1, 32) if "Feast" in day_of(text, f"2031-03-{day:02}")]
    assert held == [10, 11]


@both_databases
def test_freezes_below_are_shown_by_account_at_the_cost_of_one(
    app: Flask, client: FlaskClient, cast: Cast
):
    def frozen(account: AccountRef, name: str, *days: int) -> None:
        with app.app_context(), acting_in(tenant_scope(account.tenant_id)):
            for number, day in enumerate(days):
                since = moment_at(NOON + timedelta(days=day), "UTC")
                until = moment_at(since.at + timedelta(minutes=number + 1), "UTC")
                freeze(account, name, since, until, by=TESTS)
            db.session.commit()

    frozen(cast.acme, "Feast", 0)
    frozen(cast.berlin, "Carnival", 1)
    frozen(cast.bolt, "Secret", 1)
    sign_in(client, cast.publisher)
    url = f"{HOME}?day=2031-03-15"
    assert "Carnival" not in client.get(url).text
    few = statements(app, client, f"{url}&within=below")
    frozen(cast.mitte, "Flood", -1, *[2] * 6)
    text = client.get(f"{url}&within=below").text
    assert f"{cast.berlin.name}: Carnival" in day_of(text, "2031-03-16")
    assert ">Feast<" in day_of(text, "2031-03-15")
    assert f"{cast.mitte.name}: Flood" in day_of(text, "2031-03-14")
    assert "and 2 more freezes" in day_of(text, "2031-03-17")
    assert "Secret" not in text
    assert statements(app, client, f"{url}&within=below") == few
    sign_in(client, cast.berlin_editor)
    there = client.get("/a/acme-berlin/calendar/?day=2031-03-15").text
    assert "Flood" not in there


def test_who_cannot_move_sees_no_way_to_and_who_cannot_read_no_titles(
    app: Flask, client: FlaskClient, cast: Cast
):
    put(app, cast.acme, {"due_at": NOON}, {"due_at": NOON, "state": "done", "done_at": NOON})
    put(app, cast.berlin, {"due_at": NOON, "page_title": "Currywurst"})
    url = f"{HOME}?day=2031-03-15"
    assert sign_in(client, cast.publisher).get(url).text.count('draggable="true"') == 1
    assert "data-move" not in sign_in(client, cast.viewer).get(url).text
    assert "Currywurst" in client.get(f"{url}&within=below").text
    staff = sign_in(client, cast.auditor).get(f"{url}&within=below").text
    assert 'dir="auto">Menu<' not in staff
    assert "Currywurst" not in staff
    assert "(content not shown)" in staff
    assert sign_in(client, cast.bolt_admin).get(url).status_code == 404
    for odd in ("day=soon", "day=9999-12-31", "day=0001-01-01", "view=year", "zone=Mars", ""):
        assert client.get(f"/a/bolt/calendar/?{odd}").status_code == 200


def test_a_month_takes_the_same_statements_however_much_there_is(
    app: Flask, client: FlaskClient, cast: Cast
):
    sign_in(client, cast.admin)
    put(app, cast.acme, {"due_at": NOON})
    url = f"{HOME}?day=2031-03-15"
    few = statements(app, client, url)
    put(app, cast.acme, *({"due_at": NOON + timedelta(hours=n % 300)} for n in range(900)))
    assert statements(app, client, url) == few


@given(st.dates(date(1971, 1, 1), date(2199, 12, 31)), st.sampled_from(["month", "week", "agenda"]))
def test_days_follow_each_other_and_hold_the_one_asked_for(day: date, kind: str):
    days = _days(kind, day)  # type: ignore[arg-type]
    assert day in days
    assert all(b - a == timedelta(days=1) for a, b in pairwise(days))
    if kind != "agenda":
        assert days[0].weekday() == 0
        assert len(days) % 7 == 0
    starts = [day_start(each, "America/Sao_Paulo").astimezone(UTC) for each in days]
    assert starts == sorted(set(starts))


def test_a_release_stands_on_its_day(app: Flask, client: FlaskClient, cast: Cast):
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        release = make_release(cast.acme, "Spring", by=TESTS)
        for name, value in time_fields(moment_at(NOON, "UTC")).items():
            setattr(release, name, value)
        release.state = "pending"
        db.session.commit()
        move = f"/a/acme/releases/{release.id}/schedule"
    text = sign_in(client, cast.publisher).get(f"{HOME}?day=2031-03-01").text
    assert "Spring" in day_of(text, "2031-03-15")
    assert f'data-move="{move}"' in day_of(text, "2031-03-15")
    asked = client.get(f"{move}?on=2031-03-20&by=UTC&view=week").text
    assert 'value="2031-03-20T12:00' in asked
    assert f"/a/acme/calendar/?view=week&amp;zone=UTC&amp;day=2031-03-15#at-{release.id}" in asked
    assert "Spring" not in sign_in(client, cast.auditor).get(f"{HOME}?day=2031-03-01").text
