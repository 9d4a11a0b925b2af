"""What somebody must hold to say what a role comes to, or who is in a group."""

import uuid
from collections.abc import Collection, Iterable

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from tenants.accounts import Account, AccountRef, ref, take_turn
from tenants.bounds import FOREVER, held_until
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, Decision, Denied, authorize
from tenants.ending import check_keepers, keepers
from tenants.grants import Grant
from tenants.permissions import Permission
from tenants.roles import Contents

KEEPING = frozenset({Permission.GRANT_GIVE, Permission.STAFF_MANAGE})


class TooWeak(ValueError):
    """Somebody holds what is needed, but not as far down or not as long; the message says so."""


def authorize_below(by: Actor, permission: Permission, account: AccountRef) -> None:
    """Raise unless `by` has a right at the account and all below it: Denied or TooWeak."""
    authorize(by, permission, account)
    if held_until(by, [permission], account, "subtree") is None:
        raise TooWeak(
            f"Your own right “{permission.sentence}” reaches {account.name} only; this needs it "
            "for the accounts below as well."
        )


def lacking(by: Actor, permission: Permission, account: AccountRef) -> str | None:
    """Return why `by` cannot put a permission into roles of an account, or None when he can."""
    if held_until(by, [permission], account, "account") is None:
        return Decision(False, by, permission, account).sentence
    if held_until(by, [permission], account, "subtree") != FOREVER:
        return (
            f"Your own right “{permission.sentence}” at {account.name} ends or does not reach "
            "below; a role holds it for all below and without an end."
        )
    return None


def check_roles(by: Actor, account: AccountRef, permissions: Iterable[Permission]) -> None:
    """Raise unless `by` may define, at an account, roles that come to all of `permissions`.

    Denied when he lacks one of them, or the right to define roles; TooWeak when his own ends or
    does not reach below.
    """
    authorize_below(by, Permission.ROLE_MANAGE, account)
    if account.kind == "house":
        authorize(by, Permission.STAFF_MANAGE, account)
    for permission in sorted(set(permissions)):
        problem = lacking(by, permission, account)
        if problem is not None and held_until(by, [permission], account, "account") is None:
            raise Denied(Decision(False, by, permission, account))
        if problem is not None:
            raise TooWeak(problem)


def check_kept(roles: Collection[uuid.UUID], before: Contents, after: Contents) -> None:
    """Raise CannotDelegate when new contents of `roles` take the last keeper from an account."""
    losing = [
        role_id
        for role_id in roles
        if KEEPING & (before.permissions(role_id) - after.permissions(role_id))
    ]
    if not losing:
        return
    held = select(Grant.account_id).where(Grant.role_id.in_(losing), *Grant.in_force(now()))
    ids = sorted(set(db.session.scalars(held)))
    places = db.session.scalars(select(Account).where(Account.id.in_(ids)).order_by(Account.id))
    for place in [ref(row) for row in places]:
        take_turn(place)
        check_keepers(keepers(place.id, roles=before), keepers(place.id, roles=after))


def standing(*conditions: object) -> list[tuple[Grant, AccountRef]]:
    """Return the grants in force or to come that fit, bearers and roles loaded, and where."""
    moment = now()
    query = (
        select(Grant)
        .options(
            joinedload(Grant.person), joinedload(Grant.group), joinedload(Grant.role),
            joinedload(Grant.account),
        )
        .where(
            Grant.ended_at.is_(None) | (Grant.ended_at > moment),
            Grant.until.is_(None) | (Grant.until > moment),
            *conditions,  # type: ignore[arg-type]  # SQL conditions
        )
        .order_by(Grant.account_id, Grant.id)
    )  # fmt: skip
    return [(grant, ref(grant.account)) for grant in db.session.scalars(query)]
