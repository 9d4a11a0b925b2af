"""What people do to items meanwhile: each act as the web does it, in a transaction of its own."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from portal.content import publishing, reviewing, running, scheduling, trash
from portal.content.copying import move_page
from portal.content.drafting import save_draft, text_of
from portal.content.moments import moment_at
from portal.content.pages import Page, page_by_id, revision_by_id
from portal.content.problems import Problem
from portal.content.reviewing import submit
from portal.content.reviews import waiting_review
from portal.content.schedules import Schedule
from portal.content.workflows import set_workflow
from tenants import suspending
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.decisions import Actor
from tenants.ending import finish
from tenants.grants import Grant
from tenants.scope import across_tenants
from tenants.step_kinds import Step
from tests.faults.items import Item
from tests.faults.stage import Stage
from tests.fixtures.cast import Cast, Someone, as_actor
from tests.fixtures.pages import TESTS


def _with(stage: Stage, item: Item, act: Any, by: Someone | None = None) -> Any:
    with stage.app() as (_, cast):
        actor = as_actor(by or cast.publisher)
    with stage.inside(item.tenant_id) as cast:
        page = db.session.scalar(select(Page).where(Page.id == item.page_id))
        if page is None:
            raise Problem("It is in the trash.")
        return act(page, account_of(cast, page), actor)


def account_of(cast: Cast, page: Page) -> AccountRef:
    return next(each for each in cast.accounts.values() if each.id == page.account_id)


def _row(item: Item) -> Schedule:
    row = db.session.get(Schedule, item.schedule_id)
    assert row is not None
    return row


def cancel(stage: Stage, item: Item) -> Item:
    _with(stage, item, lambda _, account, by: scheduling.cancel(_row(item), account, by=by))
    return replace(item, ends="cancelled")


def move(stage: Stage, item: Item, due_in: float) -> Item:
    due = datetime.now(UTC) + timedelta(seconds=due_in)
    _with(stage, item, lambda _, account, by: scheduling.move(
        _row(item), moment_at(due, "UTC"), account, by=by))  # fmt: skip
    return replace(item, due_at=due)


def edit(stage: Stage, item: Item, words: str) -> None:
    def act(page: Page, account: AccountRef, by: Actor) -> None:
        draft = revision_by_id(page.draft_revision_id, page)
        assert draft is not None
        text = replace(text_of(draft), body=f"<p>{words}</p>", excerpt=words)
        save_draft(page, text, account, by=by, based_on=draft.id)

    _with(stage, item, act)


def put_in_trash(stage: Stage, item: Item) -> Item:
    _with(stage, item, lambda page, account, by: trash.put_in_trash(page, account, by=TESTS))
    return replace(item, ends="cancelled")


def move_to_hamburg(stage: Stage, item: Item) -> Item:
    """The page goes to another account of its tenant."""
    target = stage.cast.hamburg
    _with(stage, item, lambda page, account, by: move_page(page, account, target, by=by),
          by=stage.cast.admin)  # fmt: skip
    return replace(item, ends="cancelled")


def restore(stage: Stage, item: Item) -> None:
    with stage.inside(item.tenant_id) as cast:
        page = trash.trashed_by_id(item.page_id, cast.acme.id)
        assert page is not None
        trash.restore(page, cast.acme, by=TESTS)


def run_now(stage: Stage, item: Item) -> None:
    """Somebody decides that what is held is to happen."""
    _with(stage, item, lambda _, account, by: running.run_now(_row(item), account, by=by))


def publish_now(stage: Stage, item: Item) -> None:
    def act(page: Page, account: AccountRef, by: Actor) -> None:
        revision = revision_by_id(page.draft_revision_id, page)
        assert revision is not None
        publishing.publish(page, revision, account, by=by)

    _with(stage, item, act)


def have_berlin_review(stage: Stage) -> None:
    """From now on nothing goes live at Acme Berlin that somebody else did not approve."""
    with stage.inside(stage.cast.berlin.tenant_id) as cast:
        set_workflow(cast.berlin, (Step("Review"),), by=TESTS)


def hand_in(stage: Stage, item: Item) -> None:
    """By Ben, who wrote it; nothing when it was handed in before."""

    def act(page: Page, account: AccountRef, by: Actor) -> None:
        draft = revision_by_id(page.draft_revision_id, page)
        assert draft is not None
        if waiting_review(page) is None:
            submit(page, draft, account, by=by)

    _with(stage, item, act, by=stage.cast.berlin_editor)


def approve(stage: Stage, item: Item) -> None:
    """By Pia, who did not write it."""

    def act(page: Page, account: AccountRef, by: Actor) -> None:
        row = waiting_review(page)
        if row is None:
            raise Problem("Nobody handed it in.")
        reviewing.approve(row, page, account, by=by, step=row.step)

    _with(stage, item, act)


def page_of(item: Item, account: AccountRef) -> Page | None:
    return page_by_id(item.page_id, account.id)


def suspend(stage: Stage) -> None:
    """As the house's staff do it, from above."""
    with stage.app() as (_, cast), across_tenants("the staff's console"):
        suspending.suspend(cast.acme, by=TESTS, reason="Bills.")
        db.session.commit()


def reactivate(stage: Stage) -> None:
    with stage.app() as (_, cast), across_tenants("the staff's console"):
        suspending.reactivate(cast.acme, by=TESTS)
        db.session.commit()


def revoke(stage: Stage, someone: Someone) -> None:
    """End everything somebody was given at Acme."""
    given = select(Grant).where(Grant.person_id == someone.id)
    with stage.inside(stage.cast.acme.tenant_id) as cast:
        for grant in db.session.scalars(given.options(selectinload("*"))):
            finish(grant, cast.acme, by=TESTS, reason="Left.")
