"""Mail of what people were told: at once or once a day, to those who may still read it."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import islice

import structlog
from sqlalchemy import func, select

from portal import mail
from portal.content.notifications import Notification
from portal.times import zone
from tenants.accounts import AccountRef, account_by_id, ref
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, can
from tenants.directory import actor_for
from tenants.engines import reading
from tenants.people import Person
from tenants.permissions import Permission
from tenants.scope import across_tenants

MORNING = time(8)
PATIENCE = timedelta(seconds=30)
"""How long a mail waits for more that belongs into it."""
AT_MOST = 500
log = structlog.get_logger()


@dataclass(frozen=True)
class Waiting:
    """What one person was told and no mail told of yet."""

    person_id: uuid.UUID
    notices: str
    zone: str
    since: datetime


def mail_notifications() -> int:
    """Put the mails that are due into the outbox, of AT_MOST people at once; return how many.

    Each person's in a transaction of its own: what is told by a mail is marked in the same.
    """
    with reading(), across_tenants("looking for what people were told"):
        found = _waiting()
    due = islice((each for each in found if is_due(each, now())), AT_MOST)
    return sum(_mail(each) for each in due)


def is_due(waiting: Waiting, moment: datetime) -> bool:
    """Tell whether a person's mail leaves at an instant (UTC).

    At once, or after the first eight o'clock of his zone that followed; whoever wants none is
    settled at once.
    """
    if waiting.notices != "digest":
        return waiting.since <= moment - PATIENCE
    local = moment.astimezone(zone(waiting.zone))
    morning = datetime.combine(local.date(), MORNING, local.tzinfo)
    last = morning if morning <= local else morning - timedelta(days=1)
    return waiting.since < last


def _waiting() -> list[Waiting]:
    """Return everybody who was told something, a line each: nobody's many rows hide another's."""
    since = func.min(Notification.created_at)
    query = (
        select(Notification.person_id, Person.notices, Person.zone, since)
        .join(Person, Person.id == Notification.person_id)
        .where(Notification.mailed_at.is_(None))
        .group_by(Notification.person_id, Person.notices, Person.zone)
        .order_by(since)
    )
    return [Waiting(*row) for row in db.session.execute(query)]


def _mail(waiting: Waiting) -> bool:
    """Write one person's mail about what he may still read; the rest is let go."""
    person = actor_for(waiting.person_id)
    query = select(Notification).where(
        Notification.person_id == waiting.person_id, Notification.mailed_at.is_(None)
    )
    query = query.order_by(Notification.created_at, Notification.id).limit(AT_MOST)
    with across_tenants("somebody is mailed what he was told"):
        rows = list(db.session.scalars(query.with_for_update(skip_locked=True, of=Notification)))
        told: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for row, account in zip(rows, _accounts(rows), strict=True):
            row.mailed_at = now()
            if account is not None and row.read_at is None and _may_read(person, account):
                told[account.name].append((row.sentence, _link(row, account)))
        wanted = bool(told) and person is not None and waiting.notices != "never"
        if wanted and person is not None:
            mail.notifications(person, dict(told), digest=waiting.notices == "digest")
        db.session.commit()
    return wanted


def _may_read(person: Actor | None, account: AccountRef) -> bool:
    return person is not None and can(person, Permission.PAGE_VIEW, account).allowed


def _accounts(rows: Sequence[Notification]) -> list[AccountRef | None]:
    """Return the account of each row as it stands now."""
    found: dict[uuid.UUID, AccountRef | None] = {}
    for row in rows:
        if row.account_id not in found:
            account = account_by_id(row.account_id)
            found[row.account_id] = ref(account) if account else None
    return [found[row.account_id] for row in rows]


def _link(row: Notification, account: AccountRef) -> str:
    endpoint, values = row.place
    anchor = values.pop("_anchor", "")
    at = mail.address_of(endpoint, handle=account.handle, **values)
    return f"{at}#{anchor}" if anchor else at
