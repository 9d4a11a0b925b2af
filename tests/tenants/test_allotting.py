"""Setting limits: from above only, confirmed below the use, recorded; and how they stand."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tenants.allotting import BelowUse, CannotLimit, set_limit, standing, standing_below, warnings
from tenants.audit import AuditEvent
from tenants.db import db
from tenants.decisions import Denied
from tenants.directory import scope_of
from tenants.quotas import QuotaReached, Resource
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.tenants.limit_scene import limit, write_page

pytestmark = [both_databases, pytest.mark.usefixtures("inside")]


def test_nobody_raises_his_own_limit(cast: Cast):
    admin, above = as_actor(cast.admin), as_actor(cast.operator)
    with acting_in(scope_of(admin, cast.acme)):
        with pytest.raises(Denied) as caught:
            set_limit(cast.acme, cast.house, Resource.ITEMS, 99, by=admin)
        assert caught.value.decision.account == cast.house
        assert set_limit(cast.berlin, cast.acme, Resource.ITEMS, 99, by=admin)
        with pytest.raises(CannotLimit):
            set_limit(cast.mitte, cast.acme, Resource.ITEMS, 99, by=admin)
    with acting_in(scope_of(above, cast.acme)):
        assert set_limit(cast.acme, cast.house, Resource.ITEMS, 99, by=above)
        assert not set_limit(cast.acme, cast.house, Resource.ITEMS, 99, by=above)
    with acting_in(tenant_scope(cast.house.id)), pytest.raises(CannotLimit):
        set_limit(cast.house, None, Resource.ITEMS, 99, by=above)


def test_a_limit_below_the_use_wants_to_be_confirmed_and_then_lets_nothing_in(cast: Cast):
    by = as_actor(cast.admin)
    with acting_in(scope_of(by, cast.acme)):
        with pytest.raises(BelowUse) as caught:
            set_limit(cast.berlin, cast.acme, Resource.ITEMS, 2, by=by)
        assert caught.value.used == 6
        set_limit(cast.berlin, cast.acme, Resource.ITEMS, 2, by=by, confirmed=True)
        with pytest.raises(QuotaReached, match="may have 2 pages and posts; 6 are in use"):
            write_page(cast.mitte, by)
        assert set_limit(cast.berlin, cast.acme, Resource.ITEMS, None, by=by)
        write_page(cast.mitte, by)


def test_setting_a_limit_is_recorded_with_before_and_after(cast: Cast):
    limit(cast, cast.berlin, Resource.ITEMS, 50, because="Their plan.")
    limit(cast, cast.berlin, Resource.ITEMS, None)
    with acting_in(tenant_scope(cast.acme.id)):
        query = select(AuditEvent).where(AuditEvent.event == "quota.set").order_by(AuditEvent.at)
        first, second = db.session.scalars(query)
    assert first.account_id == cast.berlin.id
    assert first.reason == "Their plan."
    assert first.changes == {"amount": [None, 50]}
    assert second.sentence == (
        "set the limit of pages and posts of Acme Berlin to no limit; it was 50"
    )


def test_standing_tells_use_limits_and_where_they_come_from(cast: Cast):
    limit(cast, cast.acme, Resource.ITEMS, 15)
    limit(cast, cast.berlin, Resource.ITEMS, 1000)
    by = as_actor(cast.berlin_admin)
    with acting_in(scope_of(by, cast.berlin)):
        items = {s.resource: s for s in standing(cast.berlin)}[Resource.ITEMS]
        assert (items.used, items.tightest and items.tightest.account_name) == (6, "Acme")
        assert [(p.account_name, p.used, p.limit) for p in items.pools] == [
            ("Acme", 12, 15), ("Acme Berlin", 6, 1000),
        ]  # fmt: skip
        assert [w.resource for w in warnings(cast.berlin)] == [Resource.ITEMS]
        child, rows = standing_below(cast.berlin)[0]
        assert (child.handle, [r.used for r in rows]) == ("acme-berlin-mitte", [0, 3, 0, 0, 0])
