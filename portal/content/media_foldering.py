"""Making folders of files, and saying who sees those that are restricted."""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select

from portal.content.media_folders import (
    MediaAccess,
    MediaFolder,
    access_to,
    in_force_now,
    is_restricted,
)
from portal.content.media_list import is_empty
from portal.content.media_tree import DEEPEST, FolderTree
from portal.content.problems import Problem
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, authorize
from tenants.events import Event
from tenants.groups import Group, groups_at
from tenants.offers import givable_roles, people_to_give
from tenants.people import Person
from tenants.permissions import Permission
from tenants.roles import Role

NAME_LENGTH = 100
MOST = 500
MOST_LET_IN = 200
Bearer = Person | Group | Role
_COLUMNS = {Person: "person_id", Group: "group_id", Role: "role_id"}


def make_folder(
    account: AccountRef,
    name: str,
    *,
    restricted: bool,
    by: Actor,
    parent: MediaFolder | None = None,
) -> MediaFolder:
    """Make a folder, in another or on top, and record it. Raises Denied and Problem."""
    authorize(by, Permission.MEDIA_MANAGE, account)
    tree = _whole_tree(account)
    name = _free_name(account, name, parent)
    if len(tree.placed) >= MOST:
        raise Problem(f"An account has at most {MOST} folders.")
    _refuse_too_deep(len(tree.above(parent.id if parent else None)) + 1)
    folder = MediaFolder(
        tenant_id=account.tenant_id, account_id=account.id, name=name, restricted=restricted,
        parent_id=parent.id if parent else None,
    )  # fmt: skip
    db.session.add(folder)
    record(Event.MEDIA_FOLDER_MADE, folder, by=by, changes={"restricted": [None, restricted]})
    return folder


def change_folder(
    folder: MediaFolder, account: AccountRef, name: str, *,
    restricted: bool, by: Actor, parent: MediaFolder | None = None,
) -> bool:  # fmt: skip
    """Rename a folder, put it into another, restrict or open it; record it.

    What stands in it comes along. Tells whether anything changed. Raises Denied and Problem.
    """
    authorize(by, Permission.MEDIA_MANAGE, account)
    tree = _whole_tree(account)
    if parent is not None and parent.id in tree.below(folder.id):
        raise Problem(f"“{folder.name}” cannot stand in itself, nor in a folder that is in it.")
    deep = len(tree.above(parent.id if parent else None)) + tree.height(folder.id)
    _refuse_too_deep(deep)
    folder.name = _free_name(account, name, parent, folder)
    folder.restricted, folder.parent_id = restricted, parent.id if parent else None
    if not db.session.is_modified(folder):
        return False
    record(Event.MEDIA_FOLDER_CHANGED, folder, by=by)
    return True


def delete_folder(folder: MediaFolder, account: AccountRef, *, by: Actor) -> None:
    """Delete an empty folder and record it. Raises Denied, and Problem while files stand in it."""
    authorize(by, Permission.MEDIA_MANAGE, account)
    db.session.refresh(folder, with_for_update=True)
    if not is_empty(folder):
        raise Problem("Files stand in this folder, or in the trash with it. Move them first.")
    inner = select(MediaFolder.id).where(MediaFolder.parent_id == folder.id)
    if db.session.scalar(inner.limit(1)) is not None:
        raise Problem("Folders stand in this folder. Move or delete them first.")
    query = select(MediaAccess).where(MediaAccess.folder_id == folder.id)
    record(
        Event.MEDIA_FOLDER_DELETED, folder, by=by, changes={"name": [folder.name, None]},
        restricted=is_restricted(folder.id, account.id),
    )  # fmt: skip
    for access in db.session.scalars(query):
        if access.ended_at is None:
            _told_of_end(access, folder, by)
        else:
            record(
                Event.MEDIA_FOLDER_ACCESS_ENDED, access, by=by, changes={},
                who=access.bearer_label, folder=folder.name,
            )  # fmt: skip
        db.session.delete(access)
    db.session.flush()
    db.session.delete(folder)


