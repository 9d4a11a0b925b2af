"""The whole trail as staff see it: every event of every account, without what content says."""

import uuid
from dataclasses import dataclass
from typing import Any

from portal.staff.beside import NOT_SHOWN, account_cell, account_of, load_accounts, shows_content
from portal.staff.cells import Cell
from portal.staff.filters import Choice, Filter, Options, Since, at_account, in_branch, of
from portal.staff.table import Table
from tenants.audit import AuditEvent
from tenants.events import all_events
from tenants.permissions import Permission as P

# Kinds of target whose name is no content. Whatever is not named here is taken for content.
NAMED_OPENLY = frozenset(
    {"account", "accountref", "person", "grant", "role", "site", "importrun", "loginsession",
     "console", "entry"}
)  # fmt: skip
OUTCOMES = {"done": "Done", "refused": "Refused", "failed": "Failed"}
TONES = {"done": "good", "refused": "warn", "failed": "bad"}


@dataclass(frozen=True)
class Entry:
    """An entry of the trail that was looked at, as the trail names it."""

    id: uuid.UUID
    label: str


def _events() -> Options:
    return [(name, name) for name in sorted(all_events())]


def is_shown(row: AuditEvent) -> bool:
    """Tell whether the actor may see what this event's target is called and what changed."""
    return row.target_type in NAMED_OPENLY or shows_content(account_of(row.account_id))


def sentence_of(row: AuditEvent) -> str:
    """Return what happened, the target's name left out where it is content."""
    return row.sentence if is_shown(row) else row.sentence_about(NOT_SHOWN, hiding=True)


class Trail(Table):
    """Every event, the newest first."""

    needs = (P.TRAIL_VIEW,)
    plural = "events"
    icon = "history"
    intro = "Everything anybody did, in every account. Looking at it is recorded too."
    column_list = ("at", "actor", "sentence", "account", "outcome")
    column_export_list = (
        "at", "actor", "on_behalf_of", "event", "sentence", "account", "outcome", "reason",
        "address", "request_id", "id",
    )  # fmt: skip
    column_details_list = (
        "at", "actor", "on_behalf_of", "event", "sentence", "account", "outcome", "reason",
        "target_type", "target_id", "address", "request_id", "id",
    )  # fmt: skip
    column_labels = {
        "at": "When", "actor": "Who", "sentence": "What", "on_behalf_of": "On behalf of",
        "target_type": "Kind of target", "target_id": "Target's id", "address": "Network address",
        "request_id": "Request", "id": "Id",
    }  # fmt: skip
    order = (AuditEvent.id.desc(),)
    filters = (
        Choice("event", "Event", lambda name: AuditEvent.event == name, _events),
        Filter("account", "Account", at_account(AuditEvent.account_id), "Handle"),
        Filter("branch", "Branch", in_branch(AuditEvent.account_id), "Handle: it and all below"),
        Filter("actor", "Who",
               lambda text: AuditEvent.actor_label.icontains(text, autoescape=True), "E-mail"),
        Choice("outcome", "Outcome", lambda outcome: AuditEvent.outcome == outcome,
               of(*OUTCOMES.items())),
        Since("since", "Since (UTC)", lambda moment: AuditEvent.at >= moment),
    )  # fmt: skip

    def prepare(self, rows: list[Any]) -> None:
        load_accounts(row.account_id for row in rows)

    def title_of(self, row: Any) -> str:
        return f"the entry {row.event}"

    def target_of(self, row: Any) -> Any:
        return Entry(row.id, row.event)

    def cell_at(self, row: Any) -> Cell:
        return Cell(moment=row.at, url=self.row_url(row))

    def cell_actor(self, row: Any) -> Cell:
        return Cell(row.actor_label, note=f"for {row.on_behalf_of}" if row.on_behalf_of else "")

    def cell_sentence(self, row: Any) -> str:
        return sentence_of(row)

    def cell_account(self, row: Any) -> Cell:
        return account_cell(account_of(row.account_id))

    def cell_outcome(self, row: Any) -> Cell:
        return Cell(OUTCOMES.get(row.outcome, row.outcome), tone=TONES.get(row.outcome, "muted"))

    def cell_reason(self, row: Any) -> str:
        return row.reason if is_shown(row) or not row.reason else NOT_SHOWN

    def beside(self, row: Any) -> dict[str, Any]:
        return {"changes": row.changes if is_shown(row) else {"content": [NOT_SHOWN, NOT_SHOWN]}}
