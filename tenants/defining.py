"""Custom roles: defined, changed, deleted and restored by an account for itself and all below it.

Nobody makes anyone stronger than himself through a role: whoever touches one must hold, at the
account that defines it, for all below and without an end, everything that it and the roles
inheriting from it come to, before and after.
"""

import re
import unicodedata
import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from tenants.accounts import AccountClosure, AccountRef
from tenants.audit import record
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor
from tenants.ending import end
from tenants.events import Event
from tenants.grants import Grant
from tenants.holdings import DEEPEST
from tenants.permissions import Permission
from tenants.roles import Contents, Role, contain, contents, inherit, role_by_id, roles_at
from tenants.strength import check_kept, check_roles, standing

UNDO = timedelta(days=30)
"""How long a deleted role or group can be restored."""
SENTENCE_LENGTH = 300
NAME_LENGTH = 100


class CannotDefine(ValueError):
    """The role cannot be so; the message says why, `about` names the field (`name`, `parent`)."""

    def __init__(self, message: str, about: str = "name") -> None:
        super().__init__(message)
        self.about = about


@dataclass(frozen=True)
class Definition:
    """What a role is to be: its words, its own permissions, and the role it inherits from."""

    name: str
    sentence: str = ""
    permissions: frozenset[Permission] = frozenset()
    parent_id: uuid.UUID | None = None


def define(account: AccountRef, wanted: Definition, *, by: Actor) -> Role:
    """Define a role at an account for itself and all below it, and record it.

    Raises Denied, TooWeak and CannotDefine.
    """
    _take_turn(account)
    role = Role(
        tenant_id=account.tenant_id, account_id=account.id, for_house=account.kind == "house",
        name=wanted.name, sentence=wanted.sentence,
    )  # fmt: skip
    before = contents()
    parent = _check(role, account, wanted, before, by=by)
    role.key = _free_key(wanted.name, account)
    db.session.add(role)
    db.session.flush()
    inherit(role, parent)
    contain(role, {str(permission) for permission in wanted.permissions})
    record(
        Event.ROLE_DEFINED, role, by=by, parent=parent.name if parent else "",
        permissions=sorted(wanted.permissions),
    )  # fmt: skip
    return role


def change(role: Role, account: AccountRef, wanted: Definition, *, by: Actor) -> bool:
    """Make a role of the account what is wanted, from now on, and record what changed.

    Tells whether anything did. Raises Denied, TooWeak, CannotDefine, and CannotDelegate when
    nobody would be left to manage an account.
    """
    _take_turn(account)
    _check_own(role, account)
    before = contents()
    parent = _check(role, account, wanted, before, by=by)
    old = before.parents.get(role.id)
    told = _changes(role, wanted, before, role_by_id(old) if old else None, parent)
    if not told:
        return False
    role.name, role.sentence = wanted.name, wanted.sentence
    inherit(role, parent)
    contain(role, {str(permission) for permission in wanted.permissions})
    record(Event.ROLE_CHANGED, role, by=by, changes=told)
    return True


def clone(role: Role, account: AccountRef, name: str, *, by: Actor) -> Role:
    """Define a role at an account with what another has today: own permissions, and parent.

    Raises what `define` raises.
    """
    now_held = contents()
    own = frozenset(p for p in Permission if p in now_held.own.get(role.id, ()))
    return define(
        account, Definition(name, role.sentence, own, now_held.parents.get(role.id)), by=by
    )


def delete(role: Role, account: AccountRef, *, by: Actor, reason: str = "") -> list[Grant]:
    """Delete a role of the account and end its grants, each recorded; return those grants.

    It can be restored for UNDO. Raises Denied and TooWeak, CannotDelegate when a grant of it
    cannot be ended, and CannotDefine when other roles inherit from it.
    """
    _take_turn(account)
    _check_own(role, account)
    found = contents()
    check_roles(by, account, found.permissions(role.id))
    heirs = _standing_heirs(role, found)
    if heirs:
        names = ", ".join(sorted(heir.name for heir in heirs))
        raise CannotDefine(f"Other roles inherit from {role.name}: {names}. Change them first.")
    moment = now()
    grants = standing(Grant.role_id == role.id)
    for grant, place in grants:
        end(grant, place, by=by, reason=reason or f"The role {role.name} was deleted.", at=moment)
    role.deleted_at = moment
    record(Event.ROLE_DELETED, role, by=by, reason=reason, grants=len(grants))
    return [grant for grant, _ in grants]


