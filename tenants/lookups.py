"""What a statement looks its rows up by, so that SQLite does not look through a tenant instead.

SQLite keeps no statistics here and takes every index for equally good. Asked for the rows of some
pages *and* of one tenant, it is as ready to read everything the tenant has as the pages' few.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

from sqlalchemy import BinaryExpression, Column, Join, Table, UniqueConstraint
from sqlalchemy.sql import operators
from sqlalchemy.sql.elements import BooleanClauseList, Grouping
from sqlalchemy.sql.selectable import TableValuedAlias

from tenants.among import column_of


def is_looked_up(of: Any, statement: Any, sources: Iterable[Any]) -> bool:
    """Tell whether a statement names values of a table or alias that an index begins with.

    `sources` are the tables and joins it reads itself, without those of a statement around it.

    What only says which row of another table belongs to it does not count, for the other one may
    be what is looked for by it; at the end of an outer join, and of rows that are given, it does.
    """
    table = getattr(of, "element", of)
    if not isinstance(table, Table):
        return False
    leading = _leading(table)
    return any(name in leading for name in _names_given(of, statement, sources))


_EQUALS = (operators.eq, operators.in_op)


@cache
def _leading(table: Table) -> frozenset[str]:
    """Return the names of the columns that an index begins with, but for the tenant's."""
    first = [next(iter(table.primary_key.columns), None)]
    first += [next(iter(index.columns), None) for index in table.indexes]
    first += [
        next(iter(each.columns), None)
        for each in table.constraints
        if isinstance(each, UniqueConstraint)
    ]
    return frozenset(each.name for each in first if each is not None) - {"tenant_id"}


def _names_given(of: Any, statement: Any, sources: Iterable[Any]) -> Iterator[str]:
    own = {_name(each) for each in sources if not isinstance(each, TableValuedAlias)}
    for condition, is_outer in _conditions(of, statement, sources):
        for each in _conjuncts(condition):
            for column, other in _compared(each):
                if _name(column.table) == _name(of) and (is_outer or not _sources(other) & own):
                    yield column.name


def _sources(value: Any) -> set[str | None]:
    return {_name(each) for each in getattr(value, "_from_objects", ())}


def _conditions(of: Any, statement: Any, sources: Iterable[Any]) -> Iterator[tuple[Any, bool]]:
    """Return the WHERE and each ON, and whether that is of the table's own outer join."""
    if statement.whereclause is not None:
        yield statement.whereclause, False
    for each in sources:
        if isinstance(each, Join):
            yield each.onclause, each.isouter and _name(each.right) == _name(of)


def _conjuncts(condition: Any) -> Iterator[Any]:
    if isinstance(condition, Grouping):
        yield from _conjuncts(condition.element)
    elif isinstance(condition, BooleanClauseList) and condition.operator is operators.and_:
        for each in condition.clauses:
            yield from _conjuncts(each)
    else:
        yield condition


def _compared(condition: Any) -> Iterator[tuple[Any, Any]]:
    """Return each column that is to equal something, and what; nothing for other conditions."""
    if (column := column_of(condition)) is not None:
        yield column, None
    elif isinstance(condition, BinaryExpression) and condition.operator in _EQUALS:
        yield from _pairs(condition.left, condition.right)


def _pairs(left: Any, right: Any) -> Iterator[tuple[Any, Any]]:
    if isinstance(left, Column):
        yield left, right
    if isinstance(right, Column):
        yield right, left


def _name(source: Any) -> str | None:
    return getattr(source, "name", None)
