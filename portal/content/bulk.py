"""The same act for many pages: each in a savepoint, with its own right, event and answer.

What was done is kept for a while for whoever did it, so that it can be looked at and undone.
"""

import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from portal.content.bulk_acts import ACTS, Act, Done, Wanted
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
    """What somebody did to many pages, row by row. His own, for a day; the trail has the events.

    `rows` are `{page, label, done, sentence, before}`.
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


def pages_by_ids(page_ids: Sequence[uuid.UUID], account_id: uuid.UUID) -> list[Page]:
    """Return those of the pages that the account has, by title. One statement."""
    query = select(Page).where(Page.account_id == account_id, Page.id.in_(page_ids))
    return list(db.session.scalars(query.order_by(Page.title, Page.id)))


def do_to_many(
    act: Act, pages: Sequence[Page], account: AccountRef, wanted: Wanted, *, by: Actor
) -> BulkRun:
    """Do it to each page and keep what became of each. Raises Problem for too many.

    A page that waits for another of them (a parent below which others stand) is tried again after.
    """
    if len(pages) > MOST:
        raise Problem(f"Choose at most {MOST} at once.")
    rows: dict[uuid.UUID, dict[str, Any]] = {}
    waiting, progress = list(pages), True
    while waiting and progress:
        progress = False
        for page in list(waiting):
            rows[page.id] = _attempt(page, partial(act.do, page, account, wanted, by))
            if rows[page.id]["done"]:
                waiting.remove(page)
                progress = True
    return _keep(act, [rows[page.id] for page in pages], account, by)


def undo(run: BulkRun, account: AccountRef, *, by: Actor) -> BulkRun:
    """Do the opposite to each page that was done, each looked at again; keep what became of each.

    Raises Problem when it is too late, or undone already.
    """
    db.session.refresh(run, with_for_update=True)
    if not run.can_be_undone:
        raise Problem("This cannot be undone any more: it is too long ago, or undone already.")
    act, rows = ACTS[run.act], []
    for row in reversed(run.done):
        page = act.page(uuid.UUID(row["page"]), account.id)
        if page is None:
            gone = "It is not there any more."
            rows.append(row | {"done": False, "sentence": gone, "before": {}})
        else:
            rows.append(_attempt(page, partial(_undo, act, page, account, row, by)))
    run.undone_at = now()
    return _keep(act, rows, account, by, undoes=True)


def run_by_id(run_id: uuid.UUID, account_id: uuid.UUID, by: Actor) -> BulkRun | None:
    """Return what somebody himself did at the account, or None."""
    return db.session.scalar(
        select(BulkRun).where(
            BulkRun.id == run_id, BulkRun.account_id == account_id,
            BulkRun.person_id == by.person_id,
        )
    )  # fmt: skip


def _undo(act: Act, page: Page, account: AccountRef, row: dict[str, Any], by: Actor) -> Done:
    return Done(act.undo(page, account, row["before"], by), {})


def _attempt(page: Page, act: Callable[[], Done]) -> dict[str, Any]:
    row = {"page": str(page.id), "label": page.title, "done": False, "before": {}}
    try:
        with db.session.begin_nested():
            done = act()
            db.session.flush()
    except (Denied, Problem, QuotaReached) as problem:
        return row | {"sentence": str(problem)}
    return row | {"done": True, "sentence": done.sentence, "before": done.before}


def _keep(
    act: Act, rows: list[dict[str, Any]], account: AccountRef, by: Actor, *, undoes: bool = False
) -> BulkRun:
    old = delete(BulkRun).where(
        BulkRun.person_id == by.person_id, BulkRun.created_at < now() - KEPT
    )
    db.session.execute(old)
    run = BulkRun(
        tenant_id=account.tenant_id, account_id=account.id, person_id=by.person_id, act=act.name,
        rows=rows, undoes=undoes,
    )  # fmt: skip
    db.session.add(run)
    db.session.flush()
    return run
