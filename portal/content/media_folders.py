"""Folders of files, and who sees those that are not for everybody.

A folder only ever narrows: what somebody may do with files is decided at the account, by `can`;
a restricted folder then hides what is in it from all but the people and groups named on it, and
those who look after folders there.
"""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.content.media import Media
from tenants.accounts import AccountRef
from tenants.audit import Audited
from tenants.clock import now
from tenants.db import Base, Keyed, db
from tenants.decisions import Actor, can
from tenants.groups import Group, GroupMember
from tenants.permissions import Permission
from tenants.scope import TenantScoped


class MediaFolder(Keyed, TenantScoped, Audited, Base):
    """A folder of an account's files."""

    __tablename__ = "media_folder"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("account_id", "name"),
    )

    name: Mapped[str] = mapped_column(String(100))
    restricted: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def label(self) -> str:
        """Return how the trail names this folder."""
        return self.name


class MediaAccess(Keyed, TenantScoped, Audited, Base):
    """A person or a group sees a restricted folder, from when until when. Ended, never changed."""

    __tablename__ = "media_access"
    __table_args__ = (
        CheckConstraint("person_id IS NULL OR group_id IS NULL", name="bearer"),
        ForeignKeyConstraint(
            ["tenant_id", "folder_id"], ["media_folder.tenant_id", "media_folder.id"]
        ),
        Index("ix_media_access_folder_id", "folder_id", "ended_at"),
    )  # fmt: skip

    folder_id: Mapped[uuid.UUID]
    person_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    group_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person_group.id"))
    bearer_label: Mapped[str] = mapped_column(String(300))
    since: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]
    given_by_label: Mapped[str] = mapped_column(String(300), default="")
    ended_by_label: Mapped[str] = mapped_column(String(300), default="")
    because: Mapped[str] = mapped_column(Text, default="")

    @property
    def label(self) -> str:
        """Return how the trail names this access."""
        return f"access of {self.bearer_label}"


def visible_folders(by: Actor, account: AccountRef) -> Any:
    """Return the condition on `MediaFolder` that holds for the folders `by` sees at an account."""
    here = MediaFolder.account_id == account.id
    if can(by, Permission.MEDIA_MANAGE, account).allowed:
        return here
    groups = select(GroupMember.group_id).where(
        GroupMember.person_id == by.person_id, GroupMember.ended_at.is_(None),
        GroupMember.group_id.in_(select(Group.id).where(Group.deleted_at.is_(None))),
    )  # fmt: skip
    named = select(MediaAccess.folder_id).where(
        MediaAccess.account_id == account.id, MediaAccess.ended_at.is_(None),
        or_(MediaAccess.person_id == by.person_id, MediaAccess.group_id.in_(groups)),
    )  # fmt: skip
    return here & or_(MediaFolder.restricted.is_(False), MediaFolder.id.in_(named))


def visible_media(by: Actor, account: AccountRef) -> Any:
    """Return the condition on `Media` that holds for the files `by` sees at an account.

    The right to look at files there is the door's question, before this one.
    """
    here = Media.account_id == account.id
    if can(by, Permission.MEDIA_MANAGE, account).allowed:
        return here & true()
    folders = select(MediaFolder.id).where(visible_folders(by, account))
    return here & or_(Media.folder_id.is_(None), Media.folder_id.in_(folders))


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
    query = select(MediaAccess).where(
        MediaAccess.folder_id == folder.id, MediaAccess.ended_at.is_(None)
    )
    return list(db.session.scalars(query.order_by(MediaAccess.bearer_label)))
