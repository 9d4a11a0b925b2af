"""Having mails that were given up sent again."""

from portal.outbox import OutboxMail
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.clock import now
from tenants.decisions import Actor, authorize
from tenants.events import Event
from tenants.permissions import Permission


class NotGivenUp(Exception):
    """The mail still waits for its turn, or has left; the message says so."""


def resend(mail: OutboxMail, account: AccountRef, *, by: Actor, reason: str = "") -> None:
    """Let a mail that was given up begin anew: it is tried at once, then with the same pauses.

    Its id stays, and so its Message-ID. `account` is where the mail belongs: its tenant's top
    account, or the house for mails that belong to no tenant. Raises Denied or NotGivenUp.
    """
    authorize(by, Permission.ACCOUNT_EDIT, account)
    if mail.state != "dead":
        raise NotGivenUp("It has left." if mail.state == "sent" else "It waits for its next try.")
    record(
        Event.MAIL_RESENT, mail, by=by, reason=reason, changes={}, account_id=account.id,
        tenant_id=account.tenant_id, attempts=mail.attempts, error=mail.last_error,
    )  # fmt: skip
    mail.dead_at, mail.attempts, mail.next_try_at = None, 0, now()
