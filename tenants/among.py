"""Conditions on long lists: one value for all of a list, where IN takes one for each of its items.

A statement stays as short with two thousand ids as with two, so that it is made, sent and planned
in no time.
"""

import json
from typing import Any

from sqlalchemy import ColumnElement, Text, bindparam
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator


class _Ids(TypeDecorator[Any]):
    """Ids as one text, which the database takes apart."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        ids = [each.hex for each in value]
        return f"{{{','.join(ids)}}}" if dialect.name == "postgresql" else json.dumps(ids)


class _Pairs(TypeDecorator[Any]):
    """Pairs of an id and a text as one text, which the database takes apart."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str:
        return json.dumps([(each.hex, words) for each, words in value])


# Conditions without a type: of a Boolean SQLAlchemy would ask SQLite whether it is 1, past indexes.
class _Among(FunctionElement[Any]):
    inherit_cache = True


class _PairAmong(FunctionElement[Any]):
    inherit_cache = True


def among(column: Any, name: str) -> ColumnElement[Any]:
    """Return that a column of ids is one of those given as `name` when the statement is run."""
    return _Among(column, bindparam(name, type_=_Ids()))


def pair_among(ids: Any, words: Any, name: str) -> ColumnElement[Any]:
    """Return that an id and a text stand together in a pair of those given as `name`."""
    return _PairAmong(ids, words, bindparam(name, type_=_Pairs()))


@compiles(_Among, "postgresql")
def _any(element: Any, compiler: Any, **options: Any) -> str:
    column, ids = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} = ANY (CAST({ids} AS uuid[]))"


@compiles(_Among, "sqlite")
def _each(element: Any, compiler: Any, **options: Any) -> str:
    column, ids = (compiler.process(each, **options) for each in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({ids}))"


@compiles(_PairAmong, "postgresql")
def _any_pair(element: Any, compiler: Any, **options: Any) -> str:
    first, second, pairs = (compiler.process(each, **options) for each in element.clauses)
    parts = "CAST(pair ->> 0 AS uuid), pair ->> 1"
    return f"({first}, {second}) IN (SELECT {parts} FROM json_array_elements({pairs}::json) pair)"


@compiles(_PairAmong, "sqlite")
def _each_pair(element: Any, compiler: Any, **options: Any) -> str:
    first, second, pairs = (compiler.process(each, **options) for each in element.clauses)
    parts = "json_extract(value, '$[0]'), json_extract(value, '$[1]')"
    return f"({first}, {second}) IN (SELECT {parts} FROM json_each({pairs}))"
