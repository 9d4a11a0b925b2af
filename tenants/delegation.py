"""Giving roles, so that nobody makes anyone stronger than himself."""

from datetime import datetime

from sqlalchemy import select

from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.bounds import Beyond, beyond, held_until
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, Decision, Denied, authorize
from tenants.events import Event
from tenants.grants import Grant, Reach
from tenants.groups import Group
from tenants.people import Person
from tenants.permissions import Permission
from tenants.roles import Contents, Role, contents


class CannotDelegate(ValueError):
    """The grant cannot be given or ended; the message says why.

    `about` names what to change of it: `person`, `role`, `reach` or `until`.
    """

    def __init__(self, message: str, about: str = "until") -> None:
        super().__init__(message)
        self.about = about


def role_permissions(role: Role) -> frozenset[Permission]:
    """Return everything a role comes to today, inherited permissions included."""
    return contents().permissions(role.id)


def give(
    bearer: Person | Group,
    role: Role,
    account: AccountRef,
    *,
    by: Actor,
    reach: Reach = "subtree",
    until: datetime | None = None,
    because: str = "",
) -> Grant:
    """Give a person or a group a role at an account and record it.

    Raises Denied when `by` may not give grants there or does not hold all the role comes to, and
    CannotDelegate when he holds it not as far down or not as long, when the end lies in the past,
    when a staff role is given outside the house, or a group stands elsewhere in the tree.
    """
    check_giving(role, account, by=by, reach=reach, until=until)
    if isinstance(bearer, Group):
        check_group(bearer, account)
    return bestow(bearer, role, account, by=by, reach=reach, until=until, because=because)


def check_group(group: Group, account: AccountRef) -> None:
    """Raise CannotDelegate unless the group can be given roles at the account."""
    if group.account_id not in account.path or group.tenant_id != account.tenant_id:
        raise CannotDelegate("A group is given roles where it was made, and below.", "person")
    if group.deleted_at is not None:
        raise CannotDelegate("This group was deleted; choose another.", "person")


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
    if role.account_id is not None and role.account_id not in account.path:
        raise CannotDelegate("A role is given where it was defined, and below.", "role")
    if deleted(role):
        raise CannotDelegate("This role was deleted; choose another.", "role")
    if until is not None and until <= now():
        raise CannotDelegate("The end of a grant must lie in the future.")
    check_strength(Permission.GRANT_GIVE, role, account, by=by, reach=reach, until=until)


def deleted(role: Role) -> bool:
    """Tell whether a role is deleted, waiting for whoever is about to delete or restore it."""
    if role.built_in or role not in db.session:
        return role.deleted_at is not None
    query = select(Role.deleted_at).where(Role.id == role.id).with_for_update(read=True)
    return db.session.scalar(query) is not None


def check_strength(
    permission: Permission,
    role: Role,
    account: AccountRef,
    *,
    by: Actor,
    reach: str,
    until: datetime | None,
    held: Contents | None = None,
) -> None:
    """Raise what `give` raises unless `by` holds `permission` and all such a grant comes to.

    `held` are the contents of today, where they are known already.
    """
    authorize(by, permission, account)
    if role.for_house:
        authorize(by, Permission.STAFF_MANAGE, account)
    problem = further(role, account, by, reach, until, held)
    if problem is not None:
        raise CannotDelegate(problem.sentence, problem.about)


def bestow(
    bearer: Person | Group,
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
        **{"group_id" if isinstance(bearer, Group) else "person_id": bearer.id},
        role_id=role.id,
        reach=reach,
        until=until,
        because=because,
        given_by_id=by.person_id,
        given_by_label=by.label,
    )
    db.session.add(grant)
    record(
        Event.GRANT_GIVEN, grant, by=by, reason=because, person=bearer.label, role=role.name,
        reach=reach, until=until.isoformat() if until else None,
    )  # fmt: skip
    return grant


def further(
    role: Role,
    account: AccountRef,
    by: Actor,
    reach: str,
    until: datetime | None,
    held: Contents | None = None,
) -> Beyond | None:
    """Return how a grant goes beyond what `by` holds himself, or None when it does not.

    Raises Denied when he lacks some of it at the account altogether.
    """
    needed = held.permissions(role.id) if held else role_permissions(role)
    lacking = sorted(p for p in needed if held_until(by, [p], account, "account") is None)
    if lacking:
        raise Denied(Decision(False, by, lacking[0], account))
    return beyond(needed, account, by, reach, until)
