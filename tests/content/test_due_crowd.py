"""A crowd of schedules: one that cannot be carried out keeps few others from going together."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from portal.content import due, due_together
from portal.content.due_world import seconds_until_due
from portal.content.moments import Moment, moment_at
from portal.content.pages import revision_by_id
from portal.content.schedules import Schedule
from portal.content.scheduling import schedule
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import make_page

ITEMS, PARTS = 9, 3


def some_due(cast: Cast, number: int, ago: timedelta) -> None:
    by, later = as_actor(cast.publisher), moment_at(now() + timedelta(hours=1), "UTC")
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        _some_due(cast, number, ago, by, later)


def _some_due(cast: Cast, number: int, ago: timedelta, by: Actor, later: Moment) -> None:
    for n in range(number):
        page = make_page(cast.acme, f"Crowd {n}")
        draft = revision_by_id(page.draft_revision_id, page)
        row = schedule(page, "publish", draft, later, cast.acme, by=by)
        row.due_at = now() - ago
    db.session.commit()


@pytest.mark.usefixtures("inside")
@both_databases
def test_a_fault_keeps_only_its_own_part_from_going_together(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, together = due_together._carry_out, []

    def carry_out(ready: list[Any]) -> None:
        if any(each.row.shown_as == "Crowd 4" for each in ready):
            raise RuntimeError("Not with this one.")
        real(ready)
        together.append(len(ready))

    monkeypatch.setattr(due_together, "_carry_out", carry_out)
    monkeypatch.setattr(due_together, "PARTS", PARTS)
    some_due(cast, ITEMS, timedelta(seconds=1))
    assert due.publish_due() == ITEMS
    assert together == [ITEMS // PARTS] * (PARTS - 1)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        assert {row.state for row in db.session.scalars(select(Schedule))} == {"done"}


@pytest.mark.usefixtures("inside")
@both_databases
def test_the_clock_knows_when_something_becomes_due_next(cast: Cast) -> None:
    assert seconds_until_due(0.25) == 0.25
    some_due(cast, 1, timedelta(seconds=1))
    assert seconds_until_due(0.25) == 0.25, "what is due already is no reason to wait for less"
    some_due(cast, 1, timedelta(seconds=-60))
    assert 0 < seconds_until_due(120) <= 60
