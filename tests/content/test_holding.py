"""A page's row is held once in a transaction, and again where the database let go of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask.ctx import AppContext
from sqlalchemy import event, update

from portal.content.commenting import comment, reopen, resolve
from portal.content.comments import Comment
from portal.content.holding import held_page, hold
from portal.content.pages import Page
from portal.content.problems import Problem
from tenants.clock import now
from tenants.db import db
from tenants.scope import acting_in, aside, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.pages import TESTS, make_page

pytestmark = pytest.mark.usefixtures("inside")


@contextmanager
def asked(cast: Cast) -> Iterator[tuple[Page, Callable[[], int]]]:
    """A page in a transaction of its own, and how often its row was asked for since."""
    sent: list[str] = []

    def note(_c: object, _cursor: object, sql: str, *_rest: object) -> None:
        sent.append(sql)

    with acting_in(tenant_scope(cast.acme.tenant_id)):
        page = make_page(cast.acme)
        db.session.commit()
        event.listen(db.engine, "before_cursor_execute", note)
        try:
            yield page, lambda: sum("FROM page" in sql for sql in sent)
        finally:
            event.remove(db.engine, "before_cursor_execute", note)


@both_databases
def test_holding_twice_asks_once(cast: Cast, inside: AppContext):
    with asked(cast) as (page, times):
        held = held_page(page.id, cast.acme.id, live=True)
        assert held is not None
        assert (held.page, held.draft) == (page, held.revisions[0])
        hold(page)
        with db.session.begin_nested():
            hold(page)
        assert times() == 1


@both_databases
def test_another_transaction_asks_again(cast: Cast):
    with asked(cast) as (page, times):
        hold(page)
        db.session.commit()
        with aside(tenant_scope(cast.acme.tenant_id)) as other:  # as another request would
            change = update(Page).where(Page.id == page.id).values(position=7)
            other.connection().execute(change)
        hold(page)
        assert times() == 2
        assert page.position == 7


@both_databases
def test_a_savepoint_rolled_back_lets_go(cast: Cast):
    with asked(cast) as (page, times):
        savepoint = db.session.begin_nested()
        hold(page)
        savepoint.rollback()
        hold(page)
        assert times() == 2
        hold(page)
        assert times() == 2


def test_a_page_of_elsewhere_is_none(cast: Cast):
    with asked(cast) as (page, _times):
        assert held_page(page.id, cast.bolt.id) is None


@both_databases
@pytest.mark.parametrize("settled", [False, True])
def test_a_thread_of_a_page_that_moved_meanwhile_is_left_as_it_is(cast: Cast, settled: bool):
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        page, row = _thread(cast, settled)
        with aside(tenant_scope(cast.acme.tenant_id)) as other:  # as another request would
            change = update(Page).where(Page.id == page.id).values(trashed_at=now())
            other.connection().execute(change)
        with pytest.raises(Problem, match="trash"):
            (reopen if settled else resolve)(row, page, cast.acme, by=TESTS)
        db.session.rollback()


@both_databases
@pytest.mark.parametrize("settled", [False, True])
def test_a_thread_is_settled_and_taken_up_as_others_left_it(cast: Cast, settled: bool):
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        page, row = _thread(cast, settled)
        left: dict[str, Any] = {"resolved_at": now(), "resolved_by_name": "Ann"}
        if settled:
            left = {"resolved_at": None, "resolved_by_name": ""}
        with aside(tenant_scope(cast.acme.tenant_id)) as other:
            other.connection().execute(update(Comment).where(Comment.id == row.id).values(**left))
        said = "not settled" if settled else "Ann settled this already"
        with pytest.raises(Problem, match=said):
            (reopen if settled else resolve)(row, page, cast.acme, by=TESTS)
        db.session.rollback()


def _thread(cast: Cast, settled: bool) -> tuple[Page, Comment]:
    page = make_page(cast.acme)
    row = comment(page, cast.acme, "Shorter?", by=TESTS)
    if settled:
        resolve(row, page, cast.acme, by=TESTS)
    db.session.commit()
    return page, row
