"""Conditions on long lists: one value for all of a list, where IN takes one for each of its items.

A statement stays as short with two thousand ids as with two, so that it is made, sent and planned
in no time.
"""

import json
import uuid
from collections.abc import Iterable
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Text, bindparam
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NULLTYPE, TypeDecorator


class Ids:
    """A list of ids for `among`, written out once for all statements that ask for it."""

    def __init__(self, ids: Iterable[uuid.UUID]) -> None:
        self._hexes = [each.hex for each in ids]

    @cached_property
    def array(self) -> str:
        """Return them as PostgreSQL writes an array."""
        return f"{{{','.join(self._hexes)}}}"

    @cached_property
    def json(self) -> str:
        """Return them as JSON, for SQLite, which keeps ids as such texts."""
        return json.dumps(self._hexes)


class _Given(TypeDecorator[Any]):
    """A value whose type PostgreSQL learns where it stands.

    A cast from a text would be done again for every row.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        return dialect.type_descriptor(NULLTYPE if dialect.name == "postgresql" else Text())


class _Ids(_Given):
    """Ids as one text, which the database takes apart."""

    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        ids = value if isinstance(value, Ids) else Ids(value)
        return ids.array if dialect.name == "postgresql" else ids.json


# Conditions without a type: of a Boolean SQLAlchemy would ask SQLite whether it is 1, past indexes.
class _Among(FunctionElement[Any]):
    inherit_cache = True


def among(column: Any, name: str) -> ColumnElement[Any]:
    """Return that a column of ids is one of those given as `name` when the statement is run."""
    return _Among(column, bindparam(name, type_=_Ids()))


def column_of(condition: Any) -> Any:
    """Return the column that a condition made by `among` is about; None for any other."""
    return next(iter(condition.clauses)) if isinstance(condition, _Among) else None


@compiles(_Among, "postgresql")
def _any(element: Any, compiler: Any, **options: Any) -> str:
    column, ids = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} = ANY (CAST({ids} AS uuid[]))"


@compiles(_Among, "sqlite")
def _each(element: Any, compiler: Any, **options: Any) -> str:
    column, ids = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({ids}))"  # noqa: S608 - compiled parts


class _Found(FunctionElement[Any]):
    inherit_cache = True


def among_found(column: Any, query: Any) -> ColumnElement[Any]:
    """Return that a column is one of those a query finds, which is asked first and once.

    Of an IN with a query PostgreSQL makes a join, and of a small table it may read all for each row
    of the other.
    """
    return _Found(column, query.scalar_subquery())


@compiles(_Found, "postgresql")
def _any_found(element: Any, compiler: Any, **options: Any) -> str:
    column, found = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} = ANY (ARRAY{found})"


@compiles(_Found, "sqlite")
def _each_found(element: Any, compiler: Any, **options: Any) -> str:
    column, found = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} IN {found}"
