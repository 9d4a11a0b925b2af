"""After a backup was restored: nothing that may have happened already happens by itself again.

What was due while the lost time lasted is held until somebody decides; mails that waited in the
backup are kept back where people see them; and the installation becomes another one.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime

import structlog
from sqlalchemy import select, update

from portal import mail
from portal.content.put_back import (
    BATCH,
    hold_releases,
    hold_schedules,
    mail_nothing_again,
    tenants_with_past,
)
from portal.installation import Installation
from portal.outbox import OutboxMail, in_state
from portal.times import local_time
from tenants.audit import circumstances, record
from tenants.clock import database_now
from tenants.db import db, new_id
from tenants.decisions import SYSTEM
from tenants.directory import house
from tenants.engines import reading
from tenants.events import Event
from tenants.permissions import Permission
from tenants.questions import who_can
from tenants.scope import across_tenants, acting_in, aside, tenant_scope

KEPT_BACK = "Kept back: the portal was restored from a backup, and this may have left before."
log = structlog.get_logger()


@dataclass
class HeldBack:
    """How much was held, and when (UTC) the backup had its last sign of life of the scheduler."""

    since: datetime | None
    schedules: int = 0
    releases: int = 0
    mails: int = 0


def hold_back(only: uuid.UUID | None = None) -> HeldBack:
    """Hold whatever is due by now and keep back the mails that wait, in every tenant. Recorded.

    Nothing unless the installation is still `only`, if that is told: somebody else was quicker.
    Safe to run in several processes at once, and again after it was killed: it goes on with what
    was due when it first began. The owners of the house get one mail. Raises SQLAlchemyError.
    """
    with circumstances(request_id="restored"):
        installation_id, since, moment = _begin(only)
        held = HeldBack(since)
        if only is not None and installation_id != only:
            return held
        cause = _cause(since)
        for tenant_id in _tenants(moment):
            _tenant(tenant_id, moment, cause, held)
        held.mails = _keep_back_mails(moment)
        _end(installation_id, moment, held)
    return held


def _begin(only: uuid.UUID | None) -> tuple[uuid.UUID, datetime | None, datetime]:
    """Return the installation, its last sign of life, and until when things are held."""
    with aside(None) as session:
        row = session.scalar(select(Installation).with_for_update())
        if row is None:
            row = Installation(id=new_id(), beats=0)
            session.add(row)
        moment = row.holding_at or database_now(session)
        if only is None or row.id == only:
            row.holding_at = moment
        return row.id, row.beat_at, moment


def _cause(since: datetime | None) -> str:
    known = f" that ends {local_time(since, 'UTC')}" if since else ""
    return (
        f"The portal was restored from a backup{known}. This fell due since, and may have been "
        "carried out already. Decide what is to happen."
    )


def _tenants(moment: datetime) -> list[uuid.UUID]:
    with reading(), across_tenants("looking for what a restored backup says is due"):
        found = tenants_with_past(moment)
        db.session.rollback()
    return found


def _tenant(tenant_id: uuid.UUID, moment: datetime, cause: str, held: HeldBack) -> None:
    number = BATCH
    while number == BATCH:
        with acting_in(tenant_scope(tenant_id)):
            number = hold_schedules(moment, cause)
            db.session.commit()
        held.schedules += number
    with acting_in(tenant_scope(tenant_id)):
        held.releases += hold_releases(moment, cause)
        db.session.commit()


def _keep_back_mails(moment: datetime) -> int:
    """Give up what waits, as a mail is given up: seen in the outbox, sent again by a button."""
    with aside(None) as session:
        waiting = in_state("waiting"), OutboxMail.created_at <= moment
        ids = list(session.scalars(select(OutboxMail.id).where(*waiting).with_for_update()))
        for start in range(0, len(ids), BATCH):
            these = OutboxMail.id.in_(ids[start : start + BATCH])
            session.execute(
                update(OutboxMail).where(these).values(dead_at=moment, last_error=KEPT_BACK),
                execution_options={"synchronize_session": False},
            )
    return len(ids)


def _end(installation_id: uuid.UUID, moment: datetime, held: HeldBack) -> None:
    """Make it another installation and say so, unless somebody else has."""
    root = house()
    owners = {row.email: row.zone for row in who_can(Permission.STAFF_MANAGE, root)} if root else {}
    with across_tenants("what was restored belongs to everybody"):
        mail_nothing_again(moment)
        query = select(Installation).where(Installation.id == installation_id)
        row = db.session.scalar(query.with_for_update())
        if row is not None:
            row.restored_at, row.restored_from, row.holding_at = moment, held.since, None
            row.id, row.since, row.beats = new_id(), moment, 0
            if root is not None:
                record(
                    Event.BACKUP_RESTORED, row, by=SYSTEM, account_id=root.id,
                    tenant_id=root.tenant_id, changes={}, schedules=held.schedules,
                    releases=held.releases, mails=held.mails,
                    since=held.since.isoformat() if held.since else "",
                )  # fmt: skip
            for email, zone in sorted(owners.items()):
                mail.write(email, "restored", since=local_time(held.since, zone), held=held,
                           link=mail.address_of("console_health.show"))  # fmt: skip
        db.session.commit()
    log.warning("held what a restored backup says is due", **vars(held))
