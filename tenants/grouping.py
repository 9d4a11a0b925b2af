"""Groups: made, renamed, filled, emptied and deleted by an account for itself and all below it.

Nobody makes anyone stronger than himself through a group: whoever adds a member must be able to
give every grant the group holds, whoever takes one out to end them.
"""

from sqlalchemy import select

from tenants.accounts import AccountRef, take_turn
from tenants.audit import record
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, Denied
from tenants.defining import NAME_LENGTH, UNDO
from tenants.delegation import CannotDelegate, check_strength
from tenants.ending import check_keepers, end, keepers
from tenants.events import Event
from tenants.grants import Grant
from tenants.groups import Group, GroupMember, groups_at
from tenants.limiting import admit_member
from tenants.people import Person
from tenants.permissions import Permission
from tenants.policies import fewest_admins
from tenants.roles import contents
from tenants.strength import KEEPING, TooWeak, authorize_below, standing

Standing = list[tuple[Grant, AccountRef]]


class CannotGroup(ValueError):
    """The group cannot be so; the message says why."""


def make(account: AccountRef, name: str, sentence: str = "", *, by: Actor) -> Group:
    """Make a group at an account, record it and return it, empty.

    Raises Denied, TooWeak and CannotGroup.
    """
    authorize_below(by, Permission.GROUP_MANAGE, account)
    _check_name(None, account, name)
    group = Group(tenant_id=account.tenant_id, account_id=account.id, name=name, sentence=sentence)
    db.session.add(group)
    record(Event.GROUP_MADE, group, by=by)
    return group


def rename(group: Group, account: AccountRef, name: str, sentence: str, *, by: Actor) -> bool:
    """Change what a group of the account is called, and record it; tell whether it changed.

    Raises Denied, TooWeak and CannotGroup.
    """
    _hold(group, account)
    check_group_strength(account, grants_of(group), by=by, act=Permission.GROUP_MANAGE)
    _check_name(group, account, name)
    if (group.name, group.sentence) == (name, sentence):
        return False
    group.name, group.sentence = name, sentence
    record(Event.GROUP_CHANGED, group, by=by)
    return True


def add_member(
    group: Group, person: Person, account: AccountRef, *, by: Actor, because: str = ""
) -> GroupMember:
    """Put a person into a group of the account, and record it.

    Raises Denied and TooWeak unless `by` could give all the group holds, and CannotGroup when the
    person is in it already or cannot sign in.
    """
    _hold(group, account)
    check_group_strength(account, grants_of(group), by=by, act=Permission.GRANT_GIVE)
    if not person.active:
        raise CannotGroup(f"{person.name} cannot sign in any more.")
    if any(row.person_id == person.id for row in members_of(group)):
        raise CannotGroup(f"{person.name} is in this group already.")
    admit_member(person.id, group, by=by)
    row = GroupMember(
        tenant_id=account.tenant_id, account_id=account.id, group_id=group.id,
        person_id=person.id, added_by_label=by.label, because=because,
    )  # fmt: skip
    db.session.add(row)
    record(Event.MEMBER_ADDED, row, by=by, reason=because, person=person.label, group=group.name)
    return row


def remove_member(
    row: GroupMember, group: Group, account: AccountRef, *, by: Actor, reason: str = ""
) -> None:
    """Take a person out of a group of the account, and record it.

    Raises Denied and TooWeak unless `by` could end all the group holds, CannotGroup when the
    person has left already, and CannotDelegate when nobody would be left to manage an account.
    """
    _hold(group, account)
    check_group_strength(account, grants_of(group), by=by, act=Permission.GRANT_END)
    finish_membership(row, group, by=by, reason=reason)