def let_in(
    folder: MediaFolder,
    account: AccountRef,
    bearer: Bearer,
    *,
    by: Actor,
    until: datetime | None = None,
    because: str = "",
) -> MediaAccess:
    """Name a person, a group or a role on a folder and record it. Raises Denied and Problem.

    What they may do with the files in it is what they may do with files at the account. `until` is
    in UTC.
    """
    authorize(by, Permission.MEDIA_MANAGE, account)
    if until is not None and until <= now():
        raise Problem("That day is over. Choose one to come.")
    named = _COLUMNS[type(bearer)]
    there = select(MediaAccess.id).where(
        MediaAccess.folder_id == folder.id, getattr(MediaAccess, named) == bearer.id,
        *in_force_now(),
    )  # fmt: skip
    label = bearer.name
    if db.session.scalar(there) is not None:
        raise Problem(f"{label} sees this folder already.")
    if len(access_to(folder)) >= MOST_LET_IN:
        raise Problem(f"{MOST_LET_IN} are let in already. Name a group or a role instead.")
    access = MediaAccess(
        tenant_id=folder.tenant_id, account_id=folder.account_id, folder_id=folder.id,
        bearer_label=label, given_by_label=by.name or by.label, because=because, until=until,
        **{named: bearer.id},
    )  # fmt: skip
    db.session.add(access)
    record(
        Event.MEDIA_FOLDER_ACCESS_GIVEN, access, by=by, reason=because, changes={},
        who=label, folder=folder.name,
    )  # fmt: skip
    return access


def take_out(access: MediaAccess, folder: MediaFolder, account: AccountRef, *, by: Actor) -> None:
    """Take somebody off a folder and record it. Raises Denied, and Problem when he is off it."""
    authorize(by, Permission.MEDIA_MANAGE, account)
    if access.ended_at is not None:
        raise Problem(f"{access.bearer_label} does not see this folder any more.")
    access.ended_at, access.ended_by_label = now(), by.name or by.label
    _told_of_end(access, folder, by)


def bearers(
    account: AccountRef, by: Actor, *, search: str = "", chosen: Collection[uuid.UUID] = (),
    most: int = 500,
) -> dict[str, Bearer]:  # fmt: skip
    """Return whom a folder can be opened to, by `role:id`, `group:id` or `person:id`.

    Of people at most `most`, with `search` only who has it in his name, and who is `chosen`.
    """
    roles = {f"role:{role.id}": role for role, _ in givable_roles(account, by) if _looks(role)}
    groups = {f"group:{group.id}": group for group in groups_at(account)}
    around = people_to_give(account, by, search=search, chosen=chosen, most=most)
    people = {f"person:{person.id}": person for person in around}
    return {**roles, **groups, **people}


def _looks(role: Role) -> bool:
    return not role.for_house


def access_by_id(access_id: uuid.UUID, folder: MediaFolder) -> MediaAccess | None:
    """Return an access to the folder by its id, or None."""
    query = select(MediaAccess).where(
        MediaAccess.id == access_id, MediaAccess.folder_id == folder.id
    )
    return db.session.scalar(query)


def _told_of_end(access: MediaAccess, folder: MediaFolder, by: Actor) -> None:
    record(
        Event.MEDIA_FOLDER_ACCESS_ENDED, access, by=by, changes={},
        who=access.bearer_label, folder=folder.name,
    )  # fmt: skip


def _whole_tree(account: AccountRef) -> FolderTree:
    """Return all folders of an account, held until the transaction ends: no two move at once."""
    query = select(MediaFolder).where(MediaFolder.account_id == account.id)
    return FolderTree(db.session.scalars(query.order_by(MediaFolder.id).with_for_update()))


def _refuse_too_deep(deep: int) -> None:
    if deep > DEEPEST:
        raise Problem(f"Folders stand at most {DEEPEST} deep in each other.")


def _free_name(
    account: AccountRef, name: str, parent: MediaFolder | None, folder: MediaFolder | None = None
) -> str:
    name = " ".join(name.split())
    if not name:
        raise Problem("Give the folder a name.")
    if len(name) > NAME_LENGTH:
        raise Problem(f"Use at most {NAME_LENGTH} characters for the folder's name.")
    taken = select(MediaFolder.id).where(
        MediaFolder.account_id == account.id, func.lower(MediaFolder.name) == name.lower(),
        MediaFolder.parent_id == (parent.id if parent else None),
    )  # fmt: skip
    with db.session.no_autoflush:
        found = db.session.scalar(taken)
    if found is not None and (folder is None or found != folder.id):
        raise Problem(f"There is a folder “{name}” already{' in it' if parent else ''}.")
    return name
