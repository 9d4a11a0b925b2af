"""Rows that a statement is given as one JSON text, which the database takes apart.

A statement stays as short with two thousand rows as with two: one parameter, one plan.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache, wraps
from typing import Any

import orjson
from sqlalchemy import JSON, ColumnElement, Text, bindparam, cast, column, func
from sqlalchemy.types import TypeEngine

from tenants.db import db


def by_dialect(make: Callable[[str], Any]) -> Callable[[], Any]:
    """Make a function of a dialect's name one that returns a statement made once for ours."""
    made = cache(make)

    @wraps(make)
    def ours() -> Any:
        session = db.session()
        return made(session.get_bind().dialect.name)

    return ours


def given(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return rows as a statement with `given_rows` takes them. Ids are hexadecimal already."""
    return orjson.dumps(rows).decode()


def given_rows(
    dialect: str, name: str, types: Mapping[str, TypeEngine[Any]]
) -> dict[str, ColumnElement[Any]]:
    """Return the columns of the rows given as `name` when the statement is run.

    They are given as `given` writes them, each with these keys.
    """
    rows: Any = bindparam(name, type_=Text())
    if dialect == "postgresql":
        named = (column(each, kind) for each, kind in types.items())
        given = func.json_to_recordset(cast(rows, JSON())).table_valued(*named, name="given")
        return {each.name: each for each in given.render_derived(with_types=True).c}
    value = func.json_each(rows).table_valued("value").c.value
    return {each: func.json_extract(value, f"$.{each}", type_=kind) for each, kind in types.items()}
