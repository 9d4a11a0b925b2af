"""The texts of a crowd are read before it is due, and used only as long as they surely hold."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event as sa_event
from sqlalchemy import select

from portal.content import due, due_ahead, due_texts
from portal.content.drafting import Text, save_draft
from portal.content.due_ahead import read_ahead
from portal.content.due_texts import Ahead
from portal.content.pages import Page
from portal.content.schedules import Schedule
from tenants.clock import now
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.content.review_scene import draft_of
from tests.content.test_due_crowd import some_due
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.pages import TESTS

NUMBER = 4
IN_A_MOMENT = timedelta(seconds=-20)


@pytest.fixture(autouse=True)
def crowd(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four are a crowd, and this process knows none of it."""
    monkeypatch.setattr(due_ahead, "CROWD", NUMBER)
    monkeypatch.setattr(due_texts, "AHEAD", empty := Ahead())
    monkeypatch.setattr(due_ahead, "AHEAD", empty)


@pytest.fixture
def texts_read(inside: Any) -> Iterator[list[str]]:
    """The statements that read texts."""
    asked: list[str] = []

    def note(_c: Any, _cursor: Any, sql: str, *_rest: Any) -> None:
        if "revision.body" in sql and sql.startswith("SELECT"):
            asked.append(sql)

    sa_event.listen(db.engine, "before_cursor_execute", note)
    yield asked
    sa_event.remove(db.engine, "before_cursor_execute", note)


def let_it_be_due(cast: Cast) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        for row in db.session.scalars(select(Schedule).where(Schedule.state == "pending")):
            row.due_at = now() - timedelta(seconds=1)
            db.session.info.setdefault("recorded", set()).add(("Schedule", row.id))
        db.session.commit()


@both_databases
def test_a_crowd_is_read_before_and_not_again_when_it_is_due(
    cast: Cast, texts_read: list[str]
) -> None:
    some_due(cast, NUMBER, IN_A_MOMENT)
    texts_read.clear()
    assert read_ahead() == NUMBER
    assert len(texts_read) == 1
    assert read_ahead() == NUMBER
    assert len(texts_read) == 1, "what is at hand is not read again"
    assert due.publish_due() == 0, "nothing is early"
    let_it_be_due(cast)
    assert due.publish_due() == NUMBER
    assert len(texts_read) == 1
    assert read_ahead() == 0, "what was carried out is let go"
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        live = select(Page).where(Page.title.like("Crowd %"), Page.live_revision_id.is_not(None))
        assert len(db.session.scalars(live).all()) == NUMBER


def test_few_are_read_when_they_are_due(cast: Cast, texts_read: list[str]) -> None:
    some_due(cast, NUMBER - 1, IN_A_MOMENT)
    texts_read.clear()
    assert read_ahead() == 0
    assert not texts_read
    let_it_be_due(cast)
    assert due.publish_due() == NUMBER - 1
    assert texts_read


def test_what_was_read_too_long_ago_is_read_again(
    cast: Cast, texts_read: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    some_due(cast, NUMBER, IN_A_MOMENT)
    assert read_ahead() == NUMBER
    monkeypatch.setattr(due_texts, "HOLDS", -1.0)
    texts_read.clear()
    let_it_be_due(cast)
    assert due.publish_due() == NUMBER
    assert texts_read


def test_a_text_scheduled_instead_is_read_when_it_is_due(cast: Cast, texts_read: list[str]) -> None:
    some_due(cast, NUMBER, IN_A_MOMENT)
    assert read_ahead() == NUMBER
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        row = db.session.scalars(select(Schedule).order_by(Schedule.id)).first()
        assert row is not None
        page = db.session.get_one(Page, row.page_id)
        text = Text(title="Newer")
        save_draft(page, text, cast.acme, by=TESTS, based_on=page.draft_revision_id)
        newer = draft_of(page)
        row.revision_id, row.revision_digest = newer.id, newer.digest
        db.session.info.setdefault("recorded", set()).add(("Schedule", row.id))
        db.session.commit()
        page_id, newer_id = page.id, newer.id
    texts_read.clear()
    let_it_be_due(cast)
    assert due.publish_due() == NUMBER
    assert texts_read
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        assert db.session.get_one(Page, page_id).live_revision_id == newer_id
