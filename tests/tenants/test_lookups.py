"""Whether a statement names what a table's rows are looked up by, or what only belongs to them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import (
    Column,
    Index,
    Integer,
    MetaData,
    Select,
    Table,
    UniqueConstraint,
    and_,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.sql.elements import Grouping

from portal.content.terms import Term
from tenants.among import among
from tenants.lookups import is_looked_up

META = MetaData()
SHELF = Table("shelf", META, Column("id", Integer, primary_key=True))
BOOK = Table(
    "book", META, Column("id", Integer, primary_key=True), Column("tenant_id", Integer, index=True),
    Column("shelf_id", Integer), Column("place", Integer), Column("isbn", Integer),
    Column("title", Integer), UniqueConstraint("isbn", "title"),
    Index("ix_book_shelf_place", "shelf_id", "place"),
)  # fmt: skip
HER, HIS = BOOK.alias("her"), BOOK.alias("his")
B, S = BOOK.c, SHELF.c
GIVEN = func.json_each("[1, 2]").table_valued("value")


def sees(of: Any, query: Select[Any]) -> bool:
    """What is said while the statement is compiled, which names joins and all that is in them."""
    sources = {each for source in query.get_final_froms() for each in source._from_objects}
    return is_looked_up(of, query, sources)


@pytest.mark.parametrize(
    "condition",
    [B.id == 1, literal(1) == B.id, B.id.in_([1, 2]), B.shelf_id == 1, B.isbn == 1,
     and_(B.title == 1, B.id == 1), and_(B.title == 1, Grouping(B.id == 1)),
     B.id == select(func.max(S.id)).scalar_subquery()],
)  # fmt: skip
def test_what_an_index_begins_with_is_looked_up_by(condition: Any) -> None:
    assert sees(BOOK, select(B.title).where(condition))


@pytest.mark.parametrize(
    "condition",
    [B.tenant_id == 1, B.title == 1, B.place == 1, B.id > 1, B.id != 1, B.id.is_(None),
     B.id.not_in([1, 2]), or_(B.id == 1, B.title == 1), or_(B.id == 1, B.isbn == 1),
     func.abs(B.id) == 1],
)  # fmt: skip
def test_nothing_else_is(condition: Any) -> None:
    assert not sees(BOOK, select(B.title).where(condition))
    assert not sees(BOOK, select(B.title))


def test_a_row_of_another_table_that_it_belongs_to_does_not_count() -> None:
    belongs = B.shelf_id == S.id
    for query in (
        select(B.title, S.id).where(belongs),
        select(B.title).join(SHELF, belongs),
        select(B.title).join(SHELF, belongs).where(B.title == 1),
    ):
        assert not sees(BOOK, query)
        assert not sees(SHELF, query)
    found = select(B.title).join(SHELF, belongs).where(S.id == 1)
    assert sees(SHELF, found)
    assert not sees(BOOK, found)


def test_at_the_end_of_an_outer_join_it_does() -> None:
    query = select(S.id).outerjoin(BOOK, B.shelf_id == S.id)
    assert sees(BOOK, query)
    assert not sees(SHELF, query)


def test_so_do_rows_of_a_statement_around_it_and_such_as_are_given() -> None:
    inner = select(B.title).where(B.shelf_id == S.id).correlate(SHELF)
    assert is_looked_up(BOOK, inner, [BOOK])
    assert not is_looked_up(BOOK, inner, [BOOK, SHELF])
    assert sees(BOOK, select(B.title).join(GIVEN, B.id == GIVEN.c.value))


def test_of_two_names_of_a_table_each_is_looked_up_for_itself() -> None:
    query = select(HER.c.title, HIS.c.title).where(HER.c.id == 1, HIS.c.shelf_id == HER.c.shelf_id)
    assert sees(HER, query)
    assert not sees(HIS, query)


def test_what_is_no_table_is_not_looked_up() -> None:
    some = select(B.id).subquery()
    assert not sees(some, select(some).where(some.c.id == 1))


def test_a_long_list_of_ids_is_as_good_as_a_short_one() -> None:
    table = Term.__table__
    for column, expected in ((Term.id, True), (Term.parent_id, False), (Term.tenant_id, False)):
        query = select(Term.name).where(among(column, "ids"))
        assert is_looked_up(table, query, [table]) is expected
