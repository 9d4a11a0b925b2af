"""Support sessions as staff see them: who looked in where, why, how far it went, what is owed."""

from typing import Any

from sqlalchemy import and_, or_
from sqlalchemy.orm import joinedload

from portal.staff.beside import account_cell, account_of, load_accounts
from portal.staff.cells import Cell
from portal.staff.filters import Choice, Filter, at_account, in_branch, of
from portal.staff.table import Table
from tenants.clock import now
from tenants.permissions import Permission as P
from tenants.support import SupportSession

STATES = {"open": "Open", "over": "Over", "owing": "Report missing"}
TONES = {"open": "accent", "over": "muted", "owing": "bad"}
KINDS = {"look": "Look only", "write": "Consented", "glass": "Glass broken"}


def state_of(row: SupportSession) -> str:
    """Return `open`, `owing` or `over`."""
    return "open" if row.open else "owing" if row.owes_report else "over"


def _in_state(state: str) -> Any:
    is_open = and_(*SupportSession.in_force(now()))
    owing = and_(SupportSession.broke_glass_at.is_not(None), SupportSession.reported_at.is_(None))
    return {"open": is_open, "owing": and_(owing, ~is_open), "over": ~or_(is_open, owing)}[state]


class Sessions(Table):
    """Every support session of the house's staff."""

    needs = (P.TRAIL_VIEW,)
    plural = "support sessions"
    icon = "eye"
    intro = "Who of the staff looked into which account, about which ticket, and how far it went."
    column_list = ("person", "account", "ticket", "kind", "started_at", "over_at", "state")
    column_export_list = (*column_list, "reason", "glass_reason", "reported_at")
    column_details_list = (
        "person", "account", "ticket", "reason", "kind", "state", "started_at", "over_at",
        "ended_by_label", "write_asked_at", "consented_at", "consented_by_label",
        "broke_glass_at", "glass_reason", "report", "reported_at", "id",
    )  # fmt: skip
    column_labels = {
        "person": "Who", "started_at": "Began", "over_at": "Over", "ended_by_label": "Ended by",
        "write_asked_at": "Asked to write", "consented_at": "Consent", "id": "Id",
        "consented_by_label": "Consent by", "broke_glass_at": "Glass broken",
        "glass_reason": "Glass broken for", "reported_at": "Reported",
    }  # fmt: skip
    sorts = {"started_at": SupportSession.started_at}
    order = (SupportSession.started_at.desc(), SupportSession.id.desc())
    searched = (SupportSession.ticket,)
    search_hint = "Ticket"
    filters = (
        Choice("state", "State", _in_state, of(*STATES.items())),
        Filter("account", "Account", at_account(SupportSession.account_id), "Handle"),
        Filter("branch", "Branch", in_branch(SupportSession.account_id), "Handle: it and below"),
    )

    def get_query(self) -> Any:
        return super().get_query().options(joinedload(SupportSession.person, innerjoin=True))

    def prepare(self, rows: list[Any]) -> None:
        load_accounts(row.account_id for row in rows)

    def title_of(self, row: Any) -> str:
        return str(row.label)

    def cell_person(self, row: Any) -> Cell:
        return Cell(row.person.name, url=self.row_url(row), note=row.person.email)

    def cell_account(self, row: Any) -> Cell:
        return account_cell(account_of(row.account_id))

    def cell_kind(self, row: Any) -> Cell:
        kind = row.support_at(row.over_at).kind
        return Cell(KINDS[kind], tone={"glass": "bad", "write": "warn"}.get(kind, "muted"))

    def cell_state(self, row: Any) -> Cell:
        state = state_of(row)
        return Cell(STATES[state], tone=TONES[state])