def check_restoring(role: Role, account: AccountRef, *, by: Actor) -> None:
    """Lock a deleted role of the account, and raise unless `by` may restore it as it was.

    Raises Denied, TooWeak and CannotDefine.
    """
    _take_turn(account)
    db.session.refresh(role, ["deleted_at"])
    if role.account_id != account.id or role.deleted_at is None:
        raise CannotDefine("This role is not deleted.")
    if role.deleted_at <= now() - UNDO:
        raise CannotDefine("This role was deleted more than 30 days ago; define it anew.")
    found = contents()
    check_roles(by, account, found.permissions(role.id))
    above = [role_by_id(each) for each in found.line(role.id)[1:]]
    gone = [each.name for each in above if each is not None and each.deleted_at is not None]
    if gone:
        raise CannotDefine(f"It inherits from {gone[0]}, which is deleted; restore that first.")
    _check_name(role, account, role.name)


def _check(
    role: Role, account: AccountRef, wanted: Definition, before: Contents, *, by: Actor
) -> Role | None:
    """Return the parent wanted, or raise why the role cannot be what is wanted."""
    after = before.changed(role.id, wanted.permissions, wanted.parent_id)
    touched = {role.id, *before.heirs(role.id)}
    needed = {p for each in touched for p in before.permissions(each)}
    if wanted.parent_id is not None and role.id in before.line(wanted.parent_id):
        raise CannotDefine("A role cannot inherit from itself, or from its own heirs.", "parent")
    needed |= {p for each in touched for p in after.permissions(each)}
    parent = _parent(account, wanted.parent_id)
    if any(len(after.line(each)) > DEEPEST for each in touched):
        raise CannotDefine(f"Roles inherit over {DEEPEST} steps at most.", "parent")
    check_roles(by, account, needed)
    _check_heirs_below(role, account, before)
    _check_name(role, account, wanted.name)
    check_kept(touched, before, after)
    return parent


def _parent(account: AccountRef, parent_id: uuid.UUID | None) -> Role | None:
    if parent_id is None:
        return None
    found = next((role for role in roles_at(account) if role.id == parent_id), None)
    if found is None:
        raise CannotDefine("A role inherits from one built in, or defined here or above.", "parent")
    return found


def _check_name(role: Role, account: AccountRef, name: str) -> None:
    if not name.strip() or len(name) > NAME_LENGTH:
        raise CannotDefine(f"Give the role a name of 1 to {NAME_LENGTH} characters.")
    others = (each for each in roles_at(account) if each.id != role.id)
    if any(each.name.casefold() == name.casefold() for each in others):
        raise CannotDefine(f"There is a role {name} here already; choose another name.")


def _check_own(role: Role, account: AccountRef) -> None:
    db.session.refresh(role)
    if role.account_id != account.id or role.deleted_at is not None:
        raise CannotDefine("A role is changed where it was defined, while it is not deleted.")


def _standing_heirs(role: Role, found: Contents) -> list[Role]:
    query = select(Role).where(Role.id.in_(found.heirs(role.id)), Role.deleted_at.is_(None))
    return list(db.session.scalars(query))


def _check_heirs_below(role: Role, account: AccountRef, found: Contents) -> None:
    """Raise CannotDefine when a role builds on this one where the account does not reach."""
    heirs = {heir.account_id: heir for heir in _standing_heirs(role, found)}
    below = select(AccountClosure.descendant_id).where(
        AccountClosure.ancestor_id == account.id, AccountClosure.descendant_id.in_(heirs)
    )
    away = [heirs[each].name for each in heirs.keys() - set(db.session.scalars(below))]
    if away:
        raise CannotDefine(
            f"{away[0]}, which builds on it, belongs to an account that has moved away. It must "
            "build on another role first.", "parent",
        )  # fmt: skip


def _changes(
    role: Role, wanted: Definition, before: Contents, old: Role | None, new: Role | None
) -> dict[str, list[str]]:
    """Return what differs, as the trail tells it."""
    pairs = {
        "name": [role.name, wanted.name],
        "sentence": [role.sentence, wanted.sentence],
        "parent": [old.name if old else "", new.name if new else ""],
        "permissions": [
            ", ".join(sorted(before.own.get(role.id, ()))), ", ".join(sorted(wanted.permissions)),
        ],
    }  # fmt: skip
    return {field: pair for field, pair in pairs.items() if pair[0] != pair[1]}


def _take_turn(account: AccountRef) -> None:
    """Wait for others who touch roles of this tenant, until they are done."""
    query = select(Role.id).where(Role.tenant_id == account.tenant_id).order_by(Role.id)
    db.session.execute(query.with_for_update(key_share=True)).all()


def _free_key(name: str, account: AccountRef) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    key = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:50] or "role"
    query = select(Role.key).where((Role.account_id == account.id) | Role.tenant_id.is_(None))
    taken = set(db.session.scalars(query))
    numbers = range(2, len(taken) + 3)
    return next(k for k in (key, *(f"{key}-{n}" for n in numbers)) if k not in taken)
