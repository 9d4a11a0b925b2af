"""One schedule: its page, two in one confirmation, late, run by hand, settled after zone rules."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.content.schedules import Schedule
from tenants.clock import now
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.views.test_pages import last_event, page_id
from tests.views.test_schedules import ask, make, rows

DAYS = timedelta(days=1)


def change(app: Flask, row: Schedule, **values: object) -> None:
    """What other parts of the portal would write."""
    with app.app_context(), acting_in(tenant_scope(row.tenant_id)):
        found = db.session.get(Schedule, row.id)
        assert found is not None
        for name, value in values.items():
            setattr(found, name, value)
        db.session.info.setdefault("recorded", set()).add(("Schedule", row.id))
        db.session.commit()


def wall(days: int, at: str = "09:00") -> str:
    return (now() + days * DAYS).strftime(f"%Y-%m-%dT{at}")


@both_databases
def test_live_and_offline_again_are_two_schedules_in_one_confirmation(
    app: Flask, client: FlaskClient, cast: Cast
):
    url = f"/a/acme/pages/{page_id(app, cast, 'Plans for spring')}/schedule"
    sign_in(client, cast.publisher)
    both = ask(client, url, what="window", wall_end=wall(45), late_policy="skip", late_minutes="5")
    asked = client.post(url, data=both)
    assert re.search(r"Goes live\s+<strong>.*Goes offline\s+<strong>", asked.text, re.DOTALL)
    assert "skipped when more than 5 minutes late" in asked.text
    assert rows(app, cast) == []
    again = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', asked.text))
    again.pop("csrf_token", None)
    assert client.post(url, data=again).status_code == 302
    first, last = sorted(rows(app, cast), key=lambda row: row.due_at)
    assert [(r.what, r.late_policy, r.late_minutes) for r in (first, last)] == [
        ("publish", "skip", 5), ("unpublish", "skip", 5),
    ]  # fmt: skip
    assert last.revision_id is None


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"wall_end": ""}, "at which it goes offline again"),
        ({"wall_end": "2020-01-01T09:00"}, "has passed already"),
        ({"wall_end": "soon"}, "Not a valid datetime"),
        ({"wall_end": "2029-10-28T02:30"}, "twice"),
        ({"wall_end": wall(20)}, "offline before it goes live"),
        ({"wall_end": wall(45), "late_minutes": "0"}, "Give 1 to 10,080 minutes"),
        ({"wall_end": wall(45), "late_minutes": "soon"}, "Not a valid integer"),
        ({"wall_end": wall(45), "late_policy": "forget"}, "Not a valid choice"),
    ],
)
def test_a_bad_window_gets_a_sentence(
    app: Flask, client: FlaskClient, cast: Cast, changes: dict[str, str], sentence: str
):
    url = f"/a/acme/pages/{page_id(app, cast, 'Plans for spring')}/schedule"
    sign_in(client, cast.publisher)
    sent = ask(client, url, what="window", confirmed="1", **changes)
    answer = client.post(url, data=sent)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert rows(app, cast) == []


@both_databases
def test_it_is_run_by_hand_and_says_by_whom(app: Flask, client: FlaskClient, cast: Cast):
    row = make(app, client, cast)
    url = f"/a/acme/schedules/{row.id}/"
    assert "Run now" in client.get(url).text
    change(app, row, state="failed", cause="The disk was full.")
    assert "The disk was full." in client.get(url).text
    assert client.post(f"{url}run", data={"reason": "At last"}).status_code == 303
    done = rows(app, cast)[-1]
    assert (done.state, done.run_by_label, done.delay_ms, done.cause) == (
        "done", cast.publisher.email, None, "",
    )  # fmt: skip
    assert done.due_at == row.due_at
    event = last_event(app, cast)
    assert (event.event, event.reason) == ("schedule.run_by_hand", "At last")
    shown = client.get(url).text
    assert cast.publisher.email in shown
    assert "ran by hand" in shown
    assert client.post(f"{url}run", data={}).status_code == 422
    assert client.get(f"{url}run").status_code == 200


def test_by_hand_all_is_asked_that_is_asked_at_its_time(
    app: Flask, client: FlaskClient, cast: Cast
):
    row = make(app, client, cast)
    url = f"/a/acme/schedules/{row.id}/run"
    change(app, row, revision_digest="0" * 64)
    answer = client.post(url, data={"reason": "Now"})
    assert answer.status_code == 422
    assert "no longer the one that was scheduled. Cancel this" in answer.text
    assert rows(app, cast)[-1].state == "pending"


@both_databases
@pytest.mark.parametrize("keep", ["instant", "wall"])
def test_after_the_rules_of_a_zone_changed_a_person_says_what_it_means(
    app: Flask, client: FlaskClient, cast: Cast, keep: str
):
    row = make(app, client, cast)
    by_rules = row.due_at + timedelta(hours=1)
    settle = f"/a/acme/schedules/{row.id}/settle"
    assert client.post(settle, data={"keep": keep}).status_code == 409
    change(app, row, rules_at=by_rules)
    assert "Time zone changed" in client.get("/a/acme/schedules/").text
    shown = client.get(f"/a/acme/schedules/{row.id}/").text
    assert "Keep the instant" in shown
    assert client.post(settle, data={"keep": keep}).status_code == 303
    after = rows(app, cast)[-1]
    assert after.rules_at is None
    assert after.due_at == (row.due_at if keep == "instant" else by_rules)
    told = "schedule.kept" if keep == "instant" else "schedule.moved"
    assert last_event(app, cast).event == told


def test_acts_need_the_right_and_neighbours_find_nothing(
    app: Flask, client: FlaskClient, cast: Cast
):
    row = make(app, client, cast)
    sign_in(client, cast.author)
    shown = client.get(f"/a/acme/schedules/{row.id}/")
    assert "page.publish" in shown.text
    for what in ("run", "settle"):
        assert client.post(f"/a/acme/schedules/{row.id}/{what}", data={}).status_code == 403
    assert client.get(f"/a/acme/schedules/{row.id}/settle").status_code == 405
    sign_in(client, cast.bolt_admin)
    for each in (row.id, uuid.uuid4()):
        for what in ("run", "settle"):
            assert client.post(f"/a/bolt/schedules/{each}/{what}", data={}).status_code == 404
        assert client.get(f"/a/bolt/schedules/{each}/").status_code == 404
    staff = sign_in(client, cast.support).get(f"/a/acme/schedules/{row.id}/").text
    assert "Plans for spring" not in staff
    assert rows(app, cast)[-1].state == "pending"


def test_dragged_to_another_day_it_asks_to_confirm_that_day(
    app: Flask, client: FlaskClient, cast: Cast
):
    row = make(app, client, cast)
    day = (now() + 50 * DAYS).date()
    url = f"/a/acme/schedules/{row.id}/move"
    asked = client.get(f"{url}?on={day}&by=UTC").text
    assert "Please confirm" in asked
    assert f"{day:%A %-d %B %Y}, 09:00 in Berlin" in asked or "Berlin" in asked
    assert rows(app, cast)[-1].due_at == row.due_at
    ordinary = client.get(url).text
    assert f'value="{row.wall_time[:16]}' in ordinary, "it begins with the time that stands"
    again = {"view": "week", "by": "UTC"}
    typed = ask(client, url, wall=f"{day}T09:00", confirmed="1") | again
    to = client.post(url, data=typed).location
    assert to == f"/a/acme/calendar/?view=week&zone=UTC&day={day}#at-{row.id}"
    assert client.get(to).text.count(f'id="at-{row.id}"') == 1
    row = rows(app, cast)[-1]
    past = client.get(f"{url}?on=2020-01-01")
    assert past.status_code == 200
    assert "has passed already" in past.text
    for bad in ("soon", "9999-12-31", "0001-01-01"):
        assert client.get(f"{url}?on={bad}&by=Asia/Tokyo").status_code == 200
