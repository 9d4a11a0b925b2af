"""Mails as staff see them: to whom, how it went, and sending again. Never what they say."""

from typing import Any

from sqlalchemy import select

from portal.outbox import OutboxMail, in_state
from portal.resending import NotGivenUp, resend
from portal.staff.acts import Act
from portal.staff.beside import NOT_SHOWN, account_cell, account_of, load_accounts, shows_content
from portal.staff.cells import Cell
from portal.staff.doorway import house, sees_all
from portal.staff.filters import Choice, Filter, of
from portal.staff.table import Table
from tenants.accounts import Account, AccountRef
from tenants.permissions import Permission as P

WORDS = {"waiting": "Waiting", "sent": "Sent", "dead": "Given up"}
TONES = {"waiting": "accent", "sent": "good", "dead": "bad"}


def _owner(row: Any) -> Any:
    """Return the account a mail belongs to: its tenant's, or the house for nobody's."""
    at = house()
    return row.tenant_id or (at.id if at else None)


def _resend(row: Any, account: AccountRef, *, by: Any, reason: str) -> None:
    resend(row, account, by=by, reason=reason)


RESEND = Act(
    key="resend", label="Send again", permission=P.ACCOUNT_EDIT, do=_resend,
    intro="Each is tried at once, and then with growing pauses as at first.",
    problems=(NotGivenUp,), unfit="It was not given up: it waits for its turn, or has left.",
    fits=lambda row: row.state == "dead", at=_owner, icon="mail", tone="plain",
)  # fmt: skip


class Outbox(Table):
    """Every mail the portal wrote. What it says is never shown: its links may open doors."""

    list_template = "admin/outbox.html"
    needs = (P.ACCESS_VIEW,)
    plural = "mails"
    icon = "mail"
    intro = "What waits, has left, or was given up after its last try. Nobody sees the text here."
    acts = (RESEND,)
    column_list = ("recipient", "account", "state", "attempts", "next_try_at", "error")
    column_export_list = (*column_list, "subject", "created_at", "sent_at", "dead_at", "id")
    column_details_list = (
        "recipient", "account", "subject", "state", "attempts", "next_try_at", "error",
        "order_key", "created_at", "sent_at", "dead_at", "id",
    )  # fmt: skip
    column_labels = {
        "recipient": "To", "next_try_at": "Next try", "error": "Last error", "order_key": "Order",
        "created_at": "Written", "sent_at": "Left", "dead_at": "Given up", "attempts": "Tries",
        "id": "Id (Message-ID)",
    }  # fmt: skip
    sorts = {"created_at": OutboxMail.created_at}
    order = (OutboxMail.id.desc(),)
    searched = (OutboxMail.recipient,)
    search_hint = "Address"
    filters = (
        Choice("state", "State", in_state, of(*WORDS.items())),
        Filter(
            "account", "Account",
            lambda handle: OutboxMail.tenant_id
            == select(Account.tenant_id).where(Account.handle == handle).scalar_subquery(),
            "Handle",
        ),
    )  # fmt: skip

    def get_query(self) -> Any:
        query = super().get_query()
        if sees_all(P.CONSOLE_VIEW, *self.needs):
            return query
        at = house()
        return query.filter(OutboxMail.tenant_id == (at.tenant_id if at else None))

    def prepare(self, rows: list[Any]) -> None:
        load_accounts(key for key in map(_owner, rows) if key)

    def title_of(self, row: Any) -> str:
        return str(row.label)

    def cell_recipient(self, row: Any) -> Cell:
        return Cell(row.recipient, url=self.row_url(row))

    def cell_account(self, row: Any) -> Cell:
        return (
            account_cell(account_of(row.tenant_id)) if row.tenant_id else Cell("The portal's own")
        )

    def cell_subject(self, row: Any) -> str:
        shown = row.tenant_id and shows_content(account_of(row.tenant_id))
        return str(row.subject) if shown else NOT_SHOWN

    def cell_state(self, row: Any) -> Cell:
        return Cell(WORDS[row.state], tone=TONES[row.state])

    def cell_next_try_at(self, row: Any) -> Any:
        return row.next_try_at if row.state == "waiting" else None

    def cell_error(self, row: Any) -> str:
        return str(row.last_error)
