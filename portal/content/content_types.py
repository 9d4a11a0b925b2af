"""Types of content: the built-in ones, and those an account defines for itself and all below it."""

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    String,
    UniqueConstraint,
    Uuid,
    bindparam,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.content.fields import Field
from tenants.accounts import AccountRef
from tenants.audit import Audited
from tenants.clock import now
from tenants.db import Base, Keyed, db
from tenants.prepared import by_key
from tenants.scope import TenantOrBuiltIn

Stands = Literal["posts", "tree", "nowhere"]
KEY_LENGTH = 48
KEY = re.compile(r"[a-z0-9-]{1,48}", re.ASCII)


class ContentType(Keyed, TenantOrBuiltIn, Audited, Base):
    """A type an account defined for its subtree. Seen in the whole tenant; deleted, never erased.

    `key` is what `Page.type` says. `version` grows with every change of the type or its fields.
    """

    __tablename__ = "content_type"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        UniqueConstraint("tenant_id", "key"),
        CheckConstraint("tenant_id IS NOT NULL", name="tenant"),
        CheckConstraint("stands IN ('tree', 'nowhere')", name="stands"),
    )

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    key: Mapped[str] = mapped_column(String(KEY_LENGTH))
    name: Mapped[str] = mapped_column(String(100))
    sentence: Mapped[str] = mapped_column(String(300), default="")
    stands: Mapped[Stands] = mapped_column(String(16), default="tree")
    with_body: Mapped[bool] = mapped_column(default=True)
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime] = mapped_column(default=now)
    changed_at: Mapped[datetime] = mapped_column(default=now)
    changed_by_label: Mapped[str] = mapped_column(String(300), default="")
    deleted_at: Mapped[datetime | None]

    @property
    def label(self) -> str:
        """Return how the trail names this type."""
        return self.name


class ContentField(Keyed, TenantOrBuiltIn, Base):
    """A field of a type, or with `group_id` of one of its groups. Removed, never deleted.

    The trail tells of its changes as changes of its type.
    """

    __tablename__ = "content_field"
    __table_args__ = (
        UniqueConstraint("tenant_id", "id"),
        CheckConstraint("tenant_id IS NOT NULL", name="tenant"),
        ForeignKeyConstraint(
            ["tenant_id", "type_id"], ["content_type.tenant_id", "content_type.id"]
        ),
        ForeignKeyConstraint(
            ["tenant_id", "group_id"], ["content_field.tenant_id", "content_field.id"]
        ),
    )

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    type_id: Mapped[uuid.UUID] = mapped_column(index=True)
    group_id: Mapped[uuid.UUID | None]
    key: Mapped[str] = mapped_column(String(KEY_LENGTH))
    kind: Mapped[str] = mapped_column(String(16))
    field_label: Mapped[str] = mapped_column(String(100))
    hint: Mapped[str] = mapped_column(String(300), default="")
    required: Mapped[bool] = mapped_column(default=False)
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    position: Mapped[int] = mapped_column(default=0)
    removed_at: Mapped[datetime | None]


@dataclass(frozen=True)
class Definition:
    """A type as editors, readers and checks use it. Without an `id` it is built in.

    `fields` are in order, those that were removed among them; `asked` are the others.
    """

    key: str
    name: str
    sentence: str = ""
    stands: Stands = "tree"
    with_body: bool = True
    fields: tuple[Field, ...] = ()
    id: uuid.UUID | None = None
    account_id: uuid.UUID | None = None
    version: int = 0
    changed_by: str = ""
    deleted: bool = False

    @property
    def asked(self) -> tuple[Field, ...]:
        """Return the fields that are not removed."""
        return tuple(field for field in self.fields if not field.removed)

    @property
    def every(self) -> tuple[Field, ...]:
        """Return the fields that are not removed, and those in groups."""
        return (*self.asked, *(part for field in self.asked for part in field.asked))

    def field(self, field_id: uuid.UUID) -> tuple[Field, Field | None]:
        """Return a field by its id, and the group it is part of. Raises LookupError."""
        for field in self.fields:
            if field.id == field_id:
                return field, None
            for part in field.parts:
                if part.id == field_id:
                    return part, field
        raise LookupError(f"The type {self.name} has no such field.")


