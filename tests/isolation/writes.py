"""Every way to write what is not one's own. Each returns how many foreign rows it got at."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Uuid, bindparam, delete, insert, inspect, text, update
from sqlalchemy.orm import Session, make_transient_to_detached

from tenants.scope import TenantScoped
from tests.isolation.reads_past import detached, equals
from tests.isolation.world import Key, World, key_attributes, table_of

Shape = Callable[[Session, Any, World, list[Key]], int]
WRITES: dict[str, Shape] = {}
# Kept to the tenant by a foreign key or by the ORM; row-level security knows tenants only.
ORM_ONLY = {"row_at_foreign_account", "bulk_update_moves_account"}
# These go past the session's hooks, and so do the names that tests/shape forbids.
PAST_THE_ORM = {"core_update_by_connection", "core_insert_by_connection", "bulk_save"}
MINE, FOREIGN = "acme-berlin", "bolt"


def shape(function: Shape) -> Shape:
    WRITES[function.__name__] = function
    return function


def a_column(cls: Any) -> Any:
    """Some attribute that may be changed."""
    keys = {attribute.key for attribute in key_attributes(cls)}
    mapper = cls.__mapper__
    for attribute in mapper.column_attrs:
        column = attribute.columns[0]
        free = not column.foreign_keys and attribute.key not in keys | {"tenant_id", "account_id"}
        if free and column.type.python_type in {str, int}:
            return attribute
    return next(a for a in mapper.column_attrs if a.key == "tenant_id")


def a_value(cls: Any, world: World) -> Any:
    attribute = a_column(cls)
    if attribute.key == "tenant_id":
        return world.id_of("acme")
    return 8 if attribute.columns[0].type.python_type is int else world.sample_of(cls, attribute)


def new_row(cls: Any, world: World, handle: str, **values: Any) -> Any:
    """An object for a new row at an account."""
    row = cls()
    mapper = cls.__mapper__
    columns = world.values(cls, handle) | values
    for name, value in columns.items():
        setattr(row, mapper.get_property_by_column(table_of(cls).c[name]).key, value)
    return row


@shape
def update_foreign(session: Session, cls: Any, world: World, keys: list[Key]) -> int:
    values = {a_column(cls).key: a_value(cls, world)}
    done = (session.execute(update(cls).where(equals(cls, k)).values(values)) for k in keys)
    return sum(each.rowcount for each in done)  # type: ignore[attr-defined]


@shape
def update_by_key_list(session: Session, cls: Any, world: World, keys: list[Key]) -> int:
    names = [attribute.key for attribute in key_attributes(cls)]
    rows = [
        dict(zip(names, key, strict=True)) | {a_column(cls).key: a_value(cls, world)}
        for key in keys
    ]  # fmt: skip
    session.execute(update(cls), rows)
    return len(rows)


@shape
def delete_foreign(session: Session, cls: Any, world: World, keys: list[Key]) -> int:
    done = (session.execute(delete(cls).where(equals(cls, key))) for key in keys)
    return sum(each.rowcount for each in done)  # type: ignore[attr-defined]


@shape
def legacy_update(session: Session, cls: Any, world: World, keys: list[Key]) -> int:
    values = {a_column(cls).key: a_value(cls, world)}
    return sum(session.query(cls).filter(equals(cls, key)).update(values) for key in keys)


@shape
def legacy_delete(session: Session, cls: Any, world: World, keys: list[Key]) -> int:
    return sum(session.query(cls).filter(equals(cls, key)).delete() for key in keys)


@shape
def bulk_insert_foreign(session: Session, cls: Any, world: World, keys: list[Key]) -> int:
    session.execute(insert(cls).values(_attributes(cls, world, FOREIGN)))
    return 1


@shape
def bulk_insert_many_foreign(session: Session, cls: Any, world: World, keys: list[Key]) -> int:
    session.execute(insert(cls), [_attributes(cls, world, FOREIGN)])
    return 1


@shape
def core_insert_foreign(session: Session, cls: Any, world: World, keys: list[Key]) -> int:
    session.execute(table_of(cls).insert().values(world.values(cls, FOREIGN)))
    return 1


@shape
def core_update_foreign(session: Session, cls: Any, world: World, keys: list[Key]) -> int:
    return sum(_core_update(session.execute, cls, world, key) for key in keys)


@shape
def core_update_by_connection(session: Session, cls: Any, world: World, keys: list[Key]) -> int:
    return sum(_core_update(session.connection().execute, cls, world, key) for key in keys)


@shape
def core_insert_by_connection(session: Session, cls: Any, world: World, keys: list[Key]) -> int:
    session.connection().execute(table_of(cls).insert().values(world.values(cls, FOREIGN)))
    return 1


@shape
def text_update(session: Session, cls: Any, world: World, keys: list[Key]) -> int:
    return _by_text(session, world, f'UPDATE "{table_of(cls).name}" SET tenant_id = tenant_id')


@shape
def text_delete(session: Session, cls: Any, world: World, keys: list[Key]) -> int:
    return _by_text(session, world, f'DELETE FROM "{table_of(cls).name}"')


def _by_text(session: Session, world: World, statement: str) -> int:
    foreign = bindparam("foreign", world.id_of(FOREIGN), type_=Uuid())
    query = text(f"{statement} WHERE tenant_id = :foreign OR tenant_id IS NULL")
    return int(session.execute(query.bindparams(foreign)).rowcount)  # type: ignore[attr-defined]


@shape
def flush_foreign_row(session: Session, cls: Any, world: World, keys: list[Key]) -> int:
    session.add(new_row(cls, world, FOREIGN))
    session.flush()
    return 1


@shape
def row_at_foreign_account(session: Session, cls: Any, world: World, keys: list[Key]) -> int:
    if not issubclass(cls, TenantScoped):
        return flush_foreign_row(session, cls, world, keys)
    row = new_row(cls, world, FOREIGN, tenant_id=world.id_of("acme"))
    session.add(row)
    session.flush()
    return 1


@shape
def flush_changed_tenant(session: Session, cls: Any, world: World, keys: list[Key]) -> int:
    row = session.get(cls, next(r.key for r in world.rows(cls) if world.is_at(r, MINE)))
    assert row is not None
    row.tenant_id = world.id_of(FOREIGN)
    session.flush()
    return 1


@shape
def take_foreign_row_over(session: Session, cls: Any, world: World, keys: list[Key]) -> int:
    row = detached(cls, keys[0])
    row.tenant_id = world.id_of(FOREIGN)
    make_transient_to_detached(row)
    session.add(row)
    row.tenant_id = world.id_of("acme")
    session.flush()
    return 1


@shape
def delete_detached(session: Session, cls: Any, world: World, keys: list[Key]) -> int:
    row = detached(cls, keys[0])
    row.tenant_id = world.id_of(FOREIGN)
    make_transient_to_detached(row)
    session.add(row)
    session.delete(row)
    session.flush()
    return 1


@shape
def bulk_save(session: Session, cls: Any, world: World, keys: list[Key]) -> int:
    session.bulk_save_objects([new_row(cls, world, FOREIGN)])
    return 1


@shape
def bulk_update_moves_tenant(session: Session, cls: Any, world: World, keys: list[Key]) -> int:
    foreign = world.id_of(FOREIGN)
    return int(session.execute(update(cls).values(tenant_id=foreign)).rowcount > 0)  # type: ignore[attr-defined]


@shape
def bulk_update_moves_account(session: Session, cls: Any, world: World, keys: list[Key]) -> int:
    if "account_id" not in inspect(cls).column_attrs:
        return bulk_update_moves_tenant(session, cls, world, keys)
    foreign = world.id_of(FOREIGN)
    return int(session.execute(update(cls).values(account_id=foreign)).rowcount > 0)  # type: ignore[attr-defined]


def _core_update(execute: Callable[..., Any], cls: Any, world: World, key: Key) -> int:
    table, attribute = table_of(cls), a_column(cls)
    query = table.update().values({attribute.columns[0].name: a_value(cls, world)})
    for column, value in zip(table.primary_key.columns, key, strict=True):
        query = query.where(column == value)
    return int(execute(query).rowcount)


def _attributes(cls: Any, world: World, handle: str) -> dict[str, Any]:
    mapper = cls.__mapper__
    return {
        mapper.get_property_by_column(table_of(cls).c[name]).key: value
        for name, value in world.values(cls, handle).items()
    }
