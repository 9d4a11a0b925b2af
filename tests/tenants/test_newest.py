"""The newest rows: the same whichever way they are looked for, and never more than are seen."""

from __future__ import annotations

import random
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.ctx import AppContext
from sqlalchemy import select

from portal.content.pages import Page
from tenants import newest as module
from tenants import walking
from tenants.accounts import Account, place, ref
from tenants.audit import excuse
from tenants.db import db
from tenants.directory import account_path, actor_for, scope_of
from tenants.newest import newest, of_accounts
from tenants.permissions import Permission
from tenants.reaching import Reach, reach_of
from tenants.scope import Scope, across_tenants, acting_in, tenant_scope
from tenants.walking import Place, Rows, near
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.site.scene import statements

START = datetime(2026, 1, 1, tzinfo=UTC)
PAGES = 300
LIMIT = 11
RECENT = Rows(Page, Page.changed_at, unset="trashed_at")
POSTS = replace(RECENT, conditions=[Page.type == "post"])


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
            account_id=account.id, tenant_id=account.tenant_id, title="Made up",
            type=self.dice.choice(["post", "page"]),
            changed_at=START + timedelta(minutes=self.dice.randrange(40)),
            trashed_at=self.dice.choice([None] * 9 + [START]),
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

    def expected(self, rows: Rows, reach: Reach, before: Place | None) -> list[Place]:
        """What the plain way gives: every row looked at, sorted, cut."""
        places = [
            (p.changed_at, p.id)
            for p in db.session.query(Page).where(*rows.conditions)
            if self.sees(reach, p.account_id) and (before is None or (p.changed_at, p.id) < before)
        ]
        return sorted(places, reverse=True)[:LIMIT]


def found(rows: Rows, reach: Reach, before: Place | None) -> list[Place]:
    query = newest(rows, reach, before, LIMIT)
    return [(page.changed_at, page.id) for page in db.session.scalars(query)]


def only_ways(
    patch: pytest.MonkeyPatch, few: int = 2000, many: int = 5000, looked: int = 1, close: int = 0
) -> None:
    """Have `newest` take other ways for so few accounts and rows as a test has."""
    for name, value in {"CLOSE": close, "FEW": few, "MANY": many}.items():
        patch.setattr(module, name, value)
    patch.setattr(walking, "LOOKED_AT", looked)
    patch.setattr(walking, "TIMES", 0)


WAYS = ((0, 0, 1), (0, 20, 25), (5, 2000, 1), (2000, 2000, 60), (2000, 2000, 500))
"""For how many accounts each is asked, or all are collected, and how many rows are walked."""


@both_databases
@pytest.mark.parametrize("seed", range(3))
def test_every_way_finds_the_same(
    inside: AppContext, cast: Cast, monkeypatch: pytest.MonkeyPatch, seed: int
):
    forest = Forest(cast, seed)
    with acting_in(tenant_scope(forest.tenant_id)):
        for number in range(12):
            reach, before, rows = forest.reach(), None, (RECENT, POSTS)[number % 2]
            for _page in range(3):
                expected = forest.expected(rows, reach, before)
                for way in WAYS:
                    only_ways(monkeypatch, *way, close=seed)
                    assert found(rows, reach, before) == expected, way
                before = expected[-1] if expected else None


@both_databases
@pytest.mark.parametrize("looked", [1, 40, 500])
def test_what_is_near_is_all_of_it_or_too_little(
    inside: AppContext, cast: Cast, monkeypatch: pytest.MonkeyPatch, looked: int
):
    only_ways(monkeypatch, looked=looked)
    forest, sizes = Forest(cast, 7), set()
    with acting_in(tenant_scope(forest.tenant_id)):
        for _ in range(20):
            reach = forest.reach()
            expected = forest.expected(RECENT, reach, None)
            rows, further = near(RECENT, reach, None, LIMIT, 5000)
            places = [(page.changed_at, page.id) for page in rows]
            assert places == expected[: len(places)]
            assert further or places == expected
            sizes.add(len(places))
            query = of_accounts(RECENT, reach, None, LIMIT)
            assert [(p.changed_at, p.id) for p in db.session.scalars(query)] == expected
    assert (max(sizes) < LIMIT) is (looked == 1)


@both_databases
@pytest.mark.parametrize("looked", [1, 500])
def test_how_many_statements_it_takes(
    app: Flask, inside: AppContext, cast: Cast, monkeypatch: pytest.MonkeyPatch, looked: int
):
    """As many for many accounts as for few, one more where too few of the newest are theirs."""
    only_ways(monkeypatch, looked=looked)
    reach, sent = Reach(cast.acme.tenant_id, (cast.acme.id,)), []
    Forest(cast, 1)
    for close in (1000, 0):
        monkeypatch.setattr(module, "CLOSE", close)
        with acting_in(tenant_scope(cast.acme.tenant_id)), statements(app) as asked:
            assert len(found(RECENT, reach, None)) == LIMIT
        sent.append(sum("FROM" in each for each in asked))
    assert sent == [3, 4 if looked == 1 else 3]


@both_databases
def test_a_narrower_scope_still_holds(
    inside: AppContext, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    """Whatever reach is asked for, and whichever way, the scope in force is not left."""
    everything = Reach(cast.acme.tenant_id, (cast.acme.id,), whole=True)
    some = Reach(cast.acme.tenant_id, (cast.acme.id,))
    for close, looked in ((1000, 1), (0, 1), (0, 500)):
        only_ways(monkeypatch, looked=looked, close=close)
        with acting_in(Scope("tenant", cast.acme.tenant_id, roots=(cast.hamburg.id,))):
            for reach in (everything, some):
                pages = list(db.session.scalars(newest(RECENT, reach, None, 100)))
                assert {page.account_id for page in pages} == {cast.hamburg.id}


def test_another_tenants_reach_gives_nothing(inside: AppContext, cast: Cast):
    bolt = Reach(cast.bolt.tenant_id, (cast.bolt.id,))
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        assert found(RECENT, bolt, None) == []


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
