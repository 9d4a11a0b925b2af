"""The life of a support session: opened, asked for more, agreed to or forced, ended, reported.

Looking needs a reason and a ticket. Writing needs the word of the account's admin, or an owner who
breaks the glass, whom everybody hears, and who owes a report before he may look anywhere again.
"""

import uuid

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tenants.accounts import Account, AccountRef
from tenants.audit import AuditEvent, record
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, authorize
from tenants.events import Event
from tenants.looks import Look
from tenants.permissions import Permission as P
from tenants.scope import aside, tenant_scope
from tenants.support import LIFE, TICKET_LENGTH, SupportSession


class CannotSupport(ValueError):
    """The session cannot be opened or changed; the message says why and what to do."""


def open_session(
    account: AccountRef, last: Look | None, *, by: Actor, reason: str, ticket: str
) -> SupportSession:
    """Let `by` look into an account and all below it for `LIFE` from now; return the session.

    `last` is his latest session (`last_look`), read just before. Raises Denied without
    `support.open`, and CannotSupport at the house, at a closed account, while he has another
    session open, while he owes a report, and without a reason or a ticket.
    """
    authorize(by, P.SUPPORT_OPEN, account)
    if by.person_id is None:
        raise CannotSupport("A support session is a person's; say who opens it.")
    _check_place(account)
    _check_free(last)
    moment = now()
    row = SupportSession(
        tenant_id=account.tenant_id, account_id=account.id, person_id=by.person_id,
        number=last.number + 1 if last else 1, reason=_said(reason, "a reason"),
        ticket=_said(ticket, "a ticket reference"), started_at=moment, expires_at=moment + LIFE,
    )  # fmt: skip
    if len(row.ticket) > TICKET_LENGTH:
        raise CannotSupport(f"A ticket reference has at most {TICKET_LENGTH} characters.")
    db.session.add(row)
    record(
        Event.SUPPORT_OPENED, row, by=by, reason=row.reason, account=account.name,
        until=f"{row.expires_at:%-d %B %Y, %H:%M} UTC",
    )  # fmt: skip
    return row


def end_session(row: SupportSession, account: AccountRef, *, by: Actor) -> None:
    """End a locked session now: its own person may, and who may consent for the account.

    Raises Denied, and CannotSupport when it is over already.
    """
    if by.person_id != row.person_id:
        authorize(by, P.SUPPORT_CONSENT, account)
    _refuse_when_over(row)
    row.ended_at = now()
    row.ended_by_label = by.label
    record(Event.SUPPORT_ENDED, row, by=by, changes={})


def ask_to_write(row: SupportSession, *, by: Actor) -> None:
    """Ask the account's admins to let this locked session write. Raises CannotSupport."""
    _refuse_others(row, by)
    _refuse_when_over(row)
    if row.write_asked_at is not None:
        raise CannotSupport("The account's admins have been asked already.")
    _refuse_when_writing(row)
    row.write_asked_at = now()
    record(Event.SUPPORT_WRITE_ASKED, row, by=by, changes={})


def consent(row: SupportSession, account: AccountRef, *, by: Actor) -> None:
    """Let a locked session write from now until it is over.

    Raises Denied without `support.consent`, and CannotSupport for one's own session, when nobody
    asked, and when it is over or may write already.
    """
    authorize(by.without_support, P.SUPPORT_CONSENT, account)
    if by.person_id is None or by.person_id == row.person_id:
        raise CannotSupport("Nobody consents to his own support session.")
    _refuse_when_over(row)
    _refuse_when_writing(row)
    if row.write_asked_at is None:
        raise CannotSupport("Support has not asked to write in this session.")
    row.consented_at = now()
    row.consented_by_id, row.consented_by_label = by.person_id, by.label
    record(Event.SUPPORT_CONSENTED, row, by=by, changes={}, person=row.person.name)


