"""Taking back the deletion of a role or a group, with the grants that ended with it.

What ended stays ended: each grant that would still be in force is given anew, by whoever restores,
who must be able to give it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from tenants.accounts import AccountRef, ref
from tenants.audit import record
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, Denied
from tenants.defining import check_restoring
from tenants.delegation import CannotDelegate, give
from tenants.events import Event
from tenants.grants import Grant
from tenants.grouping import check_restoring_group
from tenants.groups import Group
from tenants.people import Person
from tenants.roles import Role


@dataclass(frozen=True)
class Returned:
    """What became of one grant that had ended: given back, or why not (`problem`)."""

    bearer: str
    role: str
    account: str
    problem: str = ""


def restore_role(role: Role, account: AccountRef, *, by: Actor) -> list[Returned]:
    """Restore a deleted role, record it, and give back its grants; a line for each.

    Raises Denied, TooWeak and CannotDefine.
    """
    check_restoring(role, account, by=by)
    moment, role.deleted_at = role.deleted_at, None
    db.session.flush()
    found = _give_back(moment, Grant.role_id == role.id, by=by)
    record(Event.ROLE_RESTORED, role, by=by, changes={}, grants=_given(found))
    return found


def restore_group(group: Group, account: AccountRef, *, by: Actor) -> list[Returned]:
    """Restore a deleted group with its members, record it, and give back its grants.

    Raises Denied, TooWeak and CannotGroup.
    """
    check_restoring_group(group, account, by=by)
    moment, group.deleted_at = group.deleted_at, None
    db.session.flush()
    found = _give_back(moment, Grant.group_id == group.id, by=by)
    record(Event.GROUP_RESTORED, group, by=by, changes={}, grants=_given(found))
    return found


def _given(found: list[Returned]) -> int:
    return sum(not each.problem for each in found)


def _give_back(moment: datetime | None, condition: Any, *, by: Actor) -> list[Returned]:
    query = (
        select(Grant)
        .options(
            joinedload(Grant.person), joinedload(Grant.group), joinedload(Grant.role),
            joinedload(Grant.account),
        )
        .where(condition, Grant.ended_at == moment)
        .order_by(Grant.account_id, Grant.id)
    )  # fmt: skip
    grants = db.session.scalars(query).all()
    return [_one(grant, by) for grant in grants if not grant.until or grant.until > now()]


def _one(grant: Grant, by: Actor) -> Returned:
    names = (grant.bearer.label, grant.role.name, grant.account.name)
    if isinstance(grant.bearer, Person) and not grant.bearer.active:
        return Returned(*names, "This person cannot sign in any more.")
    try:
        give(
            grant.bearer, grant.role, ref(grant.account), by=by, reach=grant.reach,  # type: ignore[arg-type]  # one of the Reaches
            until=grant.until, because=grant.because,
        )  # fmt: skip
    except (Denied, CannotDelegate) as problem:
        return Returned(*names, str(problem))
    return Returned(*names)
