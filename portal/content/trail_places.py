"""From where a page of the trail is read: one walk for a master, one for each of a few accounts.

The events of a small account are rare in its tenant's order, and a walk along that would pass
millions of others; so the newest of each account are taken from its own index and merged. Beyond
FEW accounts a page is looked for among the tenant's newest events, and then in the accounts that
have the newest ones (`tenants.newest`); with a filter the database chooses. PostgreSQL is asked for
"the newest of each of these": to plan one walk for each account takes it longer than all the walks.
"""

import uuid
from collections.abc import Iterable
from functools import cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    CompoundSelect,
    Select,
    Uuid,
    bindparam,
    column,
    func,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from portal.content.paging import parse_key
from portal.content.trail_conditions import exact
from portal.content.trail_filters import TrailQuery
from tenants.accounts import Account, AccountClosure, AccountRef
from tenants.audit import AuditEvent
from tenants.db import db
from tenants.newest import FEW as MOST
from tenants.newest import of_accounts
from tenants.prepared import cut
from tenants.reaching import Reach
from tenants.scope import LISTED
from tenants.walking import Rows, near

FEW = 24
SHORT = 100
"""Longer parts, as an export reads, are not put together of what each of up to MOST has."""
EVENTS = Rows(AuditEvent, AuditEvent.at)
ROOMS = (1, 2, 4, 8, 16, FEW)
"""For how many accounts there are statements; those that are too many stand for no account."""
NOWHERE = uuid.UUID(int=0)
ORDER = (AuditEvent.at.desc(), AuditEvent.id.desc())
_OF_ACCOUNT: Any = aliased(AuditEvent, name=LISTED)
"""Without this SQLite walks the tenant's events for a small account's, past all others."""
_PLACE = (_OF_ACCOUNT.id, _OF_ACCOUNT.at)


def _merged(fitting: Select[Any], account_ids: Iterable[Any], limit: int) -> Select[Any]:
    """Return the statement of the newest of what fits: a walk for each account, merged."""
    parts = []
    for account_id in account_ids:
        part = fitting.where(_OF_ACCOUNT.account_id == account_id)
        part = part.order_by(_OF_ACCOUNT.at.desc(), _OF_ACCOUNT.id.desc()).limit(limit)
        newest = part.subquery().c
        parts.append(select(newest.id, newest.at))
    return _newest_of(union_all(*parts), limit)


def _of_each(fitting: Select[Any], few: BindParameter[Any], limit: int) -> Select[Any]:
    """Return the same for a database that knows LATERAL, with the accounts in one value."""
    places = func.unnest(few).table_valued(column("id", Uuid())).render_derived(name="places")
    walk = fitting.where(_OF_ACCOUNT.account_id == places.c.id)
    walk = walk.order_by(_OF_ACCOUNT.at.desc(), _OF_ACCOUNT.id.desc())
    each = cut(walk, limit).lateral("each")
    found = select(each.c.id, each.c.at).select_from(places.join(each, true()))
    return _newest_of(found, limit)


def _newest_of(places: Select[Any] | CompoundSelect[Any], limit: int) -> Select[Any]:
    """Return the statement of the newest of these places (id, at): no others are read whole."""
    merged = places.subquery()
    first = cut(select(merged.c.id).order_by(merged.c.at.desc(), merged.c.id.desc()), limit)
    return select(AuditEvent).where(AuditEvent.id.in_(first)).order_by(*ORDER)


@cache
def _all_merged(room: int, limit: int) -> Select[Any]:
    """Return the statement of everything at up to `room` accounts, made once."""
    places = [bindparam(name, type_=Uuid()) for name in _names(room)]
    return _merged(select(*_PLACE), places, limit)


@cache
def _all_of_each(limit: int) -> Select[Any]:
    return _of_each(select(*_PLACE), bindparam("few", type_=ARRAY(Uuid())), limit)


@cache
def _some_below(most: int) -> Any:
    top = AccountClosure.ancestor_id == bindparam("of_account", type_=Uuid())
    return cut(select(AccountClosure.descendant_id).where(top), most)


def _knows_lateral() -> bool:
    return db.session.get_bind().dialect.name == "postgresql"


def _names(room: int) -> list[str]:
    return [f"at_{number}" for number in range(room)]


class Places:
    """The accounts a filter is about, and the statements that read their events in order."""

    def __init__(self, here: AccountRef, asked: TrailQuery) -> None:
        """Find the accounts: one statement, none for a master's whole trail."""
        self.asked = asked
        self.reach = Reach(here.tenant_id, (here.id,))
        self.among: Select[Any] | None = None
        self.few: list[uuid.UUID] | None = None
        handles = [term.value for term in asked.of("account")]
        if here.id == here.tenant_id and not handles:
            return
        below = select(AccountClosure.descendant_id).where(AccountClosure.ancestor_id == here.id)
        self.among = below
        if handles:
            named = select(Account.id).where(Account.handle.in_(handles))
            self.among = below.where(AccountClosure.descendant_id.in_(named))
        some = self.among.limit(FEW + 1) if handles else _some_below(FEW + 1)
        found = list(db.session.scalars(some, {"of_account": here.id}))
        self.few = found if len(found) <= FEW else None

    def among_them(self) -> Any:
        """Return the accounts as a condition takes them: by id when they are few."""
        return self.among if self.few is None else self.few

    def window(self, size: int) -> int:
        """Return how many rows a look at `size` rows in all may take from each account."""
        return max(size // len(self.few), 1) if self.few else size

    def rows(self, before: str | None, limit: int) -> list[AuditEvent]:
        """Return the `limit` newest events that fit, from a key on.

        One statement; up to three for many accounts with little of their tenant's newest events.
        """
        if self.among is not None and self.few is None and not self.asked.terms:
            return self._rows_of_many(before, limit)
        if not self.few or before or self.asked.terms:
            return list(db.session.scalars(self.newest(before, limit)))
        if _knows_lateral():
            return list(db.session.scalars(_all_of_each(limit), {"few": self.few}))
        room = next(n for n in ROOMS if len(self.few) <= n)
        ids = [*self.few, *[NOWHERE] * (room - len(self.few))]
        asked = dict(zip(_names(room), ids, strict=True))
        return list(db.session.scalars(_all_merged(room, limit), asked))

    def _rows_of_many(self, before: str | None, limit: int) -> list[AuditEvent]:
        key = parse_key(before) if before else None
        found, further = near(EVENTS, self.reach, key, limit, MOST + 1)
        if not further:
            return found
        each = limit <= SHORT and further <= MOST
        query = of_accounts(EVENTS, self.reach, key, limit) if each else self.newest(before, limit)
        return list(db.session.scalars(query))

    def newest(self, before: str | None, limit: int) -> Select[Any]:
        """Return a statement of the `limit` newest events that fit, from a key on."""
        if not self.few:
            query = self._fitting(select(AuditEvent), before)
            if self.among is not None:
                query = query.where(AuditEvent.account_id.in_(self.among_them()))
            return query.order_by(*ORDER).limit(limit)
        fitting = self._fitting(select(*_PLACE), before, _OF_ACCOUNT)
        if _knows_lateral():
            return _of_each(fitting, bindparam("few", self.few, type_=ARRAY(Uuid())), limit)
        return _merged(fitting, self.few, limit)

    def _fitting(
        self, query: Select[Any], before: str | None, event: Any = AuditEvent
    ) -> Select[Any]:
        query = query.where(*exact(self.asked, event))
        if not before:
            return query
        return query.where(tuple_(event.at, event.id) < tuple_(*parse_key(before)))
