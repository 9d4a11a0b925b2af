"""As much of everything as an editor can have at one account, written past every lock."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, PrimaryKeyConstraint, Table, UniqueConstraint, select

from portal.content.defining_fields import FIELDS
from portal.content.defining_types import TYPES
from portal.content.freeze_setting import MOST as FREEZES
from portal.content.hosting import MOST as HOSTS
from portal.content.media_foldering import MOST as FOLDERS
from portal.content.media_foldering import MOST_LET_IN
from portal.content.menu_desk import MOST_MENUS
from portal.content.page_templates import MOST as TEMPLATES
from portal.content.pages import Page
from portal.content.saved_views import MOST as VIEWS
from portal.content.scheduling import MOST_AHEAD
from tenants.db import Base, new_id
from tests.isolation.samples import SAMPLES
from tests.isolation.world import World, scoped_classes, table_of
from tests.shape.routes import LONG_AGO, a_page

CONTENT = ("portal.content", "tenants.audit")
# What an action refuses more of, and what each of those who may say something says once.
MOST = {
    "content_field": FIELDS, "content_type": TYPES, "freeze": FREEZES, "media_access": MOST_LET_IN,
    "media_folder": FOLDERS, "menu": MOST_MENUS, "page_template": TEMPLATES, "saved_view": VIEWS,
    "site_host": HOSTS, "verdict": 100,
}  # fmt: skip
# One at an account, or made of the rest by whoever writes that.
SINGLE = {"site", "policy", "page_words", "live_words", "site_change", "site_copy"}
OVER = {"export_run": "done", "review": "withdrawn"}  # of others there is one at most
OWN = {"tenant_id", "account_id"}


class Crowd:
    """Writes rows like the one sample of each table, all at Acme, most about one page of it."""

    def __init__(self, world: World, person_id: uuid.UUID) -> None:
        self._world, self._person_id = world, person_id
        self._page = a_page(world, "acme")
        self._made: dict[str, list[uuid.UUID]] = {}
        self.wrote: dict[str, int] = {}

    def grow(self, to: int) -> None:
        """Write until there are so many of each, or as many as there can be."""
        by_table = {table_of(cls): cls for cls in scoped_classes()}
        with self._world.engine.begin() as connection:
            for table in Base.metadata.sorted_tables:
                cls = by_table.get(table)
                if cls is not None and cls.__module__.startswith(CONTENT) and self._fits(table):
                    most = min(to, MOST.get(table.name, to))
                    rows = list(self._rows(cls, table, most))
                    self.wrote[table.name] = most
                    if rows:
                        connection.execute(table.insert(), rows)
                    if table.c.get("id") is not None:
                        self._made.setdefault(table.name, []).extend(row["id"] for row in rows)

    def _fits(self, table: Table) -> bool:
        if table.name in SINGLE or "account_id" not in table.c:
            return False
        return all(self._free(columns) is not None for columns in _unique(table))

    def _rows(self, cls: type, table: Table, most: int) -> Iterator[dict[str, Any]]:
        base = self._world.values(cls, "acme") | self._about(table)
        varied = [self._free(columns) for columns in _unique(table)]
        for number in range(self.wrote.get(table.name, 0), most):
            row = dict(base)
            for column in table.columns:
                if isinstance(row.get(column.name), datetime):
                    row[column.name] -= timedelta(seconds=number)
            for free in varied:
                if free is not None and free.name in base:
                    row[free.name] = self._another(free, base[free.name], number)
            if table.name == "schedule" and number >= MOST_AHEAD:
                row["page_id"] = self._made["page"][number]
            if table.name in {"page", "media"}:
                row["trashed_at"] = LONG_AGO - timedelta(seconds=number) if number % 2 else None
            yield row

    def _about(self, table: Table) -> dict[str, Any]:
        """What points to a page or a person points to the page that is looked at, and who looks."""
        found: dict[str, Any] = {}
        if table.name in OVER:
            found["state"] = OVER[table.name]
        for column in table.columns:
            if column.name == "person_id":
                found["person_id"] = self._person_id
            elif column.name == "page_id":
                found["page_id"] = self._page
            elif column.name == "revision_id":
                found["revision_id"] = self._draft()
        return found

    def _draft(self) -> uuid.UUID:
        table = table_of(Page)
        query = select(table.c.draft_revision_id).where(table.c.id == self._page)
        with self._world.engine.connect() as connection:
            found: uuid.UUID = connection.scalars(query).one()
        return found

    def _free(self, columns: list[Column[Any]]) -> Column[Any] | None:
        """The column of a key that can differ: one of its own, or one that points to a crowd."""
        own = [column for column in columns if column.name not in OWN]
        plain = [column for column in own if not column.foreign_keys and not _worded(column)]
        led = [column for column in own if _target(column) in self._made]
        return next(iter([*plain, *led]), None)

    def _another(self, column: Column[Any], value: Any, number: int) -> Any:
        if (target := _target(column)) in self._made:
            return self._made[target][number]
        if isinstance(value, uuid.UUID):
            return new_id()
        if isinstance(value, int):
            return value + 1_000 + number
        if isinstance(value, datetime):
            return value - timedelta(seconds=number)
        return f"{number:05} {value}"[: getattr(column.type, "length", None) or 80]


def _worded(column: Column[Any]) -> bool:
    """Tell whether a column takes some words only."""
    return isinstance(SAMPLES.get(f"{column.table.name}.{column.name}"), str)


def _target(column: Column[Any]) -> str:
    return next((key.column.table.name for key in column.foreign_keys), "")


def _unique(table: Table) -> Iterator[list[Column[Any]]]:
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint | PrimaryKeyConstraint):
            yield list(constraint.columns)
    for index in table.indexes:
        if index.unique and not index.dialect_kwargs:
            yield [column for column in index.expressions if isinstance(column, Column)]
