"""Giving roles and taking them away, so that nobody makes anyone stronger than himself."""

import uuid
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from tenants.accounts import AccountRef, take_turn
from tenants.audit import record
from tenants.bounds import Beyond, beyond, held_until
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, Decision, Denied, authorize, can, permissions_at
from tenants.events import Event
from tenants.grants import Grant, Reach, people_around
from tenants.people import Person
from tenants.permissions import Permission, known
from tenants.roles import Role, RolePermission


class CannotDelegate(ValueError):
    """The grant cannot be given or ended; the message says why.

    `about` names what to change of it: `role`, `reach` or `until`.
    """

    def __init__(self, message: str, about: str = "until") -> None:
        super().__init__(message)
        self.about = about


def role_permissions(role: Role) -> frozenset[Permission]:
    """Return everything a role comes to today, inherited permissions included."""
    found: set[Permission] = set()
    step: Role | None = role
    while step is not None:
        names = db.session.scalars(
            select(RolePermission.permission).where(
                RolePermission.role_id == step.id,
                or_(RolePermission.ended_at.is_(None), RolePermission.ended_at > now()),
            )
        )
        found |= known(names)
        step = db.session.get(Role, step.parent_id) if step.parent_id else None
    return frozenset(found)


def give(
    person: Person,
    role: Role,
    account: AccountRef,
    *,
    by: Actor,
    reach: Reach = "subtree",
    until: datetime | None = None,
    because: str = "",
) -> Grant:
    """Give `person` a role at an account and record it.

    Raises Denied when `by` may not give grants there or does not hold all the role comes to, and
    CannotDelegate when he holds it not as far down or not as long, when the end lies in the past,
    or when a staff role is given outside the house.
    """
    check_giving(role, account, by=by, reach=reach, until=until)
    return bestow(person, role, account, by=by, reach=reach, until=until, because=because)


def check_giving(
    role: Role, account: AccountRef, *, by: Actor, reach: Reach, until: datetime | None
) -> None:
    """Raise what `give` raises unless `by` may give such a grant; write nothing."""
    authorize(by, Permission.GRANT_GIVE, account)
    if role.for_house:
        authorize(by, Permission.STAFF_MANAGE, account)
        if account.kind != "house":
            raise CannotDelegate("Staff roles are given at the house only.", "role")
    if role.tenant_id not in {None, account.tenant_id}:
        raise CannotDelegate("This role belongs to another tenant.", "role")
    if until is not None and until <= now():
        raise CannotDelegate("The end of a grant must lie in the future.")
    check_strength(Permission.GRANT_GIVE, role, account, by=by, reach=reach, until=until)


def check_strength(
    permission: Permission,
    role: Role,
    account: AccountRef,
    *,
    by: Actor,
    reach: str,
    until: datetime | None,
) -> None:
    """Raise what `give` raises unless `by` holds `permission` and all such a grant comes to."""
    authorize(by, permission, account)
    if role.for_house:
        authorize(by, Permission.STAFF_MANAGE, account)
    beyond = _beyond(role, account, by, reach, until)
    if beyond is not None:
        raise CannotDelegate(beyond.sentence, beyond.about)


def bestow(
    person: Person,
    role: Role,
    account: AccountRef,
    *,
    by: Actor,
    reach: Reach = "subtree",
    until: datetime | None = None,
    because: str = "",
) -> Grant:
    """Write the grant and its event, without asking. For `give` and for opening an account."""
    grant = Grant(
        tenant_id=account.tenant_id,
        account_id=account.id,
        person_id=person.id,
        role_id=role.id,
        reach=reach,
        until=until,
        because=because,
        given_by_id=by.person_id,
        given_by_label=by.label,
    )
    db.session.add(grant)
    record(
        Event.GRANT_GIVEN, grant, by=by, reason=because, person=person.email, role=role.name,
        reach=reach, until=until.isoformat() if until else None,
    )  # fmt: skip
    return grant


