"""Folders of files, and who sees those that are not for everybody.

A folder only ever narrows: what somebody may do with files is decided at the account, by `can`;
a restricted folder then hides itself, the folders in it and their files from all but those named
on it – people, groups, and those who hold a role – and those who look after folders there. A
folder in it can be narrower still, never wider. `visible_media` is the one answer for every door.
"""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column

from portal.content.media import Media
from tenants.accounts import AccountRef
from tenants.audit import Audited
from tenants.clock import now
from tenants.closure import ids_below
from tenants.db import Base, Keyed, db
from tenants.decisions import Actor, Holding, can
from tenants.groups import Group, GroupMember
from tenants.permissions import Permission
from tenants.scope import TenantScoped


class MediaFolder(Keyed, TenantScoped, Audited, Base):
    """A folder of an account's files, in another or in none."""

    __tablename__ = "media_folder"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        ForeignKeyConstraint(
            ["tenant_id", "parent_id"], ["media_folder.tenant_id", "media_folder.id"]
        ),
        Index("uq_media_folder_inside", "parent_id", "name", unique=True),
        Index("uq_media_folder_on_top", "account_id", "name", unique=True,
              sqlite_where="parent_id IS NULL", postgresql_where="parent_id IS NULL"),
    )  # fmt: skip

    name: Mapped[str] = mapped_column(String(100))
    parent_id: Mapped[uuid.UUID | None]
    restricted: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def label(self) -> str:
        """Return how the trail names this folder."""
        return self.name


class MediaAccess(Keyed, TenantScoped, Audited, Base):
    """Who sees a restricted folder, from when until when (UTC). Ended, never changed.

    A person, a group, or all who hold a role at the account.
    """

    __tablename__ = "media_access"
    __table_args__ = (
        CheckConstraint(
            "(person_id IS NULL OR group_id IS NULL) AND"
            " (role_id IS NULL OR (person_id IS NULL AND group_id IS NULL))",
            name="bearer",
        ),
        ForeignKeyConstraint(
            ["tenant_id", "folder_id"], ["media_folder.tenant_id", "media_folder.id"]
        ),
        Index("ix_media_access_folder_id", "folder_id", "ended_at"),
    )  # fmt: skip

    folder_id: Mapped[uuid.UUID]
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    group_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person_group.id"))
    role_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("role.id"))
    bearer_label: Mapped[str] = mapped_column(String(300))
    since: Mapped[datetime] = mapped_column(default=now)
    until: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    given_by_label: Mapped[str] = mapped_column(String(300), default="")
    ended_by_label: Mapped[str] = mapped_column(String(300), default="")
    because: Mapped[str] = mapped_column(Text, default="")

    @property
    def label(self) -> str:
        """Return how the trail names this access."""
        return f"access of {self.bearer_label}"


def visible_folders(by: Actor, account: AccountRef) -> ColumnElement[bool]:
    """Return the condition on `MediaFolder` that holds for the folders `by` sees at an account."""
    here = MediaFolder.account_id == account.id
    if can(by, Permission.MEDIA_MANAGE, account).allowed:
        return here
    closed = restricted_folders(account.id, but=_opened_to(by, account))
    return here & MediaFolder.id.not_in(closed)


def restricted_folders(account_id: uuid.UUID, *, but: Any = None) -> Any:
    """Return the statement for the ids of an account's restricted folders and of all in them.

    `but` is a statement for those that count as open; what is restricted in them stays so.
    """
    top = select(MediaFolder.id).where(MediaFolder.account_id == account_id, MediaFolder.restricted)
    if but is not None:
        top = top.where(MediaFolder.id.not_in(but))
    return _with_all_in_them(top, lambda inner: inner.account_id == account_id)


def is_restricted(folder_id: uuid.UUID | None, account_id: uuid.UUID) -> bool:
    """Tell whether a folder of an account is restricted, or stands in one that is."""
    if folder_id is None:
        return False
    return folder_id in set(db.session.scalars(restricted_folders(account_id)))


def looks_after(by: Actor, account_id: Any) -> ColumnElement[bool]:
    """Return the condition that a column names an account whose library `by` manages."""
    return _places(by, lambda h: Permission.MEDIA_MANAGE in h.permissions, account_id)


