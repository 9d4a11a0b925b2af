"""Freezes: who may set one, what it forbids, where it comes from, how it ends."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from portal.content import due
from portal.content.freeze_setting import MOST, edge, freeze, lift, own_freezes
from portal.content.freezes import Freeze
from portal.content.freezing import (
    FreezeRef,
    Frozen,
    first_free,
    freeze_at,
    freezes_ahead,
    frozen_now,
)
from portal.content.moments import moment_at
from portal.content.pages import Page, revision_by_id
from portal.content.problems import BadTime, Problem
from portal.content.publishing import publish, unpublish
from portal.content.scheduling import asked_moment, move, schedule
from tenants.accounts import AccountRef
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Denied
from tenants.directory import scope_of
from tenants.scope import across_tenants, acting_in, tenant_scope
from tests.content.due_scene import make_due, scheduled, state
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import TESTS, make_page

HOUR = timedelta(hours=1)


def put(account: AccountRef, name: str, since: datetime, until: datetime) -> uuid.UUID:
    """A freeze, committed."""
    house = account.kind == "house"
    with across_tenants("tests") if house else acting_in(tenant_scope(account.tenant_id)):
        span = moment_at(since, "Europe/Berlin"), moment_at(until, "Europe/Berlin")
        row = freeze(account, name, *span, by=TESTS)
        db.session.commit()
        return row.id


@both_databases
@pytest.mark.usefixtures("inside")
def test_what_is_set_above_holds_below_and_beside_it_nothing(cast: Cast):
    start = now()
    put(cast.house, "Move", start + 5 * HOUR, start + 6 * HOUR)
    put(cast.acme, "Feast", start - HOUR, start + HOUR)
    put(cast.berlin, "Fair", start - HOUR, start + 2 * HOUR)
    actor = as_actor(cast.berlin_editor)
    with acting_in(scope_of(actor, cast.berlin)):
        assert [(f.name, f.account_name) for f in freezes_ahead(cast.mitte)] == [
            ("Feast", "Acme"), ("Fair", "Acme Berlin"), ("Move", "the house"),
        ]  # fmt: skip
        held = freeze_at(cast.mitte, start)
        assert held is not None
        assert held.name == "Fair", "the one that ends last"
        assert freeze_at(cast.mitte, start + 3 * HOUR) is None
        assert freeze_at(cast.mitte, start + 6 * HOUR) is None, "the end is not inside"
    with across_tenants("the engine"):
        ids = [a.id for a in (cast.mitte, cast.hamburg, cast.bolt)]
        found = frozen_now(ids)
        assert {key: value.name for key, value in found.items()} == {
            cast.mitte.id: "Fair", cast.hamburg.id: "Feast",
        }  # fmt: skip
        assert frozen_now([]) == {}


@both_databases
@pytest.mark.usefixtures("inside")
def test_nothing_goes_live_or_offline_by_hand_meanwhile(cast: Cast):
    put(cast.house, "Move", now() - HOUR, now() + HOUR)
    by = as_actor(cast.publisher)
    with acting_in(scope_of(by, cast.acme)):
        page = db.session.scalars(select(Page).where(Page.account_id == cast.acme.id)).first()
        assert page is not None
        draft = revision_by_id(page.draft_revision_id, page)
        assert draft is not None
        with pytest.raises(Frozen, match="“Move”, a freeze of the house") as refused:
            publish(page, draft, cast.acme, by=by)
        assert refused.value.freeze.name == "Move"
        with pytest.raises(Frozen):
            unpublish(page, cast.acme, by=by)
        db.session.rollback()


@pytest.mark.usefixtures("inside")
def test_a_time_inside_is_refused_with_the_first_moment_after_as_a_choice(cast: Cast):
    start = (now() + timedelta(days=3)).replace(microsecond=0)
    put(cast.acme, "Feast", start, start + 2 * HOUR)
    put(cast.berlin, "Fair", start + HOUR, start + 3 * HOUR)
    inside = moment_at(start + HOUR, "Europe/Berlin")
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        page = make_page(cast.berlin, "Menu")
        draft = revision_by_id(page.draft_revision_id, page)
        with pytest.raises(BadTime, match="“Fair”, a freeze of Acme Berlin") as refused:
            schedule(page, "publish", draft, inside, cast.berlin, by=TESTS)
        assert [c.at for c in refused.value.choices] == [start + 3 * HOUR]
        free = asked_moment(cast.berlin, inside.wall, inside.zone, refused.value.choices[0].at)
        row = schedule(page, "publish", draft, free, cast.berlin, by=TESTS)
        with pytest.raises(BadTime):
            asked_moment(cast.berlin, inside.wall, inside.zone, start + 5 * HOUR)
        with pytest.raises(BadTime, match="Feast"):
            move(row, moment_at(start, "UTC"), cast.berlin, by=TESTS)
        db.session.rollback()


@pytest.mark.usefixtures("inside")
def test_what_falls_due_inside_is_held_and_stays_held_when_it_is_lifted(cast: Cast):
    row, _page = scheduled(cast)
    freeze_id = put(cast.acme, "Feast", now() - HOUR, now() + HOUR)
    make_due(row)
    due.publish_due()
    assert state(cast, row)[0] == "held"
    assert "“Feast”, a freeze of Acme" in state(cast, row)[2]
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        found = db.session.get(Freeze, freeze_id)
        assert found is not None
        lift(found, cast.acme, by=TESTS, reason="Over.")
        db.session.commit()
        with pytest.raises(Problem, match="over already"):
            lift(found, cast.acme, by=TESTS)
        assert freezes_ahead(cast.acme) == []
        assert [f.name for f in own_freezes(cast.acme)] == ["Feast"]
    due.publish_due()
    assert state(cast, row)[0] == "held"


@pytest.mark.usefixtures("inside")
def test_only_those_who_may_set_and_lift_them_and_only_sensible_ones(cast: Cast):
    publisher = as_actor(cast.publisher)
    start = now()
    a, b = moment_at(start + HOUR, "UTC"), moment_at(start + 2 * HOUR, "UTC")
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        with pytest.raises(Denied):
            freeze(cast.acme, "Feast", a, b, by=publisher)
        row = freeze(cast.acme, "  Feast \n days ", a, b, by=TESTS)
        assert row.name == "Feast days"
        with pytest.raises(Denied):
            lift(row, cast.acme, by=publisher)
        for span, said in (
            ((b, a), "ends after it begins"),
            ((moment_at(start - 2 * HOUR, "UTC"), moment_at(start - HOUR, "UTC")), "over already"),
            ((a, moment_at(start + timedelta(days=400), "UTC")), "a year at most"),
        ):
            with pytest.raises(BadTime, match=said):
                freeze(cast.acme, "Feast", *span, by=TESTS)
        for name in ("", " ", "x" * 101):
            with pytest.raises(Problem, match="a name of at most 100"):
                freeze(cast.acme, name, a, b, by=TESTS)
        for number in range(MOST - 1):
            freeze(cast.acme, f"F{number}", a, b, by=TESTS)
        with pytest.raises(Problem, match="50 freezes that are not over"):
            freeze(cast.acme, "One more", a, b, by=TESTS)
        db.session.rollback()


def test_where_clocks_leave_an_end_open_the_freeze_is_the_longer():
    twice = datetime.fromisoformat("2029-10-28T02:30")
    assert edge(twice, "Europe/Berlin", last=False).at == datetime(2029, 10, 28, 0, 30, tzinfo=UTC)
    assert edge(twice, "Europe/Berlin", last=True).at == datetime(2029, 10, 28, 1, 30, tzinfo=UTC)
    skipped = datetime.fromisoformat("2029-03-25T02:30")
    first, last = (edge(skipped, "Europe/Berlin", last=end).at for end in (False, True))
    assert first < last
    with pytest.raises(BadTime):
        edge(datetime.fromisoformat("0001-01-01T00:00"), "UTC", last=True)


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(1, 5)), max_size=6), st.integers(0, 25))
def test_the_first_free_moment_is_the_first_that_none_covers(
    spans: list[tuple[int, int]], begin: int
):
    start, some = datetime(2026, 1, 1, tzinfo=UTC), uuid.UUID(int=0)
    found = [
        FreezeRef(some, some, "", "", start + a * HOUR, start + (a + size) * HOUR, "UTC")
        for a, size in spans
    ]
    free = (h for h in range(begin, 100) if not any(a <= h < a + size for a, size in spans))
    assert first_free(found, start + begin * HOUR) == start + next(free) * HOUR
