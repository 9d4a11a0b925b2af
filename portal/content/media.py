"""Files of an account: what they are called, where they stand, their versions and their uses."""

import uuid
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from tenants.audit import Audited
from tenants.clock import now
from tenants.db import Base, Keyed
from tenants.scope import TenantScoped

Kind = Literal["image", "file"]
Where = Literal["draft", "live"]
KEPT = timedelta(days=30)
"""How long the trash, and a file that was replaced, can be brought back."""
CENTRE = 50


class Media(Keyed, TenantScoped, Audited, Base):
    """A file people upload and use in texts. What it holds now is the version with its `number`.

    The focal point is in percent from the left and from the top. `decorative` says that a picture
    tells nothing, so that it needs no alternative text.
    """

    __tablename__ = "media"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        CheckConstraint("kind IN ('image', 'file')", name="kind"),
        CheckConstraint("focal_x BETWEEN 0 AND 100", name="focal_x"),
        CheckConstraint("focal_y BETWEEN 0 AND 100", name="focal_y"),
        ForeignKeyConstraint(
            ["tenant_id", "folder_id"], ["media_folder.tenant_id", "media_folder.id"]
        ),
        Index("ix_media_list", "account_id", "id"),
        Index("ix_media_folder", "folder_id"),
    )  # fmt: skip

    kind: Mapped[str] = mapped_column(String(8))
    folder_id: Mapped[uuid.UUID | None]
    name: Mapped[str] = mapped_column(Text)
    alt: Mapped[str] = mapped_column(Text, default="")
    caption: Mapped[str] = mapped_column(Text, default="")
    decorative: Mapped[bool] = mapped_column(default=False)
    focal_x: Mapped[int] = mapped_column(default=CENTRE)
    focal_y: Mapped[int] = mapped_column(default=CENTRE)
    number: Mapped[int] = mapped_column(default=1)
    author_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("person.id"))
    author_label: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    changed_at: Mapped[datetime] = mapped_column(default=now)
    trashed_at: Mapped[datetime | None]
    trashed_by_label: Mapped[str] = mapped_column(String(300), default="")

    @property
    def label(self) -> str:
        """Return how the trail names this file."""
        return self.name

    @property
    def purged_after(self) -> datetime | None:
        """Return from when on it can be gone for good (UTC); None while it is not in the trash."""
        return self.trashed_at + KEPT if self.trashed_at else None


class MediaVersion(Keyed, TenantScoped, Base):
    """The bytes of a file as they were stored once, and the renditions made of them.

    `digest` is the SHA-256 (hex) of what is stored, `source_digest` of what was uploaded. Sizes are
    bytes. `ready_at` is None until the renditions are made; `tries` counts how often that failed.
    """

    __tablename__ = "media_version"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("media_id", "number"),
        ForeignKeyConstraint(["tenant_id", "media_id"], ["media.tenant_id", "media.id"]),
        Index("ix_media_version_source", "account_id", "source_digest"),
        Index("ix_media_version_ready_at", "ready_at", "created_at"),
    )

    media_id: Mapped[uuid.UUID]
    number: Mapped[int]
    mime: Mapped[str] = mapped_column(String(100))
    size: Mapped[int] = mapped_column(BigInteger)
    width: Mapped[int | None]
    height: Mapped[int | None]
    digest: Mapped[str] = mapped_column(String(64))
    source_digest: Mapped[str] = mapped_column(String(64))
    renditions: Mapped[dict[str, Any]] = mapped_column(default=dict)
    rendition_size: Mapped[int] = mapped_column(BigInteger, default=0)
    ready_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    author_label: Mapped[str] = mapped_column(String(300), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)
    replaced_at: Mapped[datetime | None]

    @property
    def key(self) -> str:
        """Return where its files stand in the store; each is named below it."""
        return f"{self.tenant_id.hex}/{self.account_id.hex}/{self.id.hex}/"

    @property
    def purged_after(self) -> datetime | None:
        """Return from when on it can be gone for good (UTC); None while it is the current one."""
        return self.replaced_at + KEPT if self.replaced_at else None


class MediaUse(Keyed, TenantScoped, Base):
    """A page uses a file: in its draft, or in what readers see. Written with the page."""

    __tablename__ = "media_use"
    __table_args__ = (
        UniqueConstraint("page_id", "media_id", "place"),
        CheckConstraint("place IN ('draft', 'live')", name="place"),
        ForeignKeyConstraint(["tenant_id", "media_id"], ["media.tenant_id", "media.id"]),
        ForeignKeyConstraint(["tenant_id", "page_id"], ["page.tenant_id", "page.id"]),
        Index("ix_media_use_media_id", "media_id", "place"),
    )

    media_id: Mapped[uuid.UUID]
    page_id: Mapped[uuid.UUID]
    place: Mapped[str] = mapped_column(String(8))