def break_glass(
    row: SupportSession, account: AccountRef, *, by: Actor, reason: str, handle: str
) -> None:
    """Let one's own locked session write without the account's word. The caller raises the alarm.

    Raises Denied without `support.break_glass`, and CannotSupport without a reason, when `handle`
    is not the account's, and when the session is over or may write already.
    """
    authorize(by.without_support, P.SUPPORT_BREAK_GLASS, account)
    _refuse_others(row, by)
    _refuse_when_over(row)
    _refuse_when_writing(row)
    if handle.strip() != account.handle:
        raise CannotSupport(f"Type the account's handle, {account.handle}, to confirm.")
    row.glass_reason = _said(reason, "a reason")
    row.broke_glass_at = now()
    record(
        Event.SUPPORT_GLASS_BROKEN, row, by=by, reason=row.glass_reason, changes={},
        account=account.name,
    )  # fmt: skip


def write_report(row: SupportSession, *, by: Actor, text: str) -> None:
    """Tell what was done behind the broken glass, after the locked session; once, for good.

    Raises CannotSupport when there is nothing to report, not yet, or not by `by`.
    """
    _refuse_others(row, by)
    if not row.owes_report:
        raise CannotSupport("This session owes no report.")
    if row.open:
        raise CannotSupport("The report tells of the whole session: end it first.")
    row.report = _said(text, "what was done")
    row.reported_at = now()
    record(Event.SUPPORT_REPORTED, row, by=by, changes={}, reason=row.report)


def note_look(page: str, account: AccountRef, *, by: Actor) -> None:
    """Record, in a transaction of its own, that `by` looked at a page during his support session.

    Once for each address and session: the event's id is made of the two. `by` comes from
    `Actor.at(account)` and has a session that covers it; the main session holds nothing unsaved.
    """
    session = by.support
    if session is None:
        raise CannotSupport("There is no support session open.")
    key = _look_id(session.grant_id, page)
    told = db.session.scalar(select(AuditEvent.id).where(AuditEvent.id == key))
    db.session.close()  # one connection at a time
    if told is not None:
        return
    try:
        with aside(tenant_scope(account.tenant_id)) as beside:
            query = select(SupportSession).where(SupportSession.id == session.grant_id)
            row = beside.scalars(query).one()
            event = record(
                Event.SUPPORT_LOOKED, row, by=by, session=beside, changes={}, page=page,
                account_id=account.id, tenant_id=account.tenant_id,
            )  # fmt: skip
            event.id = key
    except IntegrityError:
        return  # Told of at the same moment by another tab.


def _look_id(session_id: uuid.UUID, page: str) -> uuid.UUID:
    """Return a UUIDv7 as old as the session, the same for the same page."""
    low = (1 << 76) - 1  # what follows a UUIDv7's time and version
    return uuid.UUID(int=session_id.int & ~low | uuid.uuid5(session_id, page).int & low)


def _check_place(account: AccountRef) -> None:
    if account.kind == "house":
        raise CannotSupport("The house needs no support session; open one in an account.")
    closed = select(Account.id).where(Account.id.in_(account.path), Account.state == "closed")
    if account.state == "closed" or db.session.scalars(closed).first():
        raise CannotSupport(f"{account.name} is closed; nobody looks into it any more.")


def _check_free(last: Look | None) -> None:
    if last is not None and last.open:
        raise CannotSupport(
            f"You have a support session at {last.account.name} open. End it first: one at a time."
        )
    if last is not None and last.owes_report:
        raise CannotSupport(
            f"You broke the glass at {last.account.name} and owe the report. Write it first."
        )


def _said(text: str, what: str) -> str:
    if not text.strip():
        raise CannotSupport(f"Give {what}.")
    return text.strip()


def _refuse_others(row: SupportSession, by: Actor) -> None:
    if by.person_id is None or by.person_id != row.person_id:
        raise CannotSupport("This is somebody else's support session.")


def _refuse_when_over(row: SupportSession) -> None:
    if not row.open:
        raise CannotSupport("This support session is over.")


def _refuse_when_writing(row: SupportSession) -> None:
    if row.support_at(now()).kind != "look":
        raise CannotSupport("This session may write already.")
