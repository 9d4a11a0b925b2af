"""A wall time that means another instant by today's rules is told of, and nothing is moved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from portal.content.schedules import Schedule
from portal.content.zone_rules import meant_now
from portal.jobs.zone_rules import check_zone_rules
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.content.due_scene import scheduled
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.jobs.test_outcomes import heard_by


@pytest.mark.parametrize(
    ("wall", "zone", "due", "meant"),
    [
        ("2027-01-15T09:00:00", "Europe/Berlin", "2027-01-15T08:00", None),
        ("2027-01-15T09:00:00", "Europe/Berlin", "2027-01-15T07:00", "2027-01-15T08:00"),
        ("2026-10-25T02:30:00", "Europe/Berlin", "2026-10-25T00:30", None),
        ("2026-10-25T02:30:00", "Europe/Berlin", "2026-10-25T01:30", None),
        ("2026-10-25T02:30:00", "Europe/Berlin", "2026-10-25T02:30", "2026-10-25T01:30"),
        ("2026-03-29T02:30:00", "Europe/Berlin", "2026-03-29T00:30", "2026-03-29T01:30"),
        ("2027-01-15T09:00:00", "Nowhere/Gone", "2027-01-15T08:00", None),
    ],
)
def test_what_a_wall_time_means_today(wall: str, zone: str, due: str, meant: str | None):
    at = datetime.fromisoformat(due).replace(tzinfo=UTC)
    wanted = datetime.fromisoformat(meant).replace(tzinfo=UTC) if meant else None
    assert meant_now(wall, zone, at) == wanted


@both_databases
@pytest.mark.usefixtures("inside")
def test_changed_rules_are_noted_and_told_once(cast: Cast):
    row, _ = scheduled(cast)
    scheduled(cast, "As asked")
    assert check_zone_rules() == 0
    scope, hour = tenant_scope(cast.acme.tenant_id), timedelta(hours=1)
    _shift(cast, row, hour)
    due = row.due_at + hour
    assert (check_zone_rules(), check_zone_rules()) == (1, 0)
    with acting_in(scope):
        found = db.session.get_one(Schedule, row.id)
        assert found.due_at == due
        assert found.rules_at == row.due_at.replace(microsecond=0)
    for who in (cast.publisher, cast.admin):
        ((kind, sentence),) = heard_by(cast, who)
        assert kind == "rules"
        assert "is 1 hour earlier now" in sentence
    _shift(cast, row, -hour)
    assert check_zone_rules() == 1
    with acting_in(scope):
        assert db.session.get_one(Schedule, row.id).rules_at is None


def _shift(cast: Cast, row: Schedule, by: timedelta) -> None:
    """Let the row be what it would be, had the rules been others when it was made."""
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        found = db.session.get_one(Schedule, row.id)
        found.due_at += by
        db.session.info.setdefault("recorded", set()).add(("Schedule", row.id))
        db.session.commit()
