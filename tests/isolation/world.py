"""Two tenants with a row in every table at every account, and the truth about who owns which.

Rows are written and read by a superuser past every lock: what the locks show is compared to that.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Column, Engine, Table, create_engine, select
from sqlalchemy.orm import SynonymProperty, configure_mappers

from tenants.accounts import Account, AccountClosure
from tenants.db import Base, UtcDateTime, new_id
from tenants.scope import Scope, TenantOrBuiltIn, TenantScoped
from tests.isolation.samples import NEEDED, PLAIN, SAMPLES

HANDLES = ("acme", "acme-berlin", "acme-berlin-mitte", "acme-hamburg", "bolt")
Key = tuple[Any, ...]


def scoped_classes() -> list[type]:
    """Every mapped class that belongs to tenants, by name."""
    import portal.models  # noqa: F401 - importing it completes the registry

    configure_mappers()
    found = (mapper.class_ for mapper in Base.registry.mappers)
    scoped = [cls for cls in found if issubclass(cls, TenantScoped | TenantOrBuiltIn)]
    return sorted(scoped, key=lambda cls: cls.__name__)


def table_of(cls: type) -> Table:
    table = cls.__table__  # type: ignore[attr-defined]
    assert isinstance(table, Table)
    return table


def key_attributes(cls: type) -> list[Any]:
    """The mapped attributes of the primary key."""
    mapper = cls.__mapper__  # type: ignore[attr-defined]
    return [getattr(cls, mapper.get_property_by_column(c).key) for c in mapper.primary_key]


def account_column(cls: type) -> Column[Any] | None:
    """The column that says which account a row belongs to."""
    if not issubclass(cls, TenantScoped):
        return None
    found = cls.__mapper__.attrs["account_id"]  # type: ignore[attr-defined]
    name = found.name if isinstance(found, SynonymProperty) else "account_id"
    return table_of(cls).c[name]


@dataclass(frozen=True)
class Row:
    """One row as it truly is."""

    key: Key
    tenant_id: uuid.UUID | None
    account_id: uuid.UUID | None


@dataclass
class World:
    """The truth, read past the locks."""

    engine: Engine
    made: dict[tuple[str, str], uuid.UUID] = field(default_factory=dict)

    @cached_property
    def accounts(self) -> dict[str, Any]:
        table = table_of(Account)
        with self.engine.connect() as connection:
            return {row.handle: row for row in connection.execute(select(table))}

    @cached_property
    def below(self) -> dict[uuid.UUID, set[uuid.UUID]]:
        """Account id → ids of it and all below it."""
        found: dict[uuid.UUID, set[uuid.UUID]] = {}
        table = table_of(AccountClosure)
        with self.engine.connect() as connection:
            for row in connection.execute(select(table)):
                found.setdefault(row.ancestor_id, set()).add(row.descendant_id)
        return found

    @cached_property
    def people(self) -> list[uuid.UUID]:
        with self.engine.connect() as connection:
            return list(connection.scalars(select(Base.metadata.tables["person"].c.id)))

    @cached_property
    def _rows(self) -> dict[type, list[Row]]:
        found: dict[type, list[Row]] = {}
        with self.engine.connect() as connection:
            for cls in scoped_classes():
                table, where = table_of(cls), account_column(cls)
                extra = [where.label("at")] if where is not None else []
                query = select(*table.primary_key.columns, table.c.tenant_id.label("owner"), *extra)
                found[cls] = [
                    Row(tuple(row[: len(table.primary_key.columns)]), row.owner,
                        row.at if where is not None else None)
                    for row in connection.execute(query)
                ]  # fmt: skip
        return found

    def rows(self, cls: type) -> list[Row]:
        return self._rows[cls]

    def id_of(self, handle: str) -> uuid.UUID:
        found: uuid.UUID = self.accounts[handle].id
        return found

    def reached(self, scope: Scope) -> set[uuid.UUID]:
        """The accounts a tenant scope reaches."""
        if scope.whole_tenant:
            assert scope.tenant_id is not None
            return self.below.get(scope.tenant_id, set())
        below = [self.below.get(root, set()) for root in scope.roots]
        return set().union(*below) | set(scope.alone)

    def visible(self, cls: type, scope: Scope, *, only_tenant: bool = False) -> set[Key]:
        """Keys a tenant scope may see; `only_tenant` when accounts are not told apart."""
        reached = self.reached(scope)

        def seen(row: Row) -> bool:
            if row.tenant_id is None:
                return True
            if row.tenant_id != scope.tenant_id:
                return False
            return row.account_id is None or only_tenant or row.account_id in reached

        return {row.key for row in self.rows(cls) if seen(row)}

    def hidden(self, cls: type, scope: Scope, *, only_tenant: bool = False) -> list[Key]:
        """Keys that it may not see."""
        visible = self.visible(cls, scope, only_tenant=only_tenant)
        return [row.key for row in self.rows(cls) if row.key not in visible]

    def values(self, cls: type, handle: str) -> dict[str, Any]:
        """Column values of a new, acceptable row of `cls` at an account."""
        table = table_of(cls)
        account = self.accounts[handle]
        values: dict[str, Any] = {"tenant_id": account.tenant_id}
        for column in table.columns:
            if column.name not in values and not _left_out(column):
                values[column.name] = self._value(table, column, handle)
        return values

    def is_at(self, row: Row, handle: str) -> bool:
        """Tell whether a row belongs to an account, or, having none, to its tenant."""
        account = self.accounts[handle]
        return row.account_id == account.id or (
            row.account_id is None and row.tenant_id == account.tenant_id
        )

    def sample_of(self, cls: type, attribute: Any) -> Any:
        """A value that a column accepts."""
        table, column = table_of(cls), attribute.columns[0]
        return self._value(table, column, "acme")

    def _value(self, table: Table, column: Column[Any], handle: str) -> Any:
        if column.name == "id":
            return new_id()
        if column.name == "account_id":
            return self.id_of(handle)
        target = next((key.column.table.name for key in column.foreign_keys), None)
        if target is not None:
            return self._target(target, handle)
        kind = datetime if isinstance(column.type, UtcDateTime) else column.type.python_type
        samples = PLAIN | SAMPLES | {uuid.UUID: new_id()}
        for known in (f"{table.name}.{column.name}", kind):
            if known in samples:
                value = samples[known]
                return next(value) if isinstance(value, Iterator) else value
        return f"{handle} {new_id()}"[-(getattr(column.type, "length", None) or 80) :]

    def _target(self, table: str, handle: str) -> uuid.UUID:
        """Something at the account, or at its master, for a foreign key to point to."""
        if table == "account":
            return self.id_of(handle)
        if table == "person":
            return self.people[0]
        master = handle.partition("-")[0]
        return self.made.get((table, handle)) or self.made[table, master]

    def fill(self) -> None:
        """Write one row of every table at every account."""
        by_table = {table_of(cls): cls for cls in scoped_classes()}
        with self.engine.begin() as connection:
            for table in Base.metadata.sorted_tables:
                cls = by_table.get(table)
                if cls is None or cls in {Account, AccountClosure}:
                    continue
                for handle in HANDLES:
                    if "account_id" not in table.c and handle not in {"acme", "bolt"}:
                        continue
                    values = self.values(cls, handle)
                    if table.name == "site":
                        connection.execute(
                            table.delete().where(table.c.account_id == values["account_id"])
                        )
                    connection.execute(table.insert().values(values))
                    if "id" in values:
                        self.made[table.name, handle] = values["id"]


def _left_out(column: Column[Any]) -> bool:
    if column.name == "id":
        return column.type.python_type is int
    if f"{column.table.name}.{column.name}" in NEEDED:
        return False
    return column.nullable or column.default is not None


def superuser_url(url: str) -> str:
    """The URL that passes every policy, from the web's."""
    return url.replace("//portal_web@", "//postgres@")


@contextmanager
def world_behind(url: str) -> Iterator[World]:
    """The filled world of a database given by the web's URL."""
    engine = create_engine(superuser_url(url))
    try:
        world = World(engine)
        world.fill()
        yield world
    finally:
        engine.dispose()