def finish_membership(row: GroupMember, group: Group, *, by: Actor, reason: str = "") -> None:
    """Take a person out of a group and record it, without asking who may. Also for leaving.

    Raises CannotGroup when the person has left already, and CannotDelegate when nobody would be
    left to manage an account.
    """
    db.session.refresh(row, ["ended_at"])
    if row.ended_at is not None or row.group_id != group.id:
        raise CannotGroup("This person is not in the group any more.")
    held = contents()
    places = {place.id: place for grant, place in grants_of(group)
              if KEEPING & held.permissions(grant.role_id)}  # fmt: skip
    for place in places.values():
        take_turn(place)
        check_keepers(
            keepers(place.id, roles=held),
            keepers(place.id, without_member=row.id, roles=held),
            fewest_admins(place),
        )
    row.ended_at, row.ended_by_label = now(), by.label
    record(
        Event.MEMBER_REMOVED, row, by=by, reason=reason, person=row.person.label, group=group.name
    )


def delete(group: Group, account: AccountRef, *, by: Actor, reason: str = "") -> list[Grant]:
    """Delete a group of the account and end its grants, each recorded; return those grants.

    Its members are remembered; it can be restored for UNDO. Raises Denied, TooWeak, CannotGroup,
    and CannotDelegate when a grant cannot be ended.
    """
    _hold(group, account)
    grants = grants_of(group)
    check_group_strength(account, grants, by=by, act=Permission.GRANT_END)
    moment = now()
    for grant, place in grants:
        end(grant, place, by=by, reason=reason or f"{group.name} was deleted.", at=moment)
    group.deleted_at = moment
    record(Event.GROUP_DELETED, group, by=by, reason=reason, grants=len(grants))
    return [grant for grant, _ in grants]


def check_restoring_group(group: Group, account: AccountRef, *, by: Actor) -> None:
    """Lock a deleted group of the account, and raise unless `by` may restore it."""
    authorize_below(by, Permission.GROUP_MANAGE, account)
    db.session.refresh(group, with_for_update={"key_share": True})
    if group.account_id != account.id or group.deleted_at is None:
        raise CannotGroup("This group is not deleted.")
    if group.deleted_at <= now() - UNDO:
        raise CannotGroup("This group was deleted more than 30 days ago; make it anew.")
    _check_name(group, account, group.name)


def grants_of(group: Group) -> Standing:
    """Return what a group holds, now or from a later moment on, and where."""
    return standing(Grant.group_id == group.id)


def members_of(group: Group) -> list[GroupMember]:
    """Return who is in a group now."""
    query = select(GroupMember).where(
        GroupMember.group_id == group.id, GroupMember.ended_at.is_(None)
    )
    return list(db.session.scalars(query))


def check_group_strength(
    account: AccountRef, grants: Standing, *, by: Actor, act: Permission
) -> None:
    """Raise unless `by` manages groups at the account and may `act` on each of these grants.

    Denied, or TooWeak where his own right reaches less far or ends earlier. Two statements.
    """
    authorize_below(by, Permission.GROUP_MANAGE, account)
    held = contents()
    for grant, place in grants:
        try:
            check_strength(
                act, grant.role, place, by=by, reach=grant.reach, until=grant.until, held=held
            )
        except CannotDelegate as problem:
            raise TooWeak(
                f"The group is {grant.role.name} at {place.name}, further down or for longer than "
                "your own right there. Somebody whose right reaches and lasts as long must do it."
            ) from problem


def group_refusal(account: AccountRef, grants: Standing, *, by: Actor, act: Permission) -> str:
    """Return why `by` cannot act on a group with these grants, empty when he can."""
    try:
        check_group_strength(account, grants, by=by, act=act)
    except (Denied, TooWeak) as problem:
        return str(problem)
    return ""


def _hold(group: Group, account: AccountRef) -> None:
    """Lock a group of the account for the transaction."""
    db.session.refresh(group, with_for_update={"key_share": True})
    if group.account_id != account.id or group.deleted_at is not None:
        raise CannotGroup("A group is changed where it was made, while it is not deleted.")


def _check_name(group: Group | None, account: AccountRef, name: str) -> None:
    if not name.strip() or len(name) > NAME_LENGTH:
        raise CannotGroup(f"Give the group a name of 1 to {NAME_LENGTH} characters.")
    others = (each for each in groups_at(account) if each is not group)
    if any(each.name.casefold() == name.casefold() for each in others):
        raise CannotGroup(f"There is a group {name} here already; choose another name.")
