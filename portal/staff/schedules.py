"""Schedules as staff see them: what is due where and how it went, without what it says."""

from typing import Any

from portal.content.schedules import STATES as SCHEDULE_STATES
from portal.content.schedules import Schedule
from portal.staff.beside import NOT_SHOWN, account_cell, account_of, load_accounts, shows_content
from portal.staff.cells import Cell
from portal.staff.filters import Choice, Filter, at_account, in_branch, of
from portal.staff.table import Table
from portal.times import local_time
from tenants.permissions import Permission as P

TONES = {"pending": "accent", "held": "warn", "failed": "bad", "done": "good"}
STATES = {state: state.capitalize() for state in SCHEDULE_STATES}


class Schedules(Table):
    """What was, is and will be scheduled. Titles are content: shown to those who may read there."""

    needs = (P.SCHEDULE_VIEW,)
    plural = "schedules"
    icon = "calendar-clock"
    intro = "What is due where, in the zone it was asked for, and how late it was carried out."
    column_list = ("title", "account", "what", "due_at", "state", "delay", "cause")
    column_export_list = (*column_list, "zone", "approver_label", "done_at", "moves")
    column_details_list = (
        "title", "account", "what", "due_at", "due_here", "state", "delay", "cause", "done_at",
        "approver_label", "moves", "created_at", "id",
    )  # fmt: skip
    column_labels = {
        "title": "Page", "what": "What", "due_at": "Due", "due_here": "Due, UTC",
        "done_at": "Carried out", "approver_label": "Approved by", "moves": "Times moved",
        "created_at": "Scheduled", "id": "Id", "zone": "Time zone",
    }  # fmt: skip
    sorts = {"due_at": Schedule.due_at}
    order = (Schedule.due_at.desc(), Schedule.id.desc())
    filters = (
        Choice("state", "State", lambda state: Schedule.state == state, of(*STATES.items())),
        Filter("account", "Account", at_account(Schedule.account_id), "Handle"),
        Filter("branch", "Branch", in_branch(Schedule.account_id), "Handle: it and all below"),
    )

    def prepare(self, rows: list[Any]) -> None:
        load_accounts(row.account_id for row in rows)

    def title_of(self, row: Any) -> str:
        return f"the schedule due {local_time(row.due_at, row.zone)}"

    def cell_title(self, row: Any) -> Cell:
        shown = shows_content(account_of(row.account_id))
        return Cell((row.page_title or "Untitled") if shown else NOT_SHOWN, url=self.row_url(row))

    def cell_account(self, row: Any) -> Cell:
        return account_cell(account_of(row.account_id))

    def cell_what(self, row: Any) -> str:
        return str(row.what).capitalize()

    def cell_due_at(self, row: Any) -> Cell:
        return Cell(moment=row.due_at, zone=row.zone)

    def cell_due_here(self, row: Any) -> Cell:
        return Cell(moment=row.due_at, zone="UTC")

    def cell_state(self, row: Any) -> Cell:
        return Cell(STATES.get(row.state, row.state), tone=TONES.get(row.state, "muted"))

    def cell_delay(self, row: Any) -> str:
        delay = row.delay_ms
        if delay is None:
            return ""
        return f"{delay} ms" if delay < 10_000 else f"{delay / 1000:.0f} s"
