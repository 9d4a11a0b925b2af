"""The newest rows: the same whichever way they are looked for, and never more than are seen."""

from __future__ import annotations

import random
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.ctx import AppContext
from sqlalchemy import select

from portal.content.pages import Page
from tenants import newest as module
from tenants.accounts import Account, place, ref
from tenants.audit import excuse
from tenants.db import db
from tenants.directory import account_path, actor_for, scope_of
from tenants.newest import Place, Reach, Rows, newest, reach_of
from tenants.permissions import Permission
from tenants.scope import Scope, across_tenants, acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast

START = datetime(2026, 1, 1, tzinfo=UTC)
PAGES = 300
LIMIT = 11
RECENT = Rows(Page, Page.changed_at)


class Forest:
    """A random tree below Acme with random pages, many changed at the same moment."""

    def __init__(self, cast: Cast, seed: int) -> None:
        self.dice = random.Random(seed)  # noqa: S311 - not for secrets
        self.tenant_id = cast.acme.tenant_id
        with across_tenants("a random tree"):
            top = db.session.get(Account, cast.acme.id)
            assert top is not None
            accounts = [top]
            for number in range(40):
                above = self.dice.choice(accounts)
                accounts.append(place("secondary", f"tree-{number}", f"T {number}", above, "UTC"))
            pages = [self._page(self.dice.choice(accounts)) for _ in range(PAGES)]
            for row in (*accounts, *pages):
                excuse(row, "Made up for a test.")
            db.session.commit()
            self.paths = {
                account.id: ref(account).path
                for account in db.session.scalars(select(Account))
                if account.tenant_id == self.tenant_id
            }

    def _page(self, account: Account) -> Page:
        page = Page(
            account_id=account.id, tenant_id=account.tenant_id, type="post", title="Made up",
            changed_at=START + timedelta(minutes=self.dice.randrange(40)),
        )  # fmt: skip
        db.session.add(page)
        return page

    def reach(self) -> Reach:
        """Some roots, some single accounts, sometimes only what is below a third."""
        ids = list(self.paths)
        roots, alone = (tuple(self.dice.sample(ids, self.dice.randrange(4))) for _ in range(2))
        below = self.dice.choice([None, self.dice.choice(ids)])
        return Reach(self.tenant_id, roots, alone, below=below)

    def sees(self, reach: Reach, account_id: uuid.UUID) -> bool:
        path = self.paths.get(account_id, ())
        reached = account_id in reach.alone or any(root in path for root in reach.roots)
        return reached and (reach.below is None or reach.below in path)

    def expected(self, reach: Reach, before: Place | None) -> list[Place]:
        """What the plain way gives: every row looked at, sorted, cut."""
        rows = [
            (p.changed_at, p.id)
            for p in db.session.query(Page)
            if self.sees(reach, p.account_id) and (before is None or (p.changed_at, p.id) < before)
        ]
        return sorted(rows, reverse=True)[:LIMIT]


def found(reach: Reach, before: Place | None) -> list[Place]:
    query = newest(RECENT, reach, before, LIMIT)
    return [(page.changed_at, page.id) for page in db.session.scalars(query)]


@both_databases
@pytest.mark.parametrize(("few", "many"), [(0, 0), (0, 20), (5, 2000), (2000, 2000)])
@pytest.mark.parametrize("seed", range(3))
def test_every_way_finds_the_same(
    inside: AppContext, cast: Cast, monkeypatch: pytest.MonkeyPatch, few: int, many: int, seed: int
):
    monkeypatch.setattr(module, "FEW", few)
    monkeypatch.setattr(module, "MANY", many)
    forest = Forest(cast, seed)
    with acting_in(tenant_scope(forest.tenant_id)):
        for _ in range(12):
            reach, before = forest.reach(), None
            for _page in range(3):
                expected = forest.expected(reach, before)
                assert found(reach, before) == expected
                before = expected[-1] if expected else None


@both_databases
def test_a_narrower_scope_still_holds(inside: AppContext, cast: Cast):
    """Whatever reach is asked for, the scope in force is not left."""
    everything = Reach(cast.acme.tenant_id, (cast.acme.id,), whole=True)
    with acting_in(Scope("tenant", cast.acme.tenant_id, roots=(cast.hamburg.id,))):
        for reach in (everything, Reach(cast.acme.tenant_id, (cast.acme.id,))):
            pages = list(db.session.scalars(newest(RECENT, reach, None, 100)))
            assert {page.account_id for page in pages} == {cast.hamburg.id}


def test_another_tenants_reach_gives_nothing(inside: AppContext, cast: Cast):
    bolt = Reach(cast.bolt.tenant_id, (cast.bolt.id,))
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        assert found(bolt, None) == []


def test_only_where_the_right_is_held(app: Flask, cast: Cast):
    """A holder of the whole tenant sees all of it; of a branch, the branch."""
    with app.app_context():
        admin, berlin = actor_for(cast.admin.id), actor_for(cast.berlin_admin.id)
        assert admin is not None
        assert berlin is not None
        account = account_path("acme-berlin")[-1]
        assert reach_of(admin, Permission.PAGE_VIEW, account, below=False).whole
        assert scope_of(admin, account).whole_tenant
        reach = reach_of(berlin, Permission.PAGE_VIEW, account, below=False)
        assert (reach.roots, reach.whole) == ((cast.berlin.id,), False)
        assert not scope_of(berlin, account).whole_tenant
        assert reach_of(admin, Permission.PAGE_VIEW, account, below=True).roots == (account.id,)
