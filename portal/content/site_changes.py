"""What changed in sites, and what was kept of them: how a process knows which bytes still hold.

Database triggers write `site_change` (`tenants.ddl_sites`), whoever changes something. A moment of
the log is a *mark*: on PostgreSQL the oldest transaction that was still under way, since those
begun later may be seen earlier; on SQLite, with its one writer, the next row's number. What
was read after a mark was taken holds unless the log has a row from the mark on that was not known.
"""

import time
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    cast,
    delete,
    func,
    select,
    text,
)
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Mapped, mapped_column

from tenants.db import Base, Keyed, db
from tenants.engines import impatient, reading
from tenants.outages import is_outage
from tenants.scope import TenantScoped, aside, directory, tenant_scope

PATIENCE = 0.05
"""Seconds a copy waits for others who write."""
_NUMBER = BigInteger().with_variant(Integer(), "sqlite")


class SiteChange(TenantScoped, Base):
    """Something readers could see changed, written by a trigger. `at` is Unix time in seconds.

    `page_id` is the page of which nothing but the text changed; without it the whole site may be
    another. `below`: so may the sites of all accounts below. `look`: only looks changed.
    """

    __tablename__ = "site_change"
    __table_args__ = (Index("ix_site_change_mark", "mark"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(_NUMBER, Identity(), primary_key=True)
    page_id: Mapped[uuid.UUID | None]
    below: Mapped[bool]
    look: Mapped[bool]
    mark: Mapped[int | None] = mapped_column(BigInteger)
    at: Mapped[int] = mapped_column(BigInteger, index=True)


class SiteCopy(Keyed, TenantScoped, Base):
    """One answer of a site as bytes, for every process. `place` is its path, or `//host/path`.

    `line` holds the ids of the account and all above it; `known` the changes from `mark` on that
    the answer was made after. `until` is Unix time: from then on it does not hold any more.
    """

    __tablename__ = "site_copy"
    __table_args__ = (UniqueConstraint("tenant_id", "place"), Index("ix_site_copy_place", "place"))

    place: Mapped[str] = mapped_column(Text)
    page_id: Mapped[uuid.UUID | None]
    line: Mapped[list[Any]]
    headers: Mapped[list[Any]]
    status: Mapped[int]
    gzip: Mapped[bytes] = mapped_column(LargeBinary)
    brotli: Mapped[bytes] = mapped_column(LargeBinary)
    mark: Mapped[int] = mapped_column(BigInteger)
    known: Mapped[list[Any]]
    whole: Mapped[bool]
    until: Mapped[int | None] = mapped_column(BigInteger)


@dataclass(frozen=True)
class Change:
    """A row of the log. `mark` is what marks are compared with."""

    id: int
    mark: int
    account_id: uuid.UUID
    page_id: uuid.UUID | None
    below: bool
    look: bool

    def touches(self, line: Sequence[uuid.UUID], page_id: uuid.UUID | None) -> bool:
        """Tell whether it may be seen in an answer of the site at the end of `line`.

        `page_id`: the answer is this page's; without one it may tell of any page of the site.
        """
        if self.account_id != line[-1] and not (self.below and self.account_id in line):
            return False
        return self.page_id is None or page_id is None or self.page_id == page_id


@dataclass(frozen=True)
class Standing:
    """How things stand at a place: the mark, the changes known from it on, the copy that holds."""

    mark: int
    known: frozenset[int]
    copy: SiteCopy | None


def changes_from(mark: int, line: Collection[uuid.UUID] = ()) -> list[Change]:
    """Return the changes from a mark on, of the accounts in `line` or of all. One statement.

    What one transaction changed alike is one: it was seen at once. Inside the directory's read.
    """
    alike = (SiteChange.account_id, SiteChange.page_id, SiteChange.below, SiteChange.look)
    newest = func.max(SiteChange.id)
    if _on_postgresql():
        query = select(newest, SiteChange.mark, *alike).group_by(*alike, SiteChange.mark)
        query = query.where(SiteChange.mark >= mark)
    else:
        query = select(newest, newest, *alike).group_by(*alike).where(SiteChange.id >= mark)
    if line:
        query = query.where(SiteChange.account_id.in_(line))
    rows: Any = db.session.execute(query)
    return [Change(*row) for row in rows]


def news_since(mark: int) -> tuple[int, list[Change]]:
    """Return the mark of this moment and the changes from `mark` on. Two statements."""
    with reading(), directory():
        newer = db.session.scalar(select(_mark()))
        return int(newer or 0), changes_from(mark)


def standing_of(place: str) -> Standing:
    """Return how things stand at a place; what is read from now on has all that is known.

    Two statements, in the directory's own short read.
    """
    with reading(), directory():
        now = select(_mark().label("mark")).subquery()
        query = select(now.c.mark, SiteCopy).select_from(now)
        query = query.outerjoin(SiteCopy, SiteCopy.place == place)
        found = db.session.execute(query.order_by(SiteCopy.mark.desc())).first()
        mark, copy = (int(found[0]), found[1]) if found else (0, None)
        if copy is not None and _holds(copy):
            return Standing(copy.mark, frozenset(copy.known), copy)
        return Standing(mark, frozenset(each.id for each in changes_from(mark)), None)


def _holds(copy: SiteCopy) -> bool:
    if copy.until is not None and copy.until <= time.time():
        return False
    line = [uuid.UUID(each) for each in copy.line]
    return not any(
        each.id not in copy.known and each.touches(line, copy.page_id)
        for each in changes_from(copy.mark, line)
    )


_UNHURRIED = text(
    "SELECT set_config('synchronous_commit', 'off', true), set_config('lock_timeout', :wait, true)"
)


def mark_of() -> Any:
    """Return the column of the log that marks are compared with. Inside a scope."""
    return SiteChange.mark if _on_postgresql() else SiteChange.id


def _on_postgresql() -> bool:
    return db.session.get_bind().dialect.name == "postgresql"


def _mark() -> ColumnElement[int]:
    if _on_postgresql():
        oldest = func.pg_snapshot_xmin(func.pg_current_snapshot())
        return cast(cast(oldest, Text), BigInteger)
    return func.coalesce(select(func.max(SiteChange.id)).scalar_subquery(), 0) + 1


def keep_copy(copy: SiteCopy) -> None:
    """Put a copy in the place of what was kept before; when somebody else just did, leave his.

    In a transaction of its own that waits for nobody and, on PostgreSQL, not for the disk: a copy
    that is lost is made again.
    """
    scope = tenant_scope(copy.tenant_id)
    try:
        with impatient(PATIENCE), aside(scope) as session:
            if _on_postgresql():
                session.execute(_UNHURRIED, {"wait": str(round(PATIENCE * 1000))})
            session.execute(delete(SiteCopy).where(SiteCopy.place == copy.place))
            session.add(copy)
    except SQLAlchemyError as error:
        if not (isinstance(error, IntegrityError) or is_outage(error)):
            raise
