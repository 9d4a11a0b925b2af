"""Setting freezes and lifting them."""

import uuid
from datetime import datetime, timedelta

from sqlalchemy import select

from portal.content.freezes import NAME_LENGTH, Freeze
from portal.content.freezing import freezes_ahead
from portal.content.moments import Moment, beside_gap, instants, moment_at
from portal.content.problems import BadTime, Problem
from tenants.accounts import AccountRef, take_turn
from tenants.audit import record
from tenants.clock import database_now
from tenants.db import db
from tenants.decisions import Actor, authorize
from tenants.events import Event
from tenants.permissions import Permission

LONGEST = timedelta(days=366)
MOST = 50
SHOWN = 200


def freeze(
    account: AccountRef, name: str, since: Moment, until: Moment, *, by: Actor, reason: str = ""
) -> Freeze:
    """Let nothing go live or offline at an account and below in a span of time. Recorded.

    The house's need `across_tenants`. Raises Denied, BadTime, and Problem for a bad name, too many,
    or one that is set already.
    """
    authorize(by, Permission.FREEZE_MANAGE, account)
    name = " ".join(name.split())
    if not name or len(name) > NAME_LENGTH:
        raise Problem(f"Give the freeze a name of at most {NAME_LENGTH} characters.")
    refuse_bad_span(since.at, until.at)
    take_turn(account)
    own = [f for f in freezes_ahead(account) if f.account_id == account.id]
    if any((f.name, f.since, f.until) == (name, since.at, until.at) for f in own):
        raise Problem("Just this freeze is set already.")
    if len(own) >= MOST:
        raise Problem(f"{account.name} has {MOST} freezes that are not over. Lift one first.")
    row = Freeze(
        tenant_id=None if account.kind == "house" else account.tenant_id, account_id=account.id,
        name=name, since=since.at, until=until.at, zone=since.zone, reason=reason,
        made_by_label=by.label,
    )  # fmt: skip
    db.session.add(row)
    record(
        Event.FREEZE_SET, row, by=by, reason=reason, tenant_id=account.tenant_id,
        account=account.name, since=since.sentence, until=until.sentence,
    )  # fmt: skip
    return row


def lift(row: Freeze, account: AccountRef, *, by: Actor, reason: str = "") -> None:
    """End a freeze of the account now, or before it begins. Recorded.

    What it held back stays held until a person says when it is to happen. Raises Denied and
    Problem.
    """
    authorize(by, Permission.FREEZE_MANAGE, account)
    db.session.refresh(row, with_for_update={"of": Freeze})
    moment = database_now(db.session())
    if row.lifted_at is not None or row.until <= moment:
        raise Problem("This freeze is over already.")
    row.lifted_at, row.lifted_by_label = moment, by.label
    record(
        Event.FREEZE_LIFTED, row, by=by, reason=reason, tenant_id=account.tenant_id,
        account=account.name, since=moment_at(row.since, row.zone).sentence,
        until=moment_at(row.until, row.zone).sentence,
    )  # fmt: skip


def freeze_by_id(freeze_id: uuid.UUID, account_id: uuid.UUID) -> Freeze | None:
    """Return the account's own freeze with this id if it is inside the scope, else None."""
    return db.session.scalar(
        select(Freeze).where(Freeze.id == freeze_id, Freeze.account_id == account_id)
    )


def own_freezes(account: AccountRef) -> list[Freeze]:
    """Return all that were ever set at an account itself, the last to end first, at most 200."""
    query = select(Freeze).where(Freeze.account_id == account.id)
    return list(db.session.scalars(query.order_by(Freeze.until.desc(), Freeze.id).limit(SHOWN)))


def edge(wall: datetime, zone: str, *, last: bool) -> Moment:
    """Return the instant meant by one end of a freeze: where clocks leave it open, the longer span.

    Raises BadTime for years that cannot be.
    """
    if not 1970 <= wall.year <= 2200:
        raise BadTime("Choose a time between the years 1970 and 2200.")
    found = instants(wall, zone) or beside_gap(wall, zone)
    return moment_at(found[-1] if last else found[0], zone)


def refuse_bad_span(since: datetime, until: datetime) -> None:
    """Raise BadTime when no freeze can last from `since` to before `until` (UTC)."""
    if until <= since:
        raise BadTime("A freeze ends after it begins. Choose a later end.")
    if until <= database_now(db.session()):
        raise BadTime("This is over already. Choose a later end.")
    if until - since > LONGEST:
        raise BadTime("A freeze lasts a year at most. Choose an earlier end.")
