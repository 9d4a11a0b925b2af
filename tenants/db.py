"""The database: one declarative base, its types and its keys."""

import uuid
from datetime import UTC, datetime
from typing import Any

import uuid_utils.compat as uuid_utils
from flask_sqlalchemy import SQLAlchemy
from flask_sqlalchemy.session import Session
from sqlalchemy import JSON, DateTime, MetaData, String, Uuid
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from tenants.engines import chosen, is_reading
from tenants.prepared import keys_alone

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


def new_id() -> uuid.UUID:
    """Return a UUIDv7 (RFC 9562): unguessable enough to show, ordered enough to index."""
    return uuid_utils.uuid7()


class UtcDateTime(TypeDecorator[datetime]):
    """An instant. Takes aware datetimes only, gives them back in UTC, on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("A moment without a time zone cannot be stored; make it aware first.")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of every mapped class."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy's own way of declaring it
        uuid.UUID: Uuid(),
        datetime: UtcDateTime(),
        dict[str, Any]: JSON(),
        list[Any]: JSON(),
        str: String(),
    }


class Keyed:
    """A row with a UUIDv7 primary key, given at construction: it can be referred to at once."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=new_id)

    def __init__(self, **values: Any) -> None:
        values.setdefault("id", new_id())
        super().__init__(**values)


class NearSession(Session):
    """A session whose transactions go to the primary, or, to only read, to what was chosen.

    A transaction stays where it began (`scope_hooks` notes where that was).
    """

    def get_bind(
        self, mapper: Any = None, clause: Any = None, bind: Any = None, **more: Any
    ) -> Any:
        """Return where the next statement goes."""
        begun = self.info.get("engine")
        near = begun or (chosen() if is_reading() else None)
        return bind or near or super().get_bind(mapper, clause, bind, **more)

    def flush(self, objects: Any = None) -> None:
        """Send what was changed: each row is found by its key."""
        with keys_alone():
            super().flush(objects)


db = SQLAlchemy(
    metadata=Base.metadata, session_options={"expire_on_commit": False, "class_": NearSession}
)
