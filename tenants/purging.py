"""Purging: taking away the sealed beginning of a chain that no rule keeps any longer.

Only whole beginnings go, up to a signed checkpoint, and a signed record takes their place, from
which verifying goes on. It runs as the owner of the tables: whoever serves the web can neither
delete an event nor write such a record (docs/decisions/0008-purging.md).
"""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from tenants.accounts import Account, AccountClosure, ref
from tenants.audit import AuditEvent, record
from tenants.clock import now
from tenants.decisions import SYSTEM
from tenants.events import Event
from tenants.retention import TrailHold, TrailRetention
from tenants.seals import AuditCheckpoint, AuditPurge, AuditSeal, purge_signature, signature_of

AT_MOST = 20_000


class CannotPurge(RuntimeError):
    """Nothing was purged, and the message says what stands in the way."""


@dataclass(frozen=True)
class Cut:
    """A beginning that may go: up to which position, with which link, and by which moment."""

    position: int
    previous: int
    link: str
    until: datetime

    @property
    def count(self) -> int:
        """Return how many events would go."""
        return self.position - self.previous


def find_cut(session: Session, tenant_id: uuid.UUID, key: bytes, most: int = AT_MOST) -> Cut | None:
    """Return what may go now, about `most` events, or None. For a session in the tenant's scope.

    Locks what may be purged against whoever changes it. The last batch always stays: sealing goes
    on from it. Raises CannotPurge when a hold is on, or the checkpoint to cut at is not ours.
    """
    session.execute(select(Account.id).where(Account.id == tenant_id).with_for_update())
    rules = {row.account_id: row.days for row in session.scalars(select(TrailRetention))}
    days = rules.get(tenant_id)
    if days is None:
        return None
    hold = session.scalar(select(TrailHold.name).where(TrailHold.ended_at.is_(None)).limit(1))
    if hold is not None:
        raise CannotPurge(f"The hold “{hold}” keeps the trail.")
    start = session.scalar(select(func.max(AuditPurge.position))) or 0
    longer = {each: more for each, more in rules.items() if more is not None and more > days}
    kept = [_first_kept(session, days)]
    kept += [_first_kept(session, more, account) for account, more in longer.items()]
    first = min((place for place in kept if place is not None), default=None)
    checkpoint = _checkpoint_before(session, start, first, most)
    if checkpoint is None:
        return None
    _check_ours(checkpoint, key)
    until = now() - timedelta(days=days)
    return Cut(checkpoint.position, start, checkpoint.link, until)


def purge(session: Session, tenant_id: uuid.UUID, cut: Cut, key: bytes) -> AuditPurge:
    """Take a beginning away and leave its record and an event. For the session that found the cut.

    The caller commits. The database refuses it to everybody but the tables' owner.
    """
    account = session.scalar(select(Account).where(Account.id == tenant_id))
    if account is None:
        raise LookupError("The account is gone.")
    row = AuditPurge(
        tenant_id=tenant_id, account_id=tenant_id, position=cut.position, previous=cut.previous,
        link=cut.link, until=cut.until, at=now(),
    )  # fmt: skip
    row.signature = purge_signature(key, row)
    session.add(row)
    record(
        Event.TRAIL_PURGED, ref(account), by=SYSTEM, session=session, account_id=tenant_id,
        tenant_id=tenant_id, changes={}, reason="by rule", count=cut.count,
        until=cut.until.isoformat(), position=cut.position, link=cut.link,
    )  # fmt: skip
    session.flush()
    _say_purging(session)
    gone = select(AuditSeal.id).where(AuditSeal.position <= cut.position)
    for statement in (
        delete(AuditEvent).where(AuditEvent.id.in_(gone)),
        delete(AuditCheckpoint).where(AuditCheckpoint.position <= cut.position),
        delete(AuditSeal).where(AuditSeal.position <= cut.position),
    ):
        session.execute(statement, execution_options={"synchronize_session": False})
    return row


def _say_purging(session: Session) -> None:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.set_config("portal.purging", "yes", True)))


def _first_kept(session: Session, days: int, account: uuid.UUID | None = None) -> int | None:
    """Return the first position whose event is younger than `days`, of one account's subtree."""
    query = (
        select(func.min(AuditSeal.position))
        .join(AuditEvent, AuditEvent.id == AuditSeal.id)
        .where(AuditEvent.at >= now() - timedelta(days=days))
    )
    if account is not None:
        below = select(AccountClosure.descendant_id).where(AccountClosure.ancestor_id == account)
        query = query.where(AuditEvent.account_id.in_(below))
    return session.scalar(query)


def _checkpoint_before(
    session: Session, start: int, first_kept: int | None, most: int
) -> AuditCheckpoint | None:
    """Return the checkpoint to cut at: after `start`, before what is kept, never the last."""
    last = select(func.max(AuditCheckpoint.position)).scalar_subquery()
    query = select(AuditCheckpoint).where(
        AuditCheckpoint.position > start, AuditCheckpoint.position < last
    )
    if first_kept is not None:
        query = query.where(AuditCheckpoint.position < first_kept)
    near = query.where(AuditCheckpoint.position <= start + most)
    found = session.scalar(near.order_by(AuditCheckpoint.position.desc()).limit(1))
    return found or session.scalar(query.order_by(AuditCheckpoint.position).limit(1))


def _check_ours(checkpoint: AuditCheckpoint, key: bytes) -> None:
    """Raise CannotPurge unless the chain up to here was signed by us: a purge must hide nothing."""
    wanted = signature_of(
        key, checkpoint.tenant_id, checkpoint.position, checkpoint.link, checkpoint.at,
        checkpoint.previous,
    )  # fmt: skip
    if wanted != checkpoint.signature:
        raise CannotPurge("The checkpoint to cut at is not ours; run `flask audit verify`.")
