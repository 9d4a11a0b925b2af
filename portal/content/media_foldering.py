"""Making folders of files, and saying who sees those that are restricted."""

import uuid

from sqlalchemy import func, select

from portal.content.media_folders import MediaAccess, MediaFolder
from portal.content.media_list import is_empty
from portal.content.problems import Problem
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, authorize
from tenants.events import Event
from tenants.groups import Group, groups_at
from tenants.offers import people_to_give
from tenants.people import Person
from tenants.permissions import Permission

NAME_LENGTH = 100
MOST = 500


def make_folder(account: AccountRef, name: str, *, restricted: bool, by: Actor) -> MediaFolder:
    """Make a folder and record it. Raises Denied and Problem."""
    authorize(by, Permission.MEDIA_MANAGE, account)
    name = _free_name(account, name)
    count = select(func.count(MediaFolder.id)).where(MediaFolder.account_id == account.id)
    if (db.session.scalar(count) or 0) >= MOST:
        raise Problem(f"An account has at most {MOST} folders.")
    folder = MediaFolder(
        tenant_id=account.tenant_id, account_id=account.id, name=name, restricted=restricted
    )
    db.session.add(folder)
    record(Event.MEDIA_FOLDER_MADE, folder, by=by, changes={"restricted": [None, restricted]})
    return folder


def change_folder(
    folder: MediaFolder, account: AccountRef, name: str, *, restricted: bool, by: Actor
) -> bool:
    """Rename a folder, restrict it or open it to all who look at files here; record it.

    Tells whether anything changed. Raises Denied and Problem.
    """
    authorize(by, Permission.MEDIA_MANAGE, account)
    folder.name = _free_name(account, name, folder)
    folder.restricted = restricted
    if not db.session.is_modified(folder):
        return False
    record(Event.MEDIA_FOLDER_CHANGED, folder, by=by)
    return True


def delete_folder(folder: MediaFolder, account: AccountRef, *, by: Actor) -> None:
    """Delete an empty folder and record it. Raises Denied, and Problem while files stand in it."""
    authorize(by, Permission.MEDIA_MANAGE, account)
    if not is_empty(folder):
        raise Problem("Files stand in this folder, or in the trash with it. Move them first.")
    query = select(MediaAccess).where(MediaAccess.folder_id == folder.id)
    record(Event.MEDIA_FOLDER_DELETED, folder, by=by, changes={"name": [folder.name, None]})
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
    bearer: Person | Group,
    *,
    by: Actor,
    because: str = "",
) -> MediaAccess:
    """Name a person or a group on a folder and record it. Raises Denied, Problem when they are.

    What they may do with the files in it is what they may do with files at the account.
    """
    authorize(by, Permission.MEDIA_MANAGE, account)
    is_group = isinstance(bearer, Group)
    column = MediaAccess.group_id if is_group else MediaAccess.person_id
    there = select(MediaAccess.id).where(
        MediaAccess.folder_id == folder.id, column == bearer.id, MediaAccess.ended_at.is_(None)
    )
    label = bearer.name
    if db.session.scalar(there) is not None:
        raise Problem(f"{label} sees this folder already.")
    access = MediaAccess(
        tenant_id=folder.tenant_id, account_id=folder.account_id, folder_id=folder.id,
        person_id=None if is_group else bearer.id, group_id=bearer.id if is_group else None,
        bearer_label=label, given_by_label=by.name or by.label, because=because,
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


def bearers(account: AccountRef, by: Actor) -> dict[str, Person | Group]:
    """Return whom a folder can be opened to, by `person:id` or `group:id`, groups first."""
    groups = {f"group:{group.id}": group for group in groups_at(account)}
    people = {f"person:{person.id}": person for person in people_to_give(account, by)}
    return {**groups, **people}


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


def _free_name(account: AccountRef, name: str, folder: MediaFolder | None = None) -> str:
    name = " ".join(name.split())
    if not name:
        raise Problem("Give the folder a name.")
    if len(name) > NAME_LENGTH:
        raise Problem(f"Use at most {NAME_LENGTH} characters for the folder's name.")
    taken = select(MediaFolder.id).where(
        MediaFolder.account_id == account.id, func.lower(MediaFolder.name) == name.lower()
    )
    with db.session.no_autoflush:
        found = db.session.scalar(taken)
    if found is not None and (folder is None or found != folder.id):
        raise Problem(f"There is a folder “{name}” already.")
    return name
