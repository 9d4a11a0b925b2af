"""What is scheduled into a freeze: shown beforehand, and moved by nobody but a person."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from portal.content.planned import Planned, Sight, planned
from portal.content.releases import Release, ReleaseItem
from portal.content.schedules import Schedule, is_pending
from tenants.accounts import Account, AccountClosure
from tenants.db import db
from tenants.reaching import reached

SHOWN, COUNTED = 25, 1000


@dataclass(frozen=True)
class Together:
    """A release that is due inside; `name` is empty for who may not read it."""

    release: Release
    name: str
    account_handle: str


@dataclass(frozen=True)
class Inside:
    """The first of them, and how many there are: counted up to 1,000. `releases` likewise."""

    first: list[Planned]
    number: int
    releases: list[Together]

    @property
    def more(self) -> int:
        """Return how many are not among the first."""
        return self.number - len(self.first)


def inside(sight: Sight, since: datetime, until: datetime, *, everywhere: bool = False) -> Inside:
    """Return what waits at an account and below for a time from `since` to before `until` (UTC).

    Three statements. `everywhere` is for the house, across all tenants.
    """
    within = is_pending(Schedule), Schedule.due_at >= since, Schedule.due_at < until
    query = (sight.query_everywhere() if everywhere else sight.query()).where(*within)
    ordered = query.order_by(Schedule.due_at, Schedule.id).limit(SHOWN)
    first = planned(db.session.execute(ordered).all())
    counted = query.with_only_columns(Schedule.id).limit(COUNTED).subquery()
    number = db.session.scalar(select(func.count()).select_from(counted)) or 0
    return Inside(first, number, _releases(sight, since, until))


def _releases(sight: Sight, since: datetime, until: datetime) -> list[Together]:
    """Return those of the releases in the scope that hold a page of the account or of one below."""
    pair = AccountClosure
    below = select(pair.descendant_id).where(pair.ancestor_id == sight.account.id)
    touched = select(ReleaseItem.release_id).where(ReleaseItem.account_id.in_(below))
    query = (
        select(Release, Account.handle, reached(Release, sight.titles))
        .join(Account, Account.id == Release.account_id)
        .where(
            is_pending(Release), Release.due_at >= since, Release.due_at < until,
            Release.id.in_(touched),
        )
    )  # fmt: skip
    rows = db.session.execute(query.order_by(Release.due_at, Release.id).limit(COUNTED)).all()
    return [Together(row, row.name if shown else "", handle) for row, handle, shown in rows]
