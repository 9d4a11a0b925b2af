"""Every way to ask for rows. Each shape returns the keys it found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    and_,
    exists,
    func,
    lambda_stmt,
    literal,
    select,
    true,
    union,
)
from sqlalchemy.orm import Bundle, Session, aliased

from tenants.people import Person
from tests.isolation.world import Key, World, key_attributes

Shape = Callable[[Session, Any, World], set[Key]]
READS: dict[str, Shape] = {}


def shape(function: Shape) -> Shape:
    READS[function.__name__] = function
    return function


def keys(rows: Any) -> set[Key]:
    """Plain keys of rows that consist of key columns."""
    return {tuple(row) for row in rows if row[0] is not None}


def identities(cls: Any, found: Any) -> set[Key]:
    mapper = cls.__mapper__
    return {tuple(mapper.primary_key_from_instance(each)) for each in found}


def sample(cls: Any, world: World) -> list[Key]:
    """One key of every account there is."""
    by_tenant: dict[Any, list[Key]] = {}
    for row in world.rows(cls):
        by_tenant.setdefault((row.tenant_id, row.account_id), []).append(row.key)
    return [key for found in by_tenant.values() for key in found[:1]]


def equals(cls: Any, key: Key) -> Any:
    return and_(*(a == value for a, value in zip(key_attributes(cls), key, strict=True)))


@shape
def entity(session: Session, cls: Any, world: World) -> set[Key]:
    return identities(cls, session.scalars(select(cls)))


@shape
def columns(session: Session, cls: Any, world: World) -> set[Key]:
    return keys(session.execute(select(*key_attributes(cls))))


@shape
def bundle(session: Session, cls: Any, world: World) -> set[Key]:
    rows: Any = session.scalars(select(Bundle("key", *key_attributes(cls))))
    return {tuple(row) for row in rows}


@shape
def alias(session: Session, cls: Any, world: World) -> set[Key]:
    other = aliased(cls)
    return identities(cls, session.scalars(select(other)))


@shape
def self_join(session: Session, cls: Any, world: World) -> set[Key]:
    other = aliased(cls)
    query = select(*key_attributes(other)).select_from(cls).join(other, true())
    return keys(session.execute(query.distinct()))


@shape
def join_from_people(session: Session, cls: Any, world: World) -> set[Key]:
    query = select(*key_attributes(cls)).select_from(Person).join(cls, true(), isouter=True)
    return keys(session.execute(query.distinct()))


@shape
def cartesian_product(session: Session, cls: Any, world: World) -> set[Key]:
    query = select(Person.id, *key_attributes(cls)).where(Person.id == world.people[0])
    return {tuple(row[1:]) for row in session.execute(query.join(cls, true()))}


@shape
def subquery(session: Session, cls: Any, world: World) -> set[Key]:
    return keys(session.execute(select(select(*key_attributes(cls)).subquery())))


@shape
def entity_from_subquery(session: Session, cls: Any, world: World) -> set[Key]:
    return identities(cls, session.scalars(select(aliased(cls, select(cls).subquery()))))


@shape
def cte(session: Session, cls: Any, world: World) -> set[Key]:
    return keys(session.execute(select(select(*key_attributes(cls)).cte("found"))))


@shape
def recursive_cte(session: Session, cls: Any, world: World) -> set[Key]:
    attributes = key_attributes(cls)
    start = select(*attributes, literal(0).label("step")).cte("steps", recursive=True)
    other = aliased(cls)
    again = select(*key_attributes(other), start.c.step + 1).join(start, true())
    both = start.union(again.where(start.c.step < 1))
    rows = session.execute(select(both).distinct())
    return {tuple(row[: len(attributes)]) for row in rows}


@shape
def exists_by_key(session: Session, cls: Any, world: World) -> set[Key]:
    return {
        key
        for key in sample(cls, world)
        if session.scalar(select(exists(select(*key_attributes(cls)).where(equals(cls, key)))))
    }


@shape
def people_where_exists(session: Session, cls: Any, world: World) -> set[Key]:
    found = set()
    for key in sample(cls, world):
        there = exists().where(equals(cls, key))
        if session.execute(select(Person.id).where(there).limit(1)).first():
            found.add(key)
    return found


@shape
def union_of_two(session: Session, cls: Any, world: World) -> set[Key]:
    attributes = key_attributes(cls)
    return keys(session.execute(union(select(*attributes), select(*attributes))))


@shape
def entity_from_union(session: Session, cls: Any, world: World) -> set[Key]:
    both = select(cls).union_all(select(cls))
    return identities(cls, session.scalars(select(cls).from_statement(both)))


@shape
def union_inside(session: Session, cls: Any, world: World) -> set[Key]:
    attributes = key_attributes(cls)
    return keys(session.execute(select(union(select(*attributes), select(*attributes)).subquery())))


@shape
def in_subquery(session: Session, cls: Any, world: World) -> set[Key]:
    first = key_attributes(cls)[0]
    other = aliased(cls)
    query = select(cls).where(first.in_(select(key_attributes(other)[0])))
    return identities(cls, session.scalars(query))


@shape
def array_of_scalar_subqueries(session: Session, cls: Any, world: World) -> set[Key]:
    found = set()
    for key in sample(cls, world):
        inner = select(func.count()).select_from(cls).where(equals(cls, key)).scalar_subquery()
        if session.scalar(select(inner)):
            found.add(key)
    return found


@shape
def grouped(session: Session, cls: Any, world: World) -> set[Key]:
    attributes = key_attributes(cls)
    return keys(session.execute(select(*attributes).group_by(*attributes).having(func.count() > 0)))


@shape
def ordered_window(session: Session, cls: Any, world: World) -> set[Key]:
    attributes = key_attributes(cls)
    place = func.row_number().over(order_by=attributes[0])
    return {tuple(row[:-1]) for row in session.execute(select(*attributes, place))}


@shape
def from_statement(session: Session, cls: Any, world: World) -> set[Key]:
    return identities(cls, session.scalars(select(cls).from_statement(select(cls))))


@shape
def in_parts(session: Session, cls: Any, world: World) -> set[Key]:
    query = select(cls).execution_options(yield_per=2)
    return identities(cls, session.scalars(query).all())


@shape
def as_lambda(session: Session, cls: Any, world: World) -> set[Key]:
    return identities(cls, session.scalars(lambda_stmt(lambda: select(cls))))
