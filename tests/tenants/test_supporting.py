"""Support sessions as the decision sees them: now, at any past instant, and what they are not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine
from sqlalchemy import event
from sqlalchemy.exc import IntegrityError

from tenants.accounts import Account, AccountRef
from tenants.audit import excuse
from tenants.bounds import held_until
from tenants.clock import now
from tenants.db import db
from tenants.decisions import WHILE_HALTED, can
from tenants.directory import account_path
from tenants.ending import end
from tenants.grants import grants_at
from tenants.looks import last_look
from tenants.offers import givable_roles
from tenants.permissions import Permission as P
from tenants.questions import changes_for, explain, who_can
from tenants.scope import across_tenants, acting_in, tenant_scope
from tenants.support import LOOK, session_by_id
from tenants.supporting import CannotSupport, end_session, open_session
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, Someone, as_actor
from tests.tenants.support_scene import looking

pytestmark = pytest.mark.usefixtures("inside")


def over(person: Someone, account: AccountRef) -> None:
    """End somebody's session."""
    last, by = last_look(person.id), as_actor(person)
    assert last is not None
    with acting_in(tenant_scope(account.tenant_id)):
        row = session_by_id(last.id, account, lock=True)
        assert row is not None
        end_session(row, account, by=by)
        db.session.commit()


@both_databases
def test_the_past_is_answered_as_it_was(cast: Cast) -> None:
    asked: list[tuple[datetime, P, AccountRef, bool]] = []

    def ask() -> None:
        for permission in (P.PAGE_VIEW, P.PAGE_EDIT, P.ACCOUNT_EDIT, P.GRANT_GIVE):
            for account in (cast.acme, cast.mitte, cast.bolt, cast.house):
                live = can(as_actor(cast.support), permission, account).allowed
                asked.append((now(), permission, account, live))

    start = now() + timedelta(hours=1)
    steps: list[Callable[[], object]] = [
        lambda: None,
        lambda: looking(cast.support, cast.acme),
        lambda: over(cast.support, cast.acme),
        lambda: looking(cast.support, cast.acme, agreed_by=cast.admin),
        lambda: None,
        lambda: None,
        lambda: looking(cast.support, cast.bolt),
        lambda: None,
    ]
    for number, step in enumerate(steps):
        with time_machine.travel(start + number * timedelta(minutes=20), tick=False):
            step()
        with time_machine.travel(start + timedelta(minutes=20 * number + 11), tick=False):
            ask()
    assert {live for *_, live in asked} == {True, False}
    for at, permission, account, live in asked:
        answer = explain(cast.support.id, permission, account, at)
        assert answer is not None
        assert answer.decision.allowed == live, (at, permission, account.handle)
        named = {row.email for row in who_can(permission, account, at)}
        assert (cast.support.email in named) == live, (at, permission, account.handle)


@both_databases
def test_the_proof_names_the_session(cast: Cast) -> None:
    looking(cast.support, cast.acme)
    decision = can(as_actor(cast.support), P.PAGE_VIEW, cast.berlin)
    assert decision.allowed
    assert decision.sentence.startswith("Support session at Acme, ticket T-1, until ")
    assert not can(as_actor(cast.support), P.PAGE_EDIT, cast.berlin).allowed


def test_what_changed_for_a_person_tells_of_sessions(cast: Cast) -> None:
    before = now()
    looking(cast.support, cast.acme, agreed_by=cast.admin)
    over(cast.support, cast.acme)
    steps = changes_for(cast.support.id, before, now())
    assert [(s.what, s.role_name, s.by) for s in steps] == [
        ("given", "Support session", ""),
        ("given", "Support session, writing", cast.admin.email),
        ("ended", "Support session", cast.support.email),
    ]


def test_it_is_nothing_that_can_be_given_on(cast: Cast) -> None:
    looking(cast.operator, cast.acme, agreed_by=cast.admin)
    actor = as_actor(cast.operator)
    assert can(actor, P.PAGE_EDIT, cast.acme).allowed
    assert held_until(actor, [P.PAGE_EDIT], cast.acme, "account") is None
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        offered = {role.key for role, no in givable_roles(cast.acme, actor) if no is None}
        refused = [no for _, no in givable_roles(cast.acme, actor) if no is not None]
    assert "viewer" not in offered
    assert not any(decision.allowed for decision in refused)


def test_it_ends_with_the_right_to_open_it(cast: Cast) -> None:
    looking(cast.support, cast.acme)
    owner = as_actor(cast.owner)
    with acting_in(tenant_scope(cast.house.tenant_id)):
        (own,) = [g for g in grants_at((cast.house.id,), now()) if g.person_id == cast.support.id]
        end(own, cast.house, by=owner)
        db.session.commit()
    assert as_actor(cast.support).holdings == ()


def test_two_at_the_same_moment_are_one(cast: Cast) -> None:
    last, by = last_look(cast.support.id), as_actor(cast.support)
    for account in (cast.acme, cast.bolt):
        with acting_in(tenant_scope(account.tenant_id)):
            open_session(account, last, by=by, reason="x", ticket="y")
            if account is cast.acme:
                db.session.commit()
                continue
            with pytest.raises(IntegrityError):
                db.session.commit()
            db.session.rollback()


def stop(account: AccountRef, state: str) -> AccountRef:
    with across_tenants("a test halts an account"):
        row = db.session.get(Account, account.id)
        assert row is not None
        row.state, row.halted = state, True
        excuse(row, "A test's own hand.")
        db.session.commit()
    return account_path(account.handle)[-1]


def test_it_is_read_only_where_an_account_is_suspended(cast: Cast) -> None:
    halted = stop(cast.acme, "suspended")
    looking(cast.support, halted)
    allowed = {p for p in P if can(as_actor(cast.support), p, halted).allowed}
    assert allowed >= LOOK & WHILE_HALTED
    assert P.PAGE_EDIT not in allowed


@pytest.mark.parametrize("where", ["acme", "berlin"])
def test_it_is_refused_where_an_account_is_closed(cast: Cast, where: str) -> None:
    stop(cast.acme, "closed")
    with pytest.raises(CannotSupport, match="is closed"):
        looking(cast.support, getattr(cast, where))


def test_only_staff_pay_for_it(cast: Cast) -> None:
    asked: list[str] = []
    with across_tenants("a test listens"):
        engine = db.session.get_bind()

    def note(_c: object, _k: object, sql: str, *_more: object) -> None:
        asked.append(sql)

    event.listen(engine, "before_cursor_execute", note)
    try:
        for person, wanted in ((cast.admin, 1), (cast.support, 2)):
            asked.clear()
            as_actor(person)
            assert (
                len([sql for sql in asked if "SELECT" in sql and "set_config" not in sql]) == wanted
            )
    finally:
        event.remove(engine, "before_cursor_execute", note)
