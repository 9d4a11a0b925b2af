"""What somebody can give at an account, and to whom."""

import uuid
from collections.abc import Collection

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from tenants.accounts import AccountRef
from tenants.db import db
from tenants.decisions import Actor, Decision, can, permissions_at
from tenants.grants import Grant, people_around
from tenants.people import Person
from tenants.permissions import Permission
from tenants.roles import Role, contents


def people_to_give(
    account: AccountRef, by: Actor, *, search: str = "", chosen: Collection[uuid.UUID] = (),
    most: int = 500,
) -> list[Person]:  # fmt: skip
    """Return whom `by` can give a role at an account: the people of it he may see, by name.

    They hold, or held, a grant at the account, above it or below it, at an account where he may
    see people and their roles. With `search` only who has it in his name or address, and who is
    `chosen`; at most `most`, the chosen first.
    """
    seeing = [h for h in by.holdings if Permission.ACCESS_VIEW in h.permissions]
    return people_around(
        account,
        roots=[h.account_id for h in seeing if h.reach == "subtree"],
        alone=[h.account_id for h in seeing if h.reach != "subtree"],
        limit=most,
        search=search,
        chosen=chosen,
    )


def givable_roles(account: AccountRef, by: Actor) -> list[tuple[Role, Decision | None]]:
    """Return every role that fits the account, each with the refusal if `by` may not give it."""
    by = by.without_support
    held = permissions_at(by, account)
    house_roles = (True, False) if account.kind == "house" else (False,)
    roles = db.session.scalars(
        select(Role)
        .where(
            Role.for_house.in_(house_roles),
            Role.deleted_at.is_(None),
            or_(Role.account_id.is_(None), Role.account_id.in_(account.path)),
        )
        .order_by(Role.account_id.is_not(None), Role.rank, Role.name)
    )
    comes_to = contents()
    result: list[tuple[Role, Decision | None]] = []
    for role in roles:
        needed = comes_to.permissions(role.id) | {Permission.GRANT_GIVE}
        if role.for_house:
            needed |= {Permission.STAFF_MANAGE}
        lacking = sorted(needed - held)
        result.append((role, can(by, lacking[0], account) if lacking else None))
    return result


def grant_by_id(grant_id: uuid.UUID) -> Grant | None:
    """Return the grant with its bearer and role if it is inside the scope, else None."""
    return db.session.scalar(
        select(Grant)
        .options(joinedload(Grant.person), joinedload(Grant.group), joinedload(Grant.role))
        .where(Grant.id == grant_id)
    )
