"""From where a page of the trail is read: one walk for a master, one for each of a few accounts.

The events of a small account are rare in its tenant's order, and a walk along that would pass
millions of others; so the newest of each account are taken from its own index and merged. Beyond
FEW accounts the database chooses: their events are then seldom far apart.
"""

import uuid
from typing import Any

from sqlalchemy import Select, select, tuple_, union_all
from sqlalchemy.orm import aliased

from portal.content.paging import parse_key
from portal.content.trail_conditions import exact
from portal.content.trail_filters import TrailQuery
from tenants.accounts import Account, AccountClosure, AccountRef
from tenants.audit import AuditEvent
from tenants.db import db
from tenants.scope import LISTED

FEW = 24
ORDER = (AuditEvent.at.desc(), AuditEvent.id.desc())
_OF_ACCOUNT: Any = aliased(AuditEvent, name=LISTED)
"""Without this SQLite walks the tenant's events for a small account's, past all others."""


class Places:
    """The accounts a filter is about, and the statements that read their events in order."""

    def __init__(self, here: AccountRef, asked: TrailQuery) -> None:
        """Find the accounts: one statement, none for a master's whole trail."""
        self.asked = asked
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
        found = list(db.session.scalars(self.among.limit(FEW + 1)))
        self.few = found if len(found) <= FEW else None

    def among_them(self) -> Any:
        """Return the accounts as a condition takes them: by id when they are few."""
        return self.among if self.few is None else self.few

    def window(self, size: int) -> int:
        """Return how many rows a look at `size` rows in all may take from each account."""
        return max(size // len(self.few), 1) if self.few else size

    def newest(self, before: str | None, limit: int) -> Select[Any]:
        """Return a statement of the `limit` newest events that fit, from a key on."""
        if not self.few:
            query = self._fitting(select(AuditEvent), before)
            if self.among is not None:
                query = query.where(AuditEvent.account_id.in_(self.among_them()))
            return query.order_by(*ORDER).limit(limit)
        parts = []
        for account_id in self.few:
            part = self._fitting(select(_OF_ACCOUNT.id), before, _OF_ACCOUNT)
            part = part.where(_OF_ACCOUNT.account_id == account_id)
            part = part.order_by(_OF_ACCOUNT.at.desc(), _OF_ACCOUNT.id.desc()).limit(limit)
            parts.append(select(part.subquery().c.id))
        merged = union_all(*parts).subquery()
        query = select(AuditEvent).join(merged, merged.c.id == AuditEvent.id)
        return query.order_by(*ORDER).limit(limit)

    def _fitting(
        self, query: Select[Any], before: str | None, event: Any = AuditEvent
    ) -> Select[Any]:
        query = query.where(*exact(self.asked, event))
        if not before:
            return query
        return query.where(tuple_(event.at, event.id) < tuple_(*parse_key(before)))
