"""The same act for many pages or files: each in a savepoint, with its own right, event and answer.

What was done is kept for a while for whoever did it, so that it can be looked at and undone.
"""

import uuid
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.content.bulk_acts import Done, Wanted
from portal.content.pages import Page
from portal.content.problems import Problem
from tenants.accounts import AccountRef
from tenants.clock import now
from tenants.db import Base, Keyed, db
from tenants.decisions import Actor, Denied
from tenants.quotas import QuotaReached
from tenants.scope import TenantScoped

MOST = 100
UNDO_WITHIN = timedelta(hours=1)
KEPT = timedelta(days=1)


class BulkRun(Keyed, TenantScoped, Base):
    """What somebody did to many, row by row. His own, for a day; the trail has the events.

    `rows` are `{page, label, done, sentence, before}`; `page` is the id of a page or a file.
    """

    __tablename__ = "bulk_run"

    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"), index=True)
    act: Mapped[str] = mapped_column(String(32))
    undoes: Mapped[bool] = mapped_column(default=False)
    rows: Mapped[list[Any]] = mapped_column(default=list)
    created_at: Mapped[datetime] = mapped_column(default=now)
    undone_at: Mapped[datetime | None]

    @property
    def can_be_undone(self) -> bool:
        """Tell whether undoing is still offered."""
        fresh = self.created_at > now() - UNDO_WITHIN
        return fresh and not self.undoes and not self.undone_at and any(self.done)

    @property
    def done(self) -> list[dict[str, Any]]:
        """Return the rows that were done."""
        return [row for row in self.rows if row["done"]]


class Thing(Protocol):
    """A page or a file."""

    id: Any

    @property
    def label(self) -> str: ...


class Doing(Protocol):
    """What can be done to many: `do` and `undo` raise Denied, Problem and QuotaReached."""

    @property
    def name(self) -> str: ...

    @property
    def do(self) -> Callable[[Any, AccountRef, Wanted, Actor], Done]: ...

    @property
    def undo(self) -> Callable[[Any, AccountRef, dict[str, Any], Actor], str]: ...

    def find(self, thing_id: uuid.UUID, account: AccountRef, by: Actor) -> Thing | None:
        """Return one as this act left it, if it is still there and `by` sees it."""


def pages_by_ids(page_ids: Sequence[uuid.UUID], account_id: uuid.UUID) -> list[Page]:
    """Return those of the pages that the account has, by title. One statement."""
    query = select(Page).where(Page.account_id == account_id, Page.id.in_(page_ids))
    return list(db.session.scalars(query.order_by(Page.title, Page.id)))


def do_to_many(
    act: Doing, things: Sequence[Thing], account: AccountRef, wanted: Wanted, *, by: Actor
) -> BulkRun:
    """Do it to each and keep what became of each. Raises Problem for too many.

    One that waits for another of them (a parent below which others stand) is tried again after.
    """
    if len(things) > MOST:
        raise Problem(f"Choose at most {MOST} at once.")
    rows: dict[uuid.UUID, dict[str, Any]] = {}
    waiting, progress = list(things), True
    while waiting and progress:
        progress = False
        for thing in list(waiting):
            rows[thing.id] = _attempt(thing, partial(act.do, thing, account, wanted, by))
            if rows[thing.id]["done"]:
                waiting.remove(thing)
                progress = True
    return _keep(act.name, [rows[thing.id] for thing in things], account, by)


def undo(run: BulkRun, act: Doing, account: AccountRef, *, by: Actor) -> BulkRun:
    """Do the opposite to each that was done, each looked at again; keep what became of each.

    Raises Problem when it is too late, or undone already.
    """
    db.session.refresh(run, with_for_update=True)
    if not run.can_be_undone:
        raise Problem("This cannot be undone any more: it is too long ago, or undone already.")
    rows = []
    for row in reversed(run.done):
        thing = act.find(uuid.UUID(row["page"]), account, by)
        if thing is None:
            gone = "It is not there any more."
            rows.append(row | {"done": False, "sentence": gone, "before": {}})
        else:
            rows.append(_attempt(thing, partial(_undo, act, thing, account, row, by)))
    run.undone_at = now()
    return _keep(act.name, rows, account, by, undoes=True)


def run_by_id(
    run_id: uuid.UUID, account_id: uuid.UUID, acts: Collection[str], by: Actor
) -> BulkRun | None:
    """Return what somebody himself did at the account by one of some acts, or None."""
    return db.session.scalar(
        select(BulkRun).where(
            BulkRun.id == run_id, BulkRun.account_id == account_id, BulkRun.act.in_(acts),
            BulkRun.person_id == by.person_id,
        )
    )  # fmt: skip


def _undo(act: Doing, thing: Thing, account: AccountRef, row: dict[str, Any], by: Actor) -> Done:
    return Done(act.undo(thing, account, row["before"], by), {})


def _attempt(thing: Thing, act: Callable[[], Done]) -> dict[str, Any]:
    row = {"page": str(thing.id), "label": thing.label, "done": False, "before": {}}
    try:
        with db.session.begin_nested():
            done = act()
            db.session.flush()
    except (Denied, Problem, QuotaReached) as problem:
        return row | {"sentence": str(problem)}
    return row | {"done": True, "sentence": done.sentence, "before": done.before}


def _keep(
    act: str, rows: list[dict[str, Any]], account: AccountRef, by: Actor, *, undoes: bool = False
) -> BulkRun:
    old = delete(BulkRun).where(
        BulkRun.person_id == by.person_id, BulkRun.created_at < now() - KEPT
    )
    db.session.execute(old)
    run = BulkRun(
        tenant_id=account.tenant_id, account_id=account.id, person_id=by.person_id, act=act,
        rows=rows, undoes=undoes,
    )  # fmt: skip
    db.session.add(run)
    db.session.flush()
    return run
