"""The trail of many accounts: the same pages however they are found, in few statements."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.ctx import AppContext
from sqlalchemy import select

from portal.content import trail_activity, trail_places
from portal.content.paging import key_of
from portal.content.trail_activity import _near, _sparse, activity
from portal.content.trail_filters import TrailQuery
from portal.content.trail_places import Places
from tenants import walking
from tenants.accounts import Account, place, ref
from tenants.audit import AuditEvent, excuse
from tenants.clock import now
from tenants.db import db
from tenants.scope import Scope, across_tenants, acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.site.scene import statements

LIMIT, EVENTS = 7, 200


def a_busy_wood(cast: Cast, seed: int) -> None:
    """Accounts below Acme, and what happened there, much of it at the same moment."""
    dice, today = random.Random(seed), now()  # noqa: S311 - not for secrets
    with across_tenants("a random tree"):
        top = db.session.get(Account, cast.acme.id)
        assert top is not None
        accounts = [top]
        for number in range(30):
            above = dice.choice(accounts)
            accounts.append(place("secondary", f"tree-{number}", f"T {number}", above, "UTC"))
        for row in accounts:
            excuse(row, "Made up for a test.")
        for _ in range(EVENTS):
            at = today - timedelta(hours=dice.randrange(24 * 40))
            happened = AuditEvent(
                account_id=dice.choice(accounts).id, tenant_id=cast.acme.tenant_id, at=at,
                event="account.changed", target_type="account", target_label="-", actor_label="",
            )  # fmt: skip
            db.session.add(happened)
        db.session.commit()


def expected(of: set[object], before: str | None) -> list[AuditEvent]:
    """What the plain way gives: every event looked at, sorted, cut."""
    rows = [row for row in db.session.scalars(select(AuditEvent)) if row.account_id in of]
    rows.sort(key=lambda row: (row.at, row.id), reverse=True)
    keys = [key_of(row.at, row.id) for row in rows]
    first = keys.index(before) + 1 if before else 0
    return rows[first : first + LIMIT]


@both_databases
@pytest.mark.parametrize(("looked", "few"), [(1, 0), (1, 2000), (30, 2000), (500, 2000)])
def test_every_way_finds_the_same_pages(
    inside: AppContext, cast: Cast, monkeypatch: pytest.MonkeyPatch, looked: int, few: int
):
    a_busy_wood(cast, looked)
    monkeypatch.setattr(trail_places, "FEW", 2)
    monkeypatch.setattr(trail_places, "MOST", few)
    monkeypatch.setattr(walking, "LOOKED_AT", looked)
    monkeypatch.setattr(walking, "TIMES", 0)
    with acting_in(tenant_scope(cast.acme.id)):
        every = [ref(each) for each in db.session.scalars(select(Account))]
        for here in every:
            if here.id == here.tenant_id:
                continue
            of: set[object] = {each.id for each in every if here.id in each.path}
            before = None
            for _ in range(4):
                rows = Places(here, TrailQuery()).rows(before, LIMIT)
                assert rows == expected(of, before)
                before = key_of(rows[-1].at, rows[-1].id) if rows else None


@both_databases
@pytest.mark.parametrize(("looked", "cost"), [(500, 2), (1, 4)])
def test_it_takes_two_statements_and_two_more_where_little_happens(
    app: Flask, inside: AppContext, cast: Cast, monkeypatch: pytest.MonkeyPatch,
    looked: int, cost: int,
):  # fmt: skip
    """And whatever way it is, a narrower scope is not left."""
    a_busy_wood(cast, 5)
    for module, name, value in (
        (trail_places, "FEW", 2), (walking, "LOOKED_AT", looked), (walking, "TIMES", 0),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, value)
    with acting_in(tenant_scope(cast.acme.id)):
        every = [ref(each) for each in db.session.scalars(select(Account))]
    size = {each: sum(each.id in other.path for other in every) for each in every}
    here = max((each for each in every if each.id != each.tenant_id), key=lambda each: size[each])
    with acting_in(tenant_scope(cast.acme.id)), statements(app) as sent:
        assert len(Places(here, TrailQuery()).rows(None, LIMIT)) == LIMIT
    assert sum("FROM" in each for each in sent) == cost
    below = next(each for each in every if each.parent_id == here.id)
    with acting_in(Scope("tenant", cast.acme.tenant_id, roots=(below.id,))):
        rows = Places(here, TrailQuery()).rows(None, LIMIT)
        assert rows
        assert all(below.id in {e.id: e.path for e in every}[row.account_id] for row in rows)


@both_databases
@pytest.mark.parametrize(
    ("near", "sparse", "cost"), [(5_000, 5_000, 2), (1, 5_000, 3), (1, 20, 4), (5_000, 1, 2)]
)
def test_the_picture_is_the_same_however_it_is_counted(
    app: Flask, inside: AppContext, cast: Cast, monkeypatch: pytest.MonkeyPatch, near: int,
    sparse: int, cost: int,
):  # fmt: skip
    """Across a change of the clocks too, in which a day has 25 hours."""
    with time_machine.travel("2026-11-04T11:00:00Z", tick=False):
        a_busy_wood(cast, 3)
        monkeypatch.setattr(trail_activity, "NEAR", near)
        monkeypatch.setattr(trail_activity, "SPARSE", sparse)
        for made_once in (_near, _sparse):
            made_once.cache_clear()
        with acting_in(tenant_scope(cast.acme.id)):
            here = max(
                (ref(each) for each in db.session.scalars(select(Account))),
                key=lambda each: (each.id != each.tenant_id, each.handle == "tree-0"),
            )
            few = activity(here, "Europe/Berlin")
            monkeypatch.setattr(trail_places, "FEW", 0)
        with acting_in(tenant_scope(cast.acme.id)), statements(app) as sent:
            assert activity(here, "Europe/Berlin") == few
    assert sum(day.count for day in few) > 20
    assert sum("FROM" in each for each in sent) == cost
    for made_once in (_near, _sparse):
        made_once.cache_clear()
