"""Moving an account, with all below it, to another place in its tenant's tree."""

import uuid
from collections.abc import Collection

from sqlalchemy import delete, func, insert, literal, select, true, update
from sqlalchemy.orm import aliased

from tenants.accounts import Account, AccountClosure, AccountPlace, AccountRef, ref
from tenants.audit import record
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, authorize
from tenants.delegation import further
from tenants.events import Event
from tenants.grants import Grant
from tenants.groups import Group
from tenants.permissions import Permission
from tenants.roles import Role, in_force
from tenants.tree import DEEPEST, CannotChange, below, claim, fresh, recount_halted


def move(account: AccountRef, to: AccountRef, *, by: Actor, reason: str = "") -> None:
    """Put an account and all below it under another parent of the same tenant, and record it.

    Decided at both ends. Whoever holds grants above the new place gains them over what is moved:
    that is the mover's giving, so he must hold all of it himself there, as far down and as long.
    Raises Denied, and CannotChange when it would cross tenants, make a circle, stand too deep, or
    leave behind the account that defined a role or a group in use below.
    """
    row, old = claim(account, Permission.ACCOUNT_MOVE, by=by)
    target = fresh(to.id)
    if target is None or target.state == "closed":
        raise CannotChange(f"There is no account {to.name} any more.")
    new = ref(target)
    authorize(by, Permission.ACCOUNT_MOVE, new)
    _check_place(row, old, new)
    left, joined = set(old.path) - set(new.path), set(new.path) - set(old.path)
    _check_left_behind(row, left)
    _check_strength(ref(row), joined, by)
    row.parent_id = new.id
    record(Event.ACCOUNT_MOVED, row, by=by, reason=reason, before=old.name, after=new.name)
    _note_place(row)
    _rehang(row, new)
    recount_halted(row.id)


def _check_place(row: Account, old: AccountRef, new: AccountRef) -> None:
    if row.kind == "master":
        raise CannotChange(f"{row.name} is a customer of the house and stands right below it.")
    if new.tenant_id != row.tenant_id:
        raise CannotChange(
            f"{row.name} cannot leave its customer: {new.name} belongs to another one, and nothing "
            "of one customer is ever shown to another."
        )
    if row.id in new.path:
        raise CannotChange(f"{new.name} stands below {row.name}: that would make a circle.")
    if new.id == old.id:
        raise CannotChange(f"{row.name} stands below {new.name} already.")
    lowest = select(func.max(Account.depth)).where(Account.id.in_(below(row.id)))
    height = (db.session.scalar(lowest) or row.depth) - row.depth
    if new.depth + 1 + height > DEEPEST:
        raise CannotChange(f"Accounts stand at most {DEEPEST} deep. Choose a place further up.")


def _check_left_behind(row: Account, left: Collection[uuid.UUID]) -> None:
    """Raise CannotChange when grants below rest on what only the accounts left behind decide."""
    used = (
        select(Role.name, Group.name)
        .select_from(Grant)
        .join(Role, Role.id == Grant.role_id)
        .outerjoin(Group, Group.id == Grant.group_id)
        .where(
            Grant.account_id.in_(below(row.id)),
            Grant.ended_at.is_(None),
            Role.account_id.in_(left) | Group.account_id.in_(left),
        )
    )
    found = db.session.execute(used.limit(1)).first()
    if found is not None:
        what = f"the role {found[0]}" + (f" of the group {found[1]}" if found[1] else "")
        raise CannotChange(
            f"{row.name} would leave behind the account that decides on {what}, which is given "
            "in it. End those grants first, or give other roles."
        )


def _check_strength(account: AccountRef, joined: Collection[uuid.UUID], by: Actor) -> None:
    """Raise unless `by` holds here himself all that anybody gains through the new place."""
    if by.person_id is None:
        return
    grants = db.session.scalars(
        select(Grant).where(
            Grant.account_id.in_(joined), Grant.reach == "subtree", Grant.ended_at.is_(None)
        )
    )
    wanted = {(grant.role_id, grant.until) for grant in grants if _lasts(grant)}
    roles = {role_id: db.session.get_one(Role, role_id) for role_id, _ in wanted}
    for role_id, until in sorted(wanted, key=str):
        problem = further(roles[role_id], account, by, "subtree", until)
        if problem is not None:
            raise CannotChange(
                f"Who is {roles[role_id].name} above the new place would hold it over "
                f"{account.name} too, further down or longer than you do yourself."
            )


def _lasts(grant: Grant) -> bool:
    return grant.until is None or grant.until > now()


def _note_place(row: Account) -> None:
    moment = now()
    current = select(AccountPlace).where(
        AccountPlace.account_id == row.id, *in_force(AccountPlace, moment)
    )
    for place in db.session.scalars(current):
        place.ended_at = moment
    db.session.add(
        AccountPlace(
            tenant_id=row.tenant_id, account_id=row.id, parent_id=row.parent_id, since=moment
        )
    )
    db.session.flush()


def _rehang(row: Account, new: AccountRef) -> None:
    """Work out path, depth and closure of the whole subtree anew, a statement for each."""
    outside = aliased(AccountClosure)
    above = select(outside.ancestor_id).where(
        outside.descendant_id == row.id, outside.ancestor_id != row.id
    )
    cut = delete(AccountClosure).where(
        AccountClosure.descendant_id.in_(below(row.id)), AccountClosure.ancestor_id.in_(above)
    )
    upper, lower = aliased(AccountClosure), aliased(AccountClosure)
    pairs = (
        select(
            upper.ancestor_id, lower.descendant_id, literal(row.tenant_id),
            upper.distance + lower.distance + 1,
        )
        .join(lower, true())  # every account above with every account below
        .where(upper.descendant_id == new.id, lower.ancestor_id == row.id)
    )  # fmt: skip
    grow = insert(AccountClosure).from_select(
        ["ancestor_id", "descendant_id", "tenant_id", "distance"], pairs
    )
    prefix = "/".join(each.hex for each in new.path)
    old_length = len(row.path) - len(row.id.hex) - 1
    shift = update(Account).where(Account.id.in_(below(row.id)))
    shift = shift.values(
        path=literal(prefix).concat(func.substr(Account.path, old_length + 1)),
        depth=Account.depth + (new.depth + 1 - row.depth),
    )
    for statement in (cut, grow, shift):
        db.session.execute(statement.execution_options(synchronize_session=False))
    db.session.expire_all()
