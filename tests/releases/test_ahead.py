"""What stands in the way of a release is found and told while there is time to mend it."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.content import release_looks
from portal.content.moments import moment_at
from portal.content.notifications import Notification
from portal.content.releases import Release
from portal.content.releasing import schedule_release
from portal.content.trash import put_in_trash
from portal.jobs.preflight import TOO_LATE
from portal.jobs.release_preflight import try_out_releases
from tenants.audit import excuse
from tenants.clock import now
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import TESTS
from tests.releases.scene import a_page, addresses, again, fresh, gathered, state

HOUR = timedelta(hours=1)


def waiting(cast: Cast, due_in: timedelta) -> tuple[Release, uuid.UUID]:
    """A release of two pages due after a while; nobody looked at it since it was scheduled."""
    by = as_actor(cast.admin)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        pages = [a_page(cast.acme, name, live=False) for name in ("One", "Two")]
        release = gathered(cast, by, pages)
        schedule_release(release, moment_at(now() + due_in, "UTC"), cast.acme, by=by)
        db.session.commit()
        forgotten(release)
        page_id = pages[0].id
        db.session.refresh(release)
        return release, page_id


def forgotten(release: Release) -> None:
    """Let the last look have been long ago. Inside a scope."""
    row = db.session.get_one(Release, release.id)
    row.checked_at = now() - 2 * HOUR
    excuse(row, "The clock of a test.")
    db.session.commit()


def told(cast: Cast) -> list[str]:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        query = select(Notification.sentence).where(Notification.kind == "release")
        return list(db.session.scalars(query))


@pytest.mark.usefixtures("inside")
@both_databases
def test_what_came_into_the_way_is_told_once_and_nothing_is_changed(cast: Cast) -> None:
    release, page_id = waiting(cast, HOUR / 2)
    assert try_out_releases() == 1
    assert told(cast) == []
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        put_in_trash(fresh(page_id, cast.acme), cast.acme, by=TESTS)
        db.session.commit()
        forgotten(release)
    assert try_out_releases() == 1
    [sentence] = set(told(cast))
    assert "would be held: 1 of 2 pages cannot go as it is." in sentence
    assert "Nothing was changed" not in sentence
    assert state(cast, release) == ("pending", "")
    assert addresses(cast)["Two"] is None, "a trial puts nothing live"
    number = len(told(cast))
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        forgotten(release)
    assert try_out_releases() == 1
    assert len(told(cast)) == number, "what was told is no news"


@pytest.mark.usefixtures("inside")
def test_only_what_is_due_soon_is_tried_out_and_not_again_at_once(cast: Cast) -> None:
    waiting(cast, 3 * HOUR)
    assert try_out_releases() == 0
    waiting(cast, HOUR / 2)
    assert try_out_releases() == 1
    assert try_out_releases() == 0, "a look is good for a while"


@pytest.mark.usefixtures("inside")
def test_what_is_due_in_a_moment_is_left_to_whoever_carries_it_out(cast: Cast) -> None:
    release, _ = waiting(cast, HOUR / 2)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        row = again(cast, release)
        row.due_at = now() + TOO_LATE / 2
        excuse(row, "The clock of a test.")
        db.session.commit()
    assert try_out_releases() == 0


@pytest.mark.usefixtures("inside")
def test_changed_rules_of_its_zone_are_shown_with_a_release(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    release, _ = waiting(cast, HOUR / 2)
    monkeypatch.setattr(release_looks, "meant_now", lambda _wall, _zone, due_at: due_at + HOUR)
    assert try_out_releases() == 1
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        [found] = again(cast, release).problems
    assert found["tone"] == "warn"
    assert "The rules of its time zone changed" in found["sentence"]
