"""Every way to ask for rows. Each shape returns the keys it found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    and_,
    exists,
    func,
    inspect,
    lambda_stmt,
    literal,
    select,
    text,
    true,
    union,
)
from sqlalchemy.orm import Bundle, Session, aliased, make_transient_to_detached
from sqlalchemy.orm.exc import ObjectDeletedError
from sqlalchemy.exc import InvalidRequestError

from tenants.people import Person
from tests.isolation.world import Key, World, key_attributes, table_of

Shape = Callable[[Session, type, World], set[Key]]
READS: dict[str, Shape] = {}
PAST_THE_ORM: set[str] = set()
SOME = 5


def shape(*, past_the_orm: bool = False) -> Callable[[Shape], Shape]:
    """Enter a shape; `past_the_orm` marks what only the database itself can hold back."""

    def enter(function: Shape) -> Shape:
        READS[function.__name__] = function
        if past_the_orm:
            PAST_THE_ORM.add(function.__name__)
        return function

    return enter


def keys(rows: Any) -> set[Key]:
    """Plain keys of rows that consist of key columns."""
    return {tuple(row) for row in rows if row[0] is not None}


def identities(cls: type, found: Any) -> set[Key]:
    mapper = cls.__mapper__  # type: ignore[attr-defined]
    return {tuple(mapper.primary_key_from_instance(each)) for each in found}


def sample(cls: type, world: World) -> list[Key]:
    """Keys of every tenant: some at the beginning and some at the end of the table."""
    every = sorted((row.key for row in world.rows(cls)), key=str)
    by_tenant: dict[Any, list[Key]] = {}
    for row in world.rows(cls):
        by_tenant.setdefault((row.tenant_id, row.account_id), []).append(row.key)
    assert every
    return [key for found in by_tenant.values() for key in found[:2]]


def equals(cls: type, key: Key) -> Any:
    return and_(*(a == value for a, value in zip(key_attributes(cls), key, strict=True)))


@shape()
def entity(session: Session, cls: type, world: World) -> set[Key]:
    return identities(cls, session.scalars(select(cls)))


@shape()
def columns(session: Session, cls: type, world: World) -> set[Key]:
    return keys(session.execute(select(*key_attributes(cls))))


@shape()
def bundle(session: Session, cls: type, world: World) -> set[Key]:
    rows = session.scalars(select(Bundle("key", *key_attributes(cls))))
    return {tuple(row) for row in rows}


@shape()
def alias(session: Session, cls: type, world: World) -> set[Key]:
    other = aliased(cls)
    return identities(cls, session.scalars(select(other)))


@shape()
def self_join(session: Session, cls: type, world: World) -> set[Key]:
    other = aliased(cls)
    query = select(*key_attributes(other)).select_from(cls).join(other, true())
    return keys(session.execute(query.distinct()))


@shape()
def join_from_people(session: Session, cls: type, world: World) -> set[Key]:
    query = select(*key_attributes(cls)).select_from(Person).join(cls, true(), isouter=True)
    return keys(session.execute(query.distinct()))


@shape()
def cartesian_product(session: Session, cls: type, world: World) -> set[Key]:
    query = select(Person.id, *key_attributes(cls)).where(Person.id == world.people[0])
    return {tuple(row[1:]) for row in session.execute(query.join(cls, true()))}


@shape()
def subquery(session: Session, cls: type, world: World) -> set[Key]:
    return keys(session.execute(select(select(*key_attributes(cls)).subquery())))


@shape()
def entity_from_subquery(session: Session, cls: type, world: World) -> set[Key]:
    return identities(cls, session.scalars(select(aliased(cls, select(cls).subquery()))))


@shape()
def cte(session: Session, cls: type, world: World) -> set[Key]:
    return keys(session.execute(select(select(*key_attributes(cls)).cte("found"))))


@shape()
def recursive_cte(session: Session, cls: type, world: World) -> set[Key]:
    attributes = key_attributes(cls)
    start = select(*attributes, literal(0).label("step")).cte("steps", recursive=True)
    other = aliased(cls)
    again = select(*key_attributes(other), start.c.step + 1).join(start, true())
    both = start.union(again.where(start.c.step < 1))
    rows = session.execute(select(both).distinct())
    return {tuple(row[: len(attributes)]) for row in rows}


@shape()
def exists_by_key(session: Session, cls: type, world: World) -> set[Key]:
    return {
        key
        for key in sample(cls, world)
        if session.scalar(select(exists(select(*key_attributes(cls)).where(equals(cls, key)))))
    }


@shape()
def people_where_exists(session: Session, cls: type, world: World) -> set[Key]:
    found = set()
    for key in sample(cls, world):
        there = exists().where(equals(cls, key))
        if session.execute(select(Person.id).where(there).limit(1)).first():
            found.add(key)
    return found


@shape()
def union_of_two(session: Session, cls: type, world: World) -> set[Key]:
    attributes = key_attributes(cls)
    return keys(session.execute(union(select(*attributes), select(*attributes))))


@shape()
def entity_from_union(session: Session, cls: type, world: World) -> set[Key]:
    both = select(cls).union_all(select(cls))
    return identities(cls, session.scalars(select(cls).from_statement(both)))


@shape()
def union_inside(session: Session, cls: type, world: World) -> set[Key]:
    attributes = key_attributes(cls)
    return keys(session.execute(select(union(select(*attributes), select(*attributes)).subquery())))


@shape()
def in_subquery(session: Session, cls: type, world: World) -> set[Key]:
    first = key_attributes(cls)[0]
    other = aliased(cls)
    query = select(cls).where(first.in_(select(key_attributes(other)[0])))
    return identities(cls, session.scalars(query))


@shape()
def array_of_scalar_subqueries(session: Session, cls: type, world: World) -> set[Key]:
    found = set()
    for key in sample(cls, world):
        inner = select(func.count()).select_from(cls).where(equals(cls, key)).scalar_subquery()
        if session.scalar(select(inner)):
            found.add(key)
    return found


@shape()
def grouped(session: Session, cls: type, world: World) -> set[Key]:
    attributes = key_attributes(cls)
    return keys(session.execute(select(*attributes).group_by(*attributes).having(func.count() > 0)))


@shape()
def ordered_window(session: Session, cls: type, world: World) -> set[Key]:
    attributes = key_attributes(cls)
    place = func.row_number().over(order_by=attributes[0])
    return {tuple(row[:-1]) for row in session.execute(select(*attributes, place))}


@shape()
def from_statement(session: Session, cls: type, world: World) -> set[Key]:
    return identities(cls, session.scalars(select(cls).from_statement(select(cls))))


@shape()
def in_parts(session: Session, cls: type, world: World) -> set[Key]:
    query = select(cls).execution_options(yield_per=2)
    return identities(cls, session.scalars(query).all())


@shape()
def as_lambda(session: Session, cls: type, world: World) -> set[Key]:
    return identities(cls, session.scalars(lambda_stmt(lambda: select(cls))))


@shape()
def legacy_query(session: Session, cls: type, world: World) -> set[Key]:
    return identities(cls, session.query(cls).all())


@shape()
def legacy_columns(session: Session, cls: type, world: World) -> set[Key]:
    return keys(session.query(*key_attributes(cls)).all())


@shape()
def get(session: Session, cls: type, world: World) -> set[Key]:
    return {key for key in sample(cls, world) if session.get(cls, key) is not None}


@shape()
def get_locked(session: Session, cls: type, world: World) -> set[Key]:
    found = (session.get(cls, key, with_for_update=True) for key in sample(cls, world))
    return identities(cls, [each for each in found if each is not None])


@shape()
def merge(session: Session, cls: type, world: World) -> set[Key]:
    found = set()
    for key in sample(cls, world):
        if session.merge(detached(cls, key), load=True) in session.new:
            session.expunge_all()
        else:
            found.add(key)
    return found


@shape()
def refresh(session: Session, cls: type, world: World) -> set[Key]:
    return {key for key in sample(cls, world) if _refreshes(session, cls, key, expire=False)}


@shape()
def expired_attribute(session: Session, cls: type, world: World) -> set[Key]:
    return {key for key in sample(cls, world) if _refreshes(session, cls, key, expire=True)}


def detached(cls: type, key: Key) -> Any:
    """An object that claims to be the row with this key."""
    row = cls()
    for attribute, value in zip(key_attributes(cls), key, strict=True):
        setattr(row, attribute.key, value)
    return row


def _refreshes(session: Session, cls: type, key: Key, *, expire: bool) -> bool:
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


@shape()
def core_table(session: Session, cls: type, world: World) -> set[Key]:
    return keys(session.execute(select(*table_of(cls).primary_key.columns)))


@shape()
def table_beside_entity(session: Session, cls: type, world: World) -> set[Key]:
    columns = table_of(cls).primary_key.columns
    query = select(Person.id, *columns).join(table_of(cls), true())
    return {tuple(row[1:]) for row in session.execute(query)}


@shape()
def table_in_subquery(session: Session, cls: type, world: World) -> set[Key]:
    found = set()
    for key in sample(cls, world):
        columns = table_of(cls).primary_key.columns
        same = and_(*(c == value for c, value in zip(columns, key, strict=True)))
        query = select(Person.id).where(exists(select(*columns).where(same)))
        if session.execute(query).first():
            found.add(key)
    return found


@shape(past_the_orm=True)
def connection(session: Session, cls: type, world: World) -> set[Key]:
    query = select(*table_of(cls).primary_key.columns)
    return keys(session.connection().execute(query))


@shape(past_the_orm=True)
def plain_text(session: Session, cls: type, world: World) -> set[Key]:
    return _by_text(session, cls, session.execute)


@shape(past_the_orm=True)
def entity_from_text(session: Session, cls: type, world: World) -> set[Key]:
    query = select(cls).from_statement(text(f'SELECT * FROM "{table_of(cls).name}"'))
    return identities(cls, session.scalars(query))


def _by_text(session: Session, cls: type, execute: Callable[..., Any]) -> set[Key]:
    table = table_of(cls)
    names = ", ".join(column.name for column in table.primary_key.columns)
    statement = text(f'SELECT {names} FROM "{table.name}"')
    return keys(execute(statement.columns(*table.primary_key.columns)))
