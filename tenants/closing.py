"""Closing an account: asked for, taken back within the days of grace, carried out after them."""

from datetime import datetime, timedelta

from sqlalchemy import select

from tenants.accounts import Account, AccountRef, AccountState, State
from tenants.audit import AuditEvent, record
from tenants.certificates import ClosingCertificate, certificate_of
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor
from tenants.events import Event
from tenants.grants import grants_at
from tenants.permissions import Permission
from tenants.tree import CannotChange, claim, set_state, state_of

GRACE = timedelta(days=30)


def ask_close(account: AccountRef, *, by: Actor, reason: str) -> datetime:
    """Begin to close an account and record it; return when it will be erased (UTC).

    Until then it is halted like a suspended one, with all below it, and the closing can be taken
    back. Decided at the parent. Raises Denied, and CannotChange without a reason or when it is
    closing already.
    """
    row, _ = claim(account, Permission.ACCOUNT_CLOSE, by=by)
    if not reason.strip():
        raise CannotChange("Say why: the reason stands in the certificate.")
    if row.state == "closing":
        raise CannotChange(f"{row.name} is being closed already.")
    after = now() + GRACE
    set_state(
        row, "closing", Event.ACCOUNT_CLOSE_ASKED, by=by, reason=reason,
        erased_after=f"{after:%-d %B %Y, %H:%M} UTC",
    )  # fmt: skip
    return after


def undo_close(account: AccountRef, *, by: Actor, reason: str = "") -> None:
    """Take a closing back and record it: the account has the state it had before.

    Raises Denied, and CannotChange when it is not closing or its erasing has begun.
    """
    row, _ = claim(account, Permission.ACCOUNT_CLOSE, by=by)
    if row.state != "closing":
        raise CannotChange(f"{row.name} is not being closed.")
    if certificate_of(row.id) is not None:
        raise CannotChange(f"The erasing of {row.name} has begun; it cannot be taken back.")
    set_state(row, _before(row), Event.ACCOUNT_CLOSE_UNDONE, by=by, reason=reason)


def _before(row: Account) -> State:
    """Return the state an account had before it was closing."""
    query = select(AccountState.state).where(
        AccountState.account_id == row.id, AccountState.ended_at.is_not(None)
    )
    found = db.session.scalar(query.order_by(AccountState.ended_at.desc(), AccountState.id.desc()))
    return "suspended" if found == "suspended" else "open"


def certificate_for(row: Account) -> ClosingCertificate | None:
    """Return the certificate that the erasing of a closing account writes, new if need be.

    None while the days of grace are not over, and when it is no longer closing.
    """
    asked = state_of(row.id)
    if asked is None or asked.state != "closing" or asked.since + GRACE > now():
        return None
    certificate = certificate_of(row.id)
    if certificate is None:
        certificate = ClosingCertificate(
            tenant_id=row.tenant_id, account_id=row.id, asked_at=asked.since,
            asked_by_label=asked.by_label, reason=asked.reason, begun_at=now(),
        )  # fmt: skip
        db.session.add(certificate)
    return certificate


def shut(
    row: Account, certificate: ClosingCertificate, counts: dict[str, int], *, by: Actor
) -> AuditEvent:
    """Make an account closed for good, end its grants and note it in the certificate.

    Returns the event, which tells of all rows that the caller erases. Nobody is asked: that was
    done when the closing was asked for.
    """
    for grant in grants_at((row.id,), now()):
        grant.ended_at, grant.ended_by_label = now(), by.label
        grant.end_reason = f"{row.name} was closed."
        record(
            Event.GRANT_ENDED, grant, by=by, reason=grant.end_reason,
            person=grant.bearer.label, role=grant.role.name,
        )  # fmt: skip
    certificate.add({"handle": row.handle, "name": row.name, "id": str(row.id)}, counts)
    return set_state(
        row, "closed", Event.ACCOUNT_ERASED, by=by, reason=certificate.reason, counts=counts
    )


def certify(row: Account, certificate: ClosingCertificate, *, by: Actor) -> None:
    """Finish a certificate, and put its digest into the trail."""
    certificate.finished_at = now()
    certificate.digest = certificate.sealed()
    record(Event.ACCOUNT_CERTIFIED, row, by=by, digest=certificate.digest)
