"""A scope reaches the same rows in whatever form its condition is written."""

from __future__ import annotations

import itertools
import random
import uuid

from flask.ctx import AppContext
from sqlalchemy import select

from portal.content.terms import Term
from tenants.accounts import Account, place, ref
from tenants.audit import excuse
from tenants.db import db
from tenants.scope import Scope, across_tenants, acting_in, only_at
from tenants.scope_conditions import OF_ACCOUNTS, Form, form_of
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast

Paths = dict[uuid.UUID, tuple[uuid.UUID, ...]]
COUNTS = range(7)


def a_tree(cast: Cast, dice: random.Random) -> Paths:
    """Twenty-four accounts below Acme with a tag in each, and one of another tenant."""
    with across_tenants("a random tree"):
        accounts = [db.session.get_one(Account, cast.acme.id)]
        for n in range(24):
            accounts.append(place("secondary", f"f-{n}", f"F {n}", dice.choice(accounts), "UTC"))
        others = db.session.get_one(Account, cast.bolt.id)
        tags = [
            Term(account_id=at.id, tenant_id=at.tenant_id, taxonomy="tag", name="Made up", slug="m")
            for at in (*accounts, others)
        ]
        db.session.add_all(tags)
        for row in (*accounts, *tags):
            excuse(row, "Made up for a test.")
        db.session.commit()
        return {row.id: ref(row).path for row in (*accounts, others)}


def reached(scope: Scope) -> set[uuid.UUID]:
    with acting_in(scope):
        return set(db.session.scalars(select(Term.account_id).where(Term.name == "Made up")))


@both_databases
def test_every_number_of_roots_and_single_accounts_reaches_what_it_should(
    inside: AppContext, cast: Cast
) -> None:
    dice = random.Random(4711)  # noqa: S311 - not for secrets
    paths = a_tree(cast, dice)
    seen = set()
    for roots, alone in itertools.product(COUNTS, COUNTS):
        scope = Scope(
            "tenant",
            tenant_id=cast.acme.tenant_id,
            roots=tuple(dice.sample(list(paths), roots)),
            alone=tuple(dice.sample(list(paths), alone)),
        )
        seen.add(form_of(scope))
        assert reached(scope) == {
            account_id
            for account_id, path in paths.items()
            if cast.acme.tenant_id in path
            and (account_id in scope.alone or not {*path}.isdisjoint(scope.roots))
        }, scope
    assert seen == {*OF_ACCOUNTS}


def test_a_form_has_room_for_whatever_is_put_into_it() -> None:
    for roots, alone in itertools.product(COUNTS, COUNTS):
        ids = [uuid.uuid4() for _ in range(roots + alone)]
        form = form_of(Scope("tenant", roots=tuple(ids[:roots]), alone=tuple(ids[roots:])))
        assert form in OF_ACCOUNTS
        assert form.roots in {None, *range(roots, 5)}
        assert form.alone in {None, alone}
        assert (form == Form(0, 0)) == (not ids)


def tagged() -> set[uuid.UUID]:
    return set(db.session.scalars(select(Term.account_id).where(Term.name == "Made up")))


@both_databases
def test_one_account_of_the_scope_is_seen_alone_and_nothing_beyond_it(
    inside: AppContext, cast: Cast
) -> None:
    a_tree(cast, random.Random(7))  # noqa: S311 - not for secrets
    acme, berlin, tenant = cast.acme.id, cast.berlin.id, cast.acme.tenant_id
    for scope in (
        Scope("tenant", tenant_id=tenant, roots=(acme,)),
        Scope("tenant", tenant_id=tenant, alone=(acme, berlin)),
        Scope("tenant", tenant_id=tenant, alone=(acme,), here=acme),
    ):
        with acting_in(scope):
            before = tagged()
            with only_at(acme):
                assert tagged() == {acme}
            assert tagged() == before
    with acting_in(Scope("tenant", tenant_id=tenant, alone=(berlin,))), only_at(acme):
        assert acme not in tagged()
    with acting_in(Scope("tenant", tenant_id=cast.bolt.tenant_id, here=acme)), only_at(acme):
        assert tagged() == set()