BUILT_IN: dict[str, Definition] = {
    "post": Definition("post", "Post", "Dated, in the list of posts.", "posts"),
    "page": Definition("page", "Page", "Timeless, in the site's tree."),
    "block": Definition(
        "block", "Block", "Written once, shown in many pages that use it.", "nowhere"
    ),
}
"""The types we ship, by key, in the order they are offered in."""


def definition_of(key: str, tenant_id: uuid.UUID) -> Definition:
    """Return a type of a tenant by its key, deleted or not. One statement, none for built-in ones.

    A key that nobody knows gives a type without fields, so that what is live stays so.
    """
    if key in BUILT_IN:
        return BUILT_IN[key]
    found = _load(ContentType.tenant_id == tenant_id, ContentType.key == key)
    return found[0] if found else Definition(key, key.replace("-", " ").capitalize())


def definitions_at(account: AccountRef, *, deleted: bool = False) -> list[Definition]:
    """Return the types defined at an account or above it, by name. One statement.

    `deleted` adds those deleted at the account itself.
    """
    gone: ColumnElement[bool] = ContentType.deleted_at.is_(None)
    if deleted:
        gone = or_(gone, ContentType.account_id == account.id)
    return _load(
        ContentType.tenant_id == account.tenant_id,
        ContentType.account_id.in_(account.path),
        gone,
    )


def definition_at(key: str, account: AccountRef) -> Definition | None:
    """Return the type that can be started at an account by this key, or None."""
    if key in BUILT_IN:
        return BUILT_IN[key]
    found = _load(
        ContentType.tenant_id == account.tenant_id,
        ContentType.account_id.in_(account.path),
        ContentType.key == key,
        ContentType.deleted_at.is_(None),
    )
    return found[0] if found else None


_NAMES = select(ContentType.key, ContentType.name, ContentType.account_id, ContentType.deleted_at)
_OF_TENANT = ContentType.tenant_id == bindparam("of_tenant", type_=Uuid())
_NAMES = by_key(_NAMES.where(_OF_TENANT).order_by(ContentType.name))


def names_of_types(account: AccountRef) -> tuple[dict[str, str], list[str]]:
    """Return the names of the tenant's types, built-in ones first, and the keys used here."""
    rows = db.session.execute(_NAMES, {"of_tenant": account.tenant_id}).all()
    names = {each.key: each.name for each in BUILT_IN.values()} | {row[0]: row[1] for row in rows}
    used = [row[0] for row in rows if row[2] in account.path and row[3] is None]
    return names, [*BUILT_IN, *used]


def type_by_id(type_id: uuid.UUID, account_id: uuid.UUID) -> ContentType | None:
    """Return the type an account defined itself, deleted or not, or None."""
    return db.session.scalar(
        select(ContentType).where(ContentType.id == type_id, ContentType.account_id == account_id)
    )


def defined(row: ContentType) -> Definition:
    """Return a type with its fields. One statement."""
    return _load(ContentType.id == row.id)[0]


def _load(*conditions: Any) -> list[Definition]:
    query = (
        select(ContentType, ContentField)
        .outerjoin(ContentField, ContentField.type_id == ContentType.id)
        .where(*conditions)
        .order_by(ContentType.name, ContentType.id, ContentField.position, ContentField.id)
    )
    rows: dict[ContentType, list[ContentField]] = {}
    for of_type, field in db.session.execute(query).all():
        rows.setdefault(of_type, []).extend([field] if field is not None else [])
    return [_definition(of_type, fields) for of_type, fields in rows.items()]


def _definition(row: ContentType, fields: Iterable[ContentField]) -> Definition:
    made = {field.id: (field.group_id, _field(field)) for field in fields}
    parts: dict[uuid.UUID, list[Field]] = {}
    for group_id, field in made.values():
        if group_id is not None:
            parts.setdefault(group_id, []).append(field)
    tops = [
        replace(field, parts=tuple(parts.get(field.id, ())))
        for group_id, field in made.values()
        if group_id is None
    ]
    return Definition(
        row.key, row.name, row.sentence, row.stands, row.with_body, tuple(tops), row.id,
        row.account_id, row.version, row.changed_by_label, row.deleted_at is not None,
    )  # fmt: skip


def _field(row: ContentField) -> Field:
    return Field(
        row.id, row.key, row.field_label, row.kind, row.hint, row.required,
        tuple(row.settings.get("options", ())), tuple(row.settings.get("of", ())),
        removed=row.removed_at is not None,
    )  # fmt: skip