def _beyond(
    role: Role, account: AccountRef, by: Actor, reach: str, until: datetime | None
) -> Beyond | None:
    """Return how a grant goes beyond what `by` holds himself, or None when it does not.

    Raises Denied when he lacks some of it at the account altogether.
    """
    needed = role_permissions(role)
    lacking = sorted(p for p in needed if held_until(by, [p], account, "account") is None)
    if lacking:
        raise Denied(Decision(False, by, lacking[0], account))
    return beyond(needed, account, by, reach, until)


def end(grant: Grant, account: AccountRef, *, by: Actor, reason: str = "") -> None:
    """End a grant now and record it.

    Raises Denied when `by` may not end grants there or the grant holds more than he does, and
    CannotDelegate when it reaches further or lasts longer than his own right, when it has ended
    already, or when the account would be left without an admin.
    """
    authorize(by, Permission.GRANT_END, account)
    if grant.role.for_house:
        authorize(by, Permission.STAFF_MANAGE, account)
    if _beyond(grant.role, account, by, grant.reach, grant.until) is not None:
        raise CannotDelegate(
            "This grant reaches further down or lasts longer than your own right here. "
            "Somebody whose right reaches and lasts as long must end it."
        )
    finish(grant, account, by=by, reason=reason)


def finish(grant: Grant, account: AccountRef, *, by: Actor, reason: str) -> None:
    """End a grant now and record it, without asking who may. For `end` and for leaving.

    Raises CannotDelegate when it has ended already, or when the account would be left without an
    admin.
    """
    take_turn(account)
    db.session.refresh(grant, ["ended_at", "until"])
    if not grant.counts(now()):
        raise CannotDelegate("This grant has ended already.")
    if _is_last_admin(grant):
        raise CannotDelegate(
            "This is the last grant that lets somebody manage this account. "
            "Give the role to somebody else first."
        )
    grant.ended_at = now()
    grant.ended_by_label = by.label
    grant.end_reason = reason
    record(
        Event.GRANT_ENDED, grant, by=by, reason=reason,
        person=grant.person.email, role=grant.role.name,
    )  # fmt: skip


def _is_last_admin(grant: Grant) -> bool:
    held = role_permissions(grant.role)
    kept = {Permission.GRANT_GIVE, Permission.STAFF_MANAGE} & held
    if not kept:
        return False
    others = db.session.scalars(
        select(Grant)
        .join(Grant.person)
        .options(joinedload(Grant.role))
        .where(
            Grant.account_id == grant.account_id,
            Grant.id != grant.id,
            Grant.until.is_(None),
            Person.deactivated_at.is_(None),
            *Grant.in_force(now()),
        )
    )
    for other in others:
        kept -= role_permissions(other.role)
    return bool(kept)


def people_to_give(account: AccountRef, by: Actor) -> list[Person]:
    """Return whom `by` can give a role at an account: the people of it he may see, by name.

    They hold, or held, a grant at the account, above it or below it, at an account where he may
    see people and their roles.
    """
    seeing = [h for h in by.holdings if Permission.ACCESS_VIEW in h.permissions]
    return people_around(
        account,
        roots=[h.account_id for h in seeing if h.reach == "subtree"],
        alone=[h.account_id for h in seeing if h.reach != "subtree"],
    )


def givable_roles(account: AccountRef, by: Actor) -> list[tuple[Role, Decision | None]]:
    """Return every role that fits the account, each with the refusal if `by` may not give it."""
    held = permissions_at(by, account)
    house_roles = (True, False) if account.kind == "house" else (False,)
    roles = db.session.scalars(
        select(Role).where(Role.for_house.in_(house_roles)).order_by(Role.rank)
    )
    result: list[tuple[Role, Decision | None]] = []
    for role in roles:
        needed = role_permissions(role) | {Permission.GRANT_GIVE}
        if role.for_house:
            needed |= {Permission.STAFF_MANAGE}
        lacking = sorted(needed - held)
        result.append((role, can(by, lacking[0], account) if lacking else None))
    return result


def grant_by_id(grant_id: uuid.UUID) -> Grant | None:
    """Return the grant with its person and role if it is inside the scope, else None."""
    return db.session.scalar(
        select(Grant)
        .options(joinedload(Grant.person), joinedload(Grant.role))
        .where(Grant.id == grant_id)
    )
