"""Ways to rows that do not lead through a SELECT of entities: by key, by table, by text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import and_, exists, inspect, select, text, true
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session, make_transient_to_detached
from sqlalchemy.orm.exc import ObjectDeletedError

from tenants.people import Person
from tests.isolation.reads import READS, equals, identities, keys, sample, shape
from tests.isolation.world import Key, World, key_attributes, table_of

__all__ = ["READS", "detached", "equals"]


@shape
def legacy_query(session: Session, cls: Any, world: World) -> set[Key]:
    return identities(cls, session.query(cls).all())


@shape
def legacy_columns(session: Session, cls: Any, world: World) -> set[Key]:
    return keys(session.query(*key_attributes(cls)).all())


@shape
def get(session: Session, cls: Any, world: World) -> set[Key]:
    return {key for key in sample(cls, world) if session.get(cls, key) is not None}


@shape
def get_locked(session: Session, cls: Any, world: World) -> set[Key]:
    found = (session.get(cls, key, with_for_update=True) for key in sample(cls, world))
    return identities(cls, [each for each in found if each is not None])


@shape
def merge(session: Session, cls: Any, world: World) -> set[Key]:
    found = set()
    for key in sample(cls, world):
        if session.merge(detached(cls, key), load=True) in session.new:
            session.expunge_all()
        else:
            found.add(key)
    return found


@shape
def refresh(session: Session, cls: Any, world: World) -> set[Key]:
    return {key for key in sample(cls, world) if _refreshes(session, cls, key, expire=False)}


@shape
def expired_attribute(session: Session, cls: Any, world: World) -> set[Key]:
    return {key for key in sample(cls, world) if _refreshes(session, cls, key, expire=True)}


def detached(cls: Any, key: Key) -> Any:
    """An object that claims to be the row with this key."""
    row = cls()
    for attribute, value in zip(key_attributes(cls), key, strict=True):
        setattr(row, attribute.key, value)
    return row


def _refreshes(session: Session, cls: Any, key: Key, *, expire: bool) -> bool:
    session.expunge_all()
    row = detached(cls, key)
    make_transient_to_detached(row)
    session.add(row)
    try:
        if expire:
            return _loads(row)
        session.refresh(row)
    except (ObjectDeletedError, InvalidRequestError):
        return False
    finally:
        session.expunge_all()
    return True


def _loads(row: Any) -> bool:
    """Tell whether asking for an attribute that is not loaded brings it."""
    loaded: Any = row.tenant_id
    return loaded is not None or bool(inspect(row).dict)


@shape
def core_table(session: Session, cls: Any, world: World) -> set[Key]:
    return keys(session.execute(select(*table_of(cls).primary_key.columns)))


@shape
def table_beside_entity(session: Session, cls: Any, world: World) -> set[Key]:
    columns = table_of(cls).primary_key.columns
    query = select(Person.id, *columns).join(table_of(cls), true())
    return {tuple(row[1:]) for row in session.execute(query)}


@shape
def table_in_subquery(session: Session, cls: Any, world: World) -> set[Key]:
    found = set()
    for key in sample(cls, world):
        columns = table_of(cls).primary_key.columns
        same = and_(*(c == value for c, value in zip(columns, key, strict=True)))
        query = select(Person.id).where(exists(select(*columns).where(same)))
        if session.execute(query).first():
            found.add(key)
    return found


@shape
def connection(session: Session, cls: Any, world: World) -> set[Key]:
    query = select(*table_of(cls).primary_key.columns)
    return keys(session.connection().execute(query))


@shape
def plain_text(session: Session, cls: Any, world: World) -> set[Key]:
    return _by_text(session, cls, session.execute)


@shape
def entity_from_text(session: Session, cls: Any, world: World) -> set[Key]:
    query = select(cls).from_statement(text(f'SELECT * FROM "{table_of(cls).name}"'))
    return identities(cls, session.scalars(query))


def _by_text(session: Session, cls: Any, execute: Callable[..., Any]) -> set[Key]:
    table = table_of(cls)
    names = ", ".join(column.name for column in table.primary_key.columns)
    statement = text(f'SELECT {names} FROM "{table.name}"')
    return keys(execute(statement.columns(*table.primary_key.columns)))
