"""Releases and freezes: nothing goes while one lasts, and what is to go afterwards can be asked."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.content.freezing import Frozen
from portal.content.moments import moment_at
from portal.content.release_run import run_now
from portal.content.release_undoing import undo_release
from portal.content.releases import items_of
from portal.content.releasing import drop, schedule_release
from tenants.clock import now
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.content.test_freezing import put
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.client import sign_in
from tests.releases.scene import a_page, addresses, again, found_of, gathered, state
from tests.releases.test_views import BASE, a_release, row, when

HOUR = timedelta(hours=1)


@pytest.mark.usefixtures("inside")
def test_while_a_freeze_lasts_a_release_can_be_scheduled_and_changed_for_afterwards(
    cast: Cast,
) -> None:
    put(cast.berlin, "Fair", now() - HOUR, now() + HOUR)
    put(cast.acme, "Feast", now() - HOUR, now() + 2 * HOUR)
    by = as_actor(cast.admin)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        pages = [a_page(cast.acme, name, live=False) for name in ("One", "Two")]
        pages.append(a_page(cast.berlin, "Drei", live=False))
        release = gathered(cast, by, pages)
        schedule_release(release, moment_at(now() + 3 * HOUR, "UTC"), cast.acme, by=by)
        assert not release.problems
        drop(release, items_of(release)[0], cast.acme, by=by)
        db.session.commit()
    assert state(cast, release) == ("pending", "")
    put(cast.acme, "Strike", now() + 2 * HOUR, now() + 4 * HOUR)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        found = again(cast, release)
        drop(found, items_of(found)[0], cast.acme, by=by)
        assert "It is due then and will be held." in found.problems[0]["sentence"]
        assert found.problems[0]["tone"] == "warn"
        db.session.commit()


@pytest.mark.usefixtures("inside")
def test_nothing_of_a_release_goes_or_comes_back_while_a_freeze_lasts(cast: Cast) -> None:
    by = as_actor(cast.admin)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        release = gathered(cast, by, [a_page(cast.acme, "One", live=False)])
        run_now(release, cast.acme, by=by)
        other = gathered(cast, by, [a_page(cast.berlin, "Zwei", live=False)])
        db.session.commit()
    put(cast.house, "Move", now() - HOUR, now() + HOUR)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        with pytest.raises(Frozen, match="Move"):
            undo_release(again(cast, release), cast.acme, by=by)
        db.session.rollback()
        with pytest.raises(Exception, match="cannot go"):
            run_now(again(cast, other), cast.acme, by=by)
        db.session.rollback()
    assert state(cast, release)[0] == "done"
    assert addresses(cast)["One"] == "/one/"
    assert found_of(cast, other) == {"Zwei": []}


def test_a_time_inside_a_freeze_is_put_to_the_person_with_the_first_one_that_is_free_everywhere(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    release_id = a_release(app, cast, "One")
    day = (now() + timedelta(days=40)).replace(hour=8, minute=0, second=0, microsecond=0)
    with app.app_context():
        put(cast.acme, "Feast", day, day + timedelta(days=1))
        put(cast.house, "Move", day + HOUR, day + timedelta(days=2))
    sign_in(client, cast.publisher)
    typed = when(wall=f"{day:%Y-%m-%d}T12:00")
    answer = client.post(f"{BASE}{release_id}/schedule", data=typed)
    assert answer.status_code == 422
    free = (day + timedelta(days=2)).isoformat()
    assert f'value="{free}"' in answer.text
    client.post(f"{BASE}{release_id}/schedule", data=typed | {"chosen": free, "confirmed": "1"})
    assert row(app, cast, release_id).due_at == day + timedelta(days=2)
    past = client.post(f"{BASE}{release_id}/schedule", data=when(wall="2020-01-01T09:00"))
    assert past.status_code == 422
    assert "has passed already" in past.text


def test_whoever_sets_a_freeze_is_shown_the_releases_that_fall_inside(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    with app.app_context():
        by = as_actor(cast.admin)
        with acting_in(tenant_scope(cast.acme.tenant_id)):
            release = gathered(cast, by, [a_page(cast.berlin, "Drei", live=False)])
            schedule_release(release, moment_at(now() + 30 * HOUR, "UTC"), cast.acme, by=by)
            db.session.commit()
    day = now() + timedelta(days=1)
    span = {"name": "Feast", "since": f"{day:%Y-%m-%dT%H:%M}", "zone": "UTC",
            "until": f"{day + timedelta(days=1):%Y-%m-%dT%H:%M}"}  # fmt: skip
    sign_in(client, cast.admin)
    for place, named in (("acme", "Spring"), ("acme-berlin", "(content not shown)")):
        answer = client.post(f"/a/{place}/freezes/new", data=span)
        assert "1 release falls inside" in answer.text
        assert named in answer.text
    beside = client.post(f"/a/{cast.bolt.handle}/freezes/new", data=span)
    assert beside.status_code == 404
    short = span | {"until": f"{day + HOUR:%Y-%m-%dT%H:%M}"}
    beside = client.post("/a/acme-berlin/freezes/new", data=short)
    assert "release falls" not in beside.text
