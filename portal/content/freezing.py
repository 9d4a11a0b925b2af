"""What freezes forbid: asked at an account, for it and from all above it.

What is set above holds below; an account can only add. Whoever is held by a freeze of an account he
does not see still reads its name: nobody could act on a refusal without it.
"""

import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from portal.content.freezes import Freeze
from portal.content.moments import Moment, moment_at
from portal.content.problems import BadTime, Problem
from tenants.accounts import Account, AccountClosure, AccountRef
from tenants.clock import database_now, now
from tenants.db import db
from tenants.prepared import by_key
from tenants.reaching import Reach, reached
from tenants.scope import tenant_at_large

_trying_out: ContextVar[bool] = ContextVar("trying_out", default=False)


@dataclass(frozen=True)
class FreezeRef:
    """A freeze as it is told; outlives the session that loaded it. `since` and `until` are UTC."""

    id: uuid.UUID
    account_id: uuid.UUID
    account_name: str
    name: str
    since: datetime
    until: datetime
    zone: str
    reason: str = ""
    by: str = ""

    @property
    def first(self) -> Moment:
        """Return the first moment of it."""
        return moment_at(self.since, self.zone)

    @property
    def end(self) -> Moment:
        """Return the first moment after it, on the clock it was asked in."""
        return moment_at(self.until, self.zone)

    @property
    def sentence(self) -> str:
        """Return what it forbids, until when and who set it."""
        return (
            f"“{self.name}”, a freeze of {self.account_name}, lets nothing go live or offline "
            f"until {self.end.sentence}."
        )


class Frozen(Problem):
    """A freeze forbids it now. `freeze` is the one that ends last."""

    def __init__(self, freeze: FreezeRef) -> None:
        super().__init__(
            f"{freeze.sentence} Schedule it for afterwards, or have the freeze lifted."
        )
        self.freeze = freeze


def freezes_ahead(account: AccountRef, since: datetime | None = None) -> list[FreezeRef]:
    """Return what holds at an account at an instant (UTC, now) or later, the first to begin first.

    From the account and from all above it. One statement.
    """
    return _standing(account.path, since or database_now(db.session()))


def freezes_between(
    account: AccountRef, since: datetime, until: datetime, also: Reach | None = None
) -> list[FreezeRef]:
    """Return what holds at an account at any time from `since` to before `until`. One statement.

    With `also`, what holds in the accounts of that reach too, by itself or from above.
    """
    wanted: ColumnElement[bool] = Freeze.account_id.in_(account.path)
    if also is not None:
        wanted = or_(wanted, reached(Freeze, also))
    return _read(_columns().where(wanted, Freeze.until > since, Freeze.since < until))


def freeze_at(account: AccountRef, moment: datetime) -> FreezeRef | None:
    """Return the freeze that an instant (UTC) falls into at an account, the last to end, or None.

    One statement.
    """
    covering = [f for f in _standing(account.path, moment) if f.since <= moment]
    return max(covering, key=lambda f: f.until, default=None)


def refuse_frozen_moment(account: AccountRef, moment: Moment) -> None:
    """Raise BadTime when something cannot happen then, with the first moment after as a choice."""
    ahead = _standing(account.path, moment.at)
    covering = [f for f in ahead if f.since <= moment.at]
    if not covering:
        return
    last = max(covering, key=lambda f: f.until)
    free = moment_at(first_free(ahead, moment.at), moment.zone)
    raise BadTime(f"{last.sentence} Choose a time after it.", (free,))


def refuse_frozen(account: AccountRef) -> None:
    """Raise Frozen when nothing may go live or offline at an account now.

    One statement where no freeze is near, by this process's clock; the database's decides.
    """
    if _trying_out.get():
        return
    near = _standing(account.path, now() - timedelta(days=1))
    moment = database_now(db.session()) if near else now()
    covering = [f for f in near if f.since <= moment < f.until]
    if covering:
        raise Frozen(max(covering, key=lambda f: f.until))


@contextmanager
def trying_out() -> Iterator[None]:
    """Let freezes of this moment forbid nothing: what is tried out goes at another, if at all.

    Whoever uses it rolls back what was done, and asks for the freezes of the moment that counts.
    """
    token = _trying_out.set(True)
    try:
        yield
    finally:
        _trying_out.reset(token)


def frozen_now(account_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, FreezeRef]:
    """Return, for those of the accounts that are frozen now, the freeze that ends last.

    By the database's clock. At most two statements, however many accounts; needs a scope that
    reaches them.
    """
    return frozen_at_instant(account_ids, database_now(db.session())) if account_ids else {}


def frozen_at_instant(
    account_ids: Collection[uuid.UUID], moment: datetime
) -> dict[uuid.UUID, FreezeRef]:
    """Return, for those of the accounts that are frozen at an instant (UTC), the last freeze."""
    pair = AccountClosure
    query = _columns().add_columns(pair.descendant_id.label("below"))
    query = query.join(pair, pair.ancestor_id == Freeze.account_id).where(
        pair.descendant_id.in_(account_ids), Freeze.since <= moment, Freeze.until > moment
    )
    with tenant_at_large():
        rows = db.session.execute(query.order_by(Freeze.until)).all()
    return {row.below: _ref(row) for row in rows}


def first_free(freezes: Iterable[FreezeRef], moment: datetime) -> datetime:
    """Return the first instant at or after `moment` (UTC) that none of the freezes covers."""
    for each in sorted(freezes, key=lambda f: f.since):
        if each.since <= moment < each.until:
            moment = each.until
    return moment


def _standing(path: Sequence[uuid.UUID], moment: datetime) -> list[FreezeRef]:
    return _read(by_key(_of(path).where(Freeze.until > moment)))


def _of(path: Sequence[uuid.UUID]) -> Select[Any]:
    return _columns().where(Freeze.account_id.in_(path))


def _columns() -> Select[Any]:
    columns: tuple[Any, ...] = (
        Freeze.id, Freeze.account_id, Account.name.label("account_name"), Freeze.name,
        Freeze.since, Freeze.until, Freeze.zone, Freeze.reason, Freeze.made_by_label.label("by"),
    )  # fmt: skip
    query: Select[Any] = select(*columns)
    query = query.outerjoin(Account, Account.id == Freeze.account_id)
    return query.where(Freeze.lifted_at.is_(None))


def _read(query: Select[Any]) -> list[FreezeRef]:
    with tenant_at_large():
        return [_ref(row) for row in db.session.execute(query.order_by(Freeze.since)).all()]


def _ref(row: Any) -> FreezeRef:
    return FreezeRef(
        row.id, row.account_id, row.account_name or "the house", row.name, row.since, row.until,
        row.zone, row.reason, row.by,
    )  # fmt: skip
