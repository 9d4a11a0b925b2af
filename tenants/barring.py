"""Barring people from signing in, and letting them in again.

Whoever manages people manages only those whose rights are a subset of his own. Rights that no
staff role contains, as those to content, are not compared: staff hold none of them by design.
"""

from sqlalchemy import select

from tenants.accounts import Account, AccountRef, account_by_id, ref, take_turn
from tenants.audit import excuse, record
from tenants.bounds import held_until
from tenants.built_in import BUILT_IN
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, Decision, Denied, authorize
from tenants.ending import keepers
from tenants.event_types import EventType
from tenants.events import Event
from tenants.people import Absence, Person
from tenants.permissions import Permission
from tenants.scope import current_scope

STAFF_RIGHTS = frozenset(str(p) for spec in BUILT_IN if spec.for_house for p in spec.adds)


class CannotBar(ValueError):
    """The person cannot be barred or let in; the message says why."""


def check_managing(target: Actor, house: AccountRef, *, by: Actor) -> None:
    """Raise unless `by` may manage this person: Denied, or CannotBar for himself.

    `target` holds everything the person is given, barred or not (`directory.person_managed`).
    """
    authorize(by, Permission.PERSON_MANAGE, house)
    if by.person_id == target.person_id:
        raise CannotBar("This is you. Somebody else has to do it.")
    held = {p for h in target.without_support.holdings for p in h.permissions}
    for permission in sorted(held & STAFF_RIGHTS):
        if held_until(by, [Permission(permission)], house, "subtree") is None:
            raise Denied(Decision(False, by, Permission(permission), house))


def bar(person: Person, *, by: Actor, reason: str = "") -> None:
    """Bar the person from signing in from now on, and record it.

    Runs in the house's scope; the caller has asked `check_managing`, or sits at the command line.
    Raises CannotBar when he is barred already or is the last owner of the house.
    """
    if not person.active:
        raise CannotBar(f"{person.email} is deactivated already.")
    scope = current_scope()
    house = account_by_id(scope.tenant_id) if scope and scope.tenant_id else None
    if house is not None:
        _keep_an_owner(person, ref(house))
    person.deactivated_at = now()
    db.session.add(
        Absence(person_id=person.id, since=person.deactivated_at, by_label=by.label, reason=reason)
    )
    _tell(Event.PERSON_DEACTIVATED, person, house, by, reason)


def let_in(person: Person, *, by: Actor, reason: str = "") -> None:
    """Let a barred person sign in again, and record it. Raises CannotBar when he is not barred.

    Runs in the house's scope; the caller has asked `check_managing`, or sits at the command line.
    """
    since = person.deactivated_at
    if since is None:
        raise CannotBar(f"{person.email} is active already.")
    scope = current_scope()
    house = account_by_id(scope.tenant_id) if scope and scope.tenant_id else None
    person.deactivated_at = None
    query = select(Absence).where(Absence.person_id == person.id, Absence.ended_at.is_(None))
    row = db.session.scalar(query)
    if row is None:
        row = Absence(person_id=person.id, since=since)
        db.session.add(row)
    row.ended_at, row.ended_by_label, row.end_reason = now(), by.label, reason
    _tell(Event.PERSON_REACTIVATED, person, house, by, reason)


def _tell(kind: EventType, person: Person, house: Account | None, by: Actor, reason: str) -> None:
    if house is None:
        excuse(person, "Before there is a house there is nowhere to tell it.")
        return
    record(kind, person, by=by, reason=reason, account_id=house.id, tenant_id=house.id)


def _keep_an_owner(person: Person, house: AccountRef) -> None:
    """Raise CannotBar when the house would be left without an owner who can sign in."""
    take_turn(house)
    if keepers(house.id)[Permission.STAFF_MANAGE] <= {person.id}:
        raise CannotBar(
            f"{person.email} is the last owner of the house. Make somebody else owner first."
        )