def _with_all_in_them(top: Any, here: Callable[[Any], Any]) -> Any:
    closed = top.cte("closed_folder", recursive=True)
    inner = aliased(MediaFolder)
    below = select(inner.id).where(inner.parent_id == closed.c.id, here(inner))
    return select(closed.union(below).c.id)


def _opened_to(by: Actor, account: AccountRef) -> Any:
    """Return the statement for the ids of the folders that name `by`, whatever they stand in."""
    held = {h.role_id for h in by.holdings if h.role_id is not None and h.covers(account)}
    return select(MediaAccess.folder_id).where(
        MediaAccess.account_id == account.id, *in_force_now(),
        _names(by, MediaAccess.role_id.in_(held)),
    )  # fmt: skip


def _names(by: Actor, *held: Any) -> Any:
    groups = select(GroupMember.group_id).where(
        GroupMember.person_id == by.person_id, GroupMember.ended_at.is_(None),
        GroupMember.group_id.in_(select(Group.id).where(Group.deleted_at.is_(None))),
    )  # fmt: skip
    return or_(MediaAccess.person_id == by.person_id, MediaAccess.group_id.in_(groups), *held)


def visible_media_anywhere(by: Actor) -> ColumnElement[bool]:
    """Return the condition on `Media` that holds for the files `by` sees, at every account.

    To be asked in the scope of the accounts where he may look at files.
    """
    return or_(Media.folder_id.is_(None), Media.folder_id.not_in(closed_folders(by)))


def closed_folders(by: Actor) -> Any:
    """Return the ids of the folders that `by` does not see, at every account, as a subquery."""
    roles = sorted({h.role_id for h in by.holdings if h.role_id is not None})
    held = [(MediaAccess.role_id == role) & _held_there(by, role) for role in roles]
    opened = select(MediaAccess.folder_id).where(*in_force_now(), _names(by, *held))
    top = select(MediaFolder.id).where(
        MediaFolder.restricted,
        not_(looks_after(by, MediaFolder.account_id)),
        MediaFolder.id.not_in(opened),
    )
    return _with_all_in_them(top, lambda _inner: true())


def _held_there(by: Actor, role: uuid.UUID) -> ColumnElement[bool]:
    return _places(by, lambda holding: holding.role_id == role, MediaAccess.account_id)


def _places(by: Actor, which: Callable[[Holding], bool], column: Any) -> ColumnElement[bool]:
    """Return the condition that an account is one that some of a person's grants reach."""
    found = [holding for holding in by.holdings if which(holding)]
    far = {h.account_id for h in found if h.reach == "subtree"}
    alone = {h.account_id for h in found if h.reach != "subtree"}
    return or_(column.in_(ids_below(far)), column.in_(alone))


def in_force_now() -> tuple[Any, ...]:
    """Return the conditions on `MediaAccess` that hold for those not ended and not run out."""
    return (
        MediaAccess.ended_at.is_(None),
        or_(MediaAccess.until.is_(None), MediaAccess.until > now()),
    )


def visible_media(by: Actor, account: AccountRef) -> ColumnElement[bool]:
    """Return the condition on `Media` that holds for the files `by` sees at an account.

    The right to look at files there is the door's question, before this one.
    """
    here = Media.account_id == account.id
    if can(by, Permission.MEDIA_MANAGE, account).allowed:
        return here & true()
    closed = restricted_folders(account.id, but=_opened_to(by, account))
    return here & or_(Media.folder_id.is_(None), Media.folder_id.not_in(closed))


def folders_of(account: AccountRef, by: Actor) -> list[MediaFolder]:
    """Return the account's folders that somebody sees, by name."""
    query = select(MediaFolder).where(visible_folders(by, account)).order_by(MediaFolder.name)
    return list(db.session.scalars(query.limit(500)))


def folder_by_id(folder_id: uuid.UUID | None, account: AccountRef, by: Actor) -> MediaFolder | None:
    """Return the account's folder with this id if somebody sees it, else None."""
    query = select(MediaFolder).where(MediaFolder.id == folder_id, visible_folders(by, account))
    return db.session.scalar(query)


def access_to(folder: MediaFolder) -> list[MediaAccess]:
    """Return who is named on a folder now, by name."""
    query = select(MediaAccess).where(MediaAccess.folder_id == folder.id, *in_force_now())
    return list(db.session.scalars(query.order_by(MediaAccess.bearer_label)))
