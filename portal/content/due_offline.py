"""Plain schedules that take pages offline, carried out by the thousand.

Plain is one of a live page that no other's publication waits for, and at whose address no redirect
stands. What is left of them goes to `due_alone`, which comes to the same end.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, update

from portal.content.due_alone import due_told, reason_of, request_id_of
from portal.content.due_plain import led_from, tied_pages
from portal.content.due_writes import END, MOMENT, change_each, on_behalf_of
from portal.content.pages import Page
from portal.content.sites import Redirect
from portal.content.terms import PageTerm
from tenants.among import Ids, among
from tenants.clock import database_now
from tenants.db import db
from tenants.events import Event
from tenants.telling import Telling, record_each

_TAKE = (
    update(Page)
    .where(among(Page.id, "ids"))
    .values(live_revision_id=None, address=None, unpublished_at=MOMENT)
)
_UNFILE = delete(PageTerm).where(among(PageTerm.page_id, "ids"))


def leaving(
    rows: Sequence[Any], plain: Sequence[Any], done: Collection[int], moment: datetime
) -> list[Any]:
    """Return those of the plain rows that can go offline together. At most five statements.

    `rows` are all that were claimed, in their order; `done` those that go live, by their ids'
    integers. What follows another publication of its account waits for that one: it may want the
    address, and is to find it taken.
    """
    wanted = {row.schedule_id.int for row in plain if row.what == "unpublish"}
    if not wanted:
        return []
    waiting: set[int] = set()
    found = []
    for row in rows:
        if row.what == "publish" and row.schedule_id.int not in done:
            waiting.add(row.account_id.int)
        elif row.schedule_id.int in wanted and row.account_id.int not in waiting:
            found.append(row)
    if not found:
        return []
    tied = tied_pages(Ids(row.page_id for row in found), moment)
    led = led_from([(row.account_id.int, row.address) for row in found if row.address is not None])
    return [
        row for row in found
        if row.page_id.int not in tied and (row.account_id.int, row.address) not in led
    ]  # fmt: skip


def take_offline(rows: Sequence[Any]) -> None:
    """Take the pages of claimed schedules offline. Five statements, and those that insert."""
    if not rows:
        return
    moment = database_now(db.session())
    asked = {
        "ids": Ids(row.page_id for row in rows), "moment": moment,
        "schedules": Ids(row.schedule_id for row in rows),
    }  # fmt: skip
    told_by = record_each(_tellings(rows, moment))
    change_each((_TAKE, END), asked, len(rows), told_by)
    options = {"told_by": told_by, "synchronize_session": False}
    db.session.execute(_UNFILE, asked, execution_options=options)
    db.session.add_all(
        Redirect(account_id=row.account_id, address=row.address, page_id=row.page_id)
        for row in rows
        if row.address is not None
    )


def _tellings(rows: Sequence[Any], moment: datetime) -> list[Telling]:
    carried_out = moment.isoformat()
    return [
        Telling(
            Event.PAGE_UNPUBLISHED, "page", row.page_id, row.shown_as, row.account_id,
            on_behalf_of(row.approver_label), request_id_of(row.schedule_id), reason_of(row),
            {"address": [row.address, None], **due_told(row, carried_out)},
            {"address": row.address},
        )
        for row in rows
    ]  # fmt: skip
