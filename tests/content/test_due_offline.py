"""Pages that go offline at one instant: many together come to the same end as each alone."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event as sa_event
from sqlalchemy import select

from portal.content import due, due_together
from portal.content.drafting import Text, save_draft
from portal.content.filing import tags_named
from portal.content.moments import moment_at
from portal.content.pages import Page
from portal.content.publishing import publish, unpublish
from portal.content.schedules import Schedule
from portal.content.scheduling import schedule
from portal.content.sites import Redirect
from tenants.accounts import AccountRef
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor
from tenants.scope import acting_in, tenant_scope
from tests.content.review_scene import draft_of
from tests.content.test_due_together import standing
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import TESTS, make_page


def live(account: AccountRef, title: str, *, tags: tuple[str, ...] = (), **how: Any) -> Page:
    page = make_page(account, title, **how)
    if tags:
        text = Text(title=title, term_ids=tags)
        save_draft(page, text, account, by=TESTS, based_on=page.draft_revision_id)
    publish(page, draft_of(page), account, by=TESTS)
    return page


def ask(
    page: Page, what: Any, account: AccountRef, by: Actor, seconds: int, late: str = ""
) -> None:
    """Have something due so many seconds ago."""
    later = moment_at(now() + timedelta(hours=1), "UTC")
    row = schedule(page, what, draft_of(page), later, account, by=by)
    row.due_at = now() - timedelta(seconds=seconds)
    row.late_policy = late or "publish"


def all_sorts(account: AccountRef, by: Actor) -> None:
    """What is due to go offline, plain and not, and what wants the addresses. Committed."""
    with acting_in(tenant_scope(account.tenant_id)):
        tags = tuple(str(term.id) for term in tags_named(account, ["Slow", "Quick"]))
        for number in range(4):
            page = live(account, f"Offer {number}", kind="post" if number % 2 else "page")
            ask(page, "unpublish", account, by, 900 - number)
        filed = live(account, "Filed", tags=tags)
        ask(filed, "unpublish", account, by, 890)
        led = live(account, "Led to")
        row = Redirect(account_id=account.id, address=led.address, page_id=filed.id)
        db.session.add(row)
        ask(led, "unpublish", account, by, 880)
        gone = live(account, "Gone already")
        ask(gone, "unpublish", account, by, 870)
        unpublish(gone, account, by=TESTS)
        ask(live(account, "Skipped"), "unpublish", account, by, 860, "skip")
        for late in ("skip", "ask"):
            old = live(account, f"Too late to {late}")
            ask(old, "unpublish", account, by, 7200, late)
        both = live(account, "Twice")
        for seconds in (840, 830):
            ask(both, "unpublish", account, by, seconds)
        heir = make_page(account, "Heir", slug="address-that-comes-free")
        ask(heir, "publish", account, by, 810)
        ask(live(account, "Address that comes free"), "unpublish", account, by, 820)
        early = make_page(account, "Too early", slug="address-that-is-taken")
        ask(early, "publish", account, by, 800)
        ask(live(account, "Address that is taken"), "unpublish", account, by, 790)
        ask(live(account, "Last"), "unpublish", account, by, 780)
        db.session.commit()


@pytest.mark.usefixtures("inside")
@both_databases
def test_going_offline_together_and_alone_comes_to_the_same(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    by, numbers = as_actor(cast.publisher), []
    real = due_together.carry_out_plain

    def counted(*asked: Any) -> Any:
        numbers.append(real(*asked))
        return numbers[-1]

    all_sorts(cast.hamburg, by)
    monkeypatch.setattr(due, "carry_out_plain", counted)
    due.publish_due()
    plain = sum(carried.number for carried in numbers)
    assert plain == 7, "the plain ones go together"
    monkeypatch.setattr(due_together, "is_plain", lambda row: False)
    all_sorts(cast.mitte, by)
    due.publish_due()
    assert sum(carried.number for carried in numbers) == plain
    together, alone = standing(cast.hamburg), standing(cast.mitte)
    for part, rows in together.items():
        assert rows == alone[part], part
    ended = {(title, what): state for title, what, state in _states(cast.hamburg)}
    assert ended["Heir", "publish"] == "done"
    assert ended["Too early", "publish"] == "held"
    assert ended["Address that is taken", "unpublish"] == "done"
    assert "pending" not in ended.values()


def _states(account: AccountRef) -> list[Any]:
    columns = (Schedule.page_title, Schedule.what, Schedule.state)
    with acting_in(tenant_scope(account.tenant_id)):
        return list(db.session.execute(select(*columns)).all())


@pytest.mark.usefixtures("inside")
def test_many_go_offline_by_as_many_statements_as_few(cast: Cast) -> None:
    asked: list[str] = []

    def count(_c: Any, _cursor: Any, sql: str, *_rest: Any) -> None:
        asked.append(sql)

    by, found = as_actor(cast.publisher), []
    for number in (2, 20):
        with acting_in(tenant_scope(cast.acme.tenant_id)):
            for n in range(number):
                ask(live(cast.acme, f"Of {number}: {n}"), "unpublish", cast.acme, by, 1)
            db.session.commit()
        asked.clear()
        sa_event.listen(db.engine, "before_cursor_execute", count)
        try:
            assert due.publish_due() == number
        finally:
            sa_event.remove(db.engine, "before_cursor_execute", count)
        found.append(len(asked))
    assert found[0] == found[1]
    assert found[1] <= 25
