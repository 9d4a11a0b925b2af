"""Which schedules somebody sees, and of which of them the pages' titles."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, literal, select

from portal.content.schedules import Schedule
from tenants.accounts import Account, AccountClosure, AccountRef
from tenants.decisions import Actor, can
from tenants.permissions import Permission
from tenants.reaching import Reach, reach_of, reached


@dataclass(frozen=True)
class Planned:
    """A schedule with the account it stands at; `shown` tells whether its title may be read."""

    row: Schedule
    account_name: str
    account_handle: str
    shown: bool

    @property
    def title(self) -> str:
        """Return the page's title as this viewer may read it."""
        return self.row.page_title or "(untitled)" if self.shown else "(content not shown)"


@dataclass(frozen=True)
class Sight:
    """The schedules of one account, or of it and all below it, as far as somebody may look."""

    account: AccountRef
    reach: Reach
    titles: Reach
    reads_here: bool
    below: bool = False

    @property
    def among(self) -> ColumnElement[bool]:
        """Return whether a schedule is one of them."""
        if self.below:
            return reached(Schedule, self.reach)
        return Schedule.account_id == self.account.id

    @property
    def shown(self) -> ColumnElement[bool]:
        """Return whether the viewer may read what a schedule is about."""
        return reached(Schedule, self.titles) if self.below else literal(self.reads_here)

    def query(self) -> Select[Any]:
        """Return the statement that `planned` reads; narrow it, and order it."""
        return self._columns().where(self.among)

    def query_everywhere(self) -> Select[Any]:
        """Return the statement for all below, whoever may look: needs `across_tenants`."""
        pair = AccountClosure
        below = select(pair.descendant_id).where(pair.ancestor_id == self.account.id)
        return self._columns().where(Schedule.account_id.in_(below))

    def _columns(self) -> Select[Any]:
        columns: tuple[Any, ...] = (Account.name, Account.handle, self.shown.label("shown"))
        query: Select[Any] = select(Schedule, *columns)
        return query.outerjoin(Account, Account.id == Schedule.account_id)


def sight_of(actor: Actor, account: AccountRef, *, below: bool) -> Sight:
    """Return what the actor sees of what is scheduled at an account, or also below it."""
    reach = reach_of(actor, Permission.SCHEDULE_VIEW, account, below=True)
    titles = reach_of(actor, Permission.PAGE_VIEW, account, below=True)
    reads_here = can(actor, Permission.PAGE_VIEW, account).allowed
    return Sight(account, reach, titles, reads_here, below)


def planned(rows: Any) -> list[Planned]:
    """Return the rows of a `Sight`'s statement."""
    return [
        Planned(row, name or "", handle or "", bool(shown)) for row, name, handle, shown in rows
    ]
