"""What stands beside rows: their accounts, and whether their content may be shown."""

import uuid
from collections.abc import Iterable
from typing import Any

from flask import g, url_for
from sqlalchemy import func, select

from portal.requests import current
from portal.staff.cells import Cell
from tenants.accounts import Account, ref
from tenants.db import db
from tenants.decisions import can
from tenants.permissions import Permission as P

NOT_SHOWN = "(content not shown)"
COUNT_LIMIT = 1000


def load_accounts(ids: Iterable[uuid.UUID]) -> None:
    """Load these accounts for `account_cell` and `shows_content`, in one statement."""
    known = _known()
    wanted = set(ids) - known.keys()
    if wanted:
        found = db.session.scalars(select(Account).where(Account.id.in_(wanted)))
        known.update({account.id: account for account in found})


def remember_accounts(accounts: Iterable[Account]) -> None:
    """Keep accounts that came with their rows for `account_of`, without asking for them again."""
    _known().update({account.id: account for account in accounts})


def _known() -> dict[uuid.UUID, Account]:
    if "console_accounts" not in g:
        g.console_accounts = {}
    known: dict[uuid.UUID, Account] = g.console_accounts
    return known


def account_of(account_id: uuid.UUID) -> Account | None:
    """Return an account that `load_accounts` found."""
    return _known().get(account_id)


def account_cell(account: Account | None) -> Cell:
    """Return an account as a link to its details."""
    if account is None:
        return Cell("—")
    url = url_for("console_accounts.details_view", id=account.id)
    return Cell(account.name, url=url, note=account.handle)


def shows_content(account: Account | None) -> bool:
    """Tell whether the actor may read drafts there; titles are content. Decided once an account."""
    if account is None:
        return False
    if "console_shows" not in g:
        g.console_shows = {}
    decided: dict[uuid.UUID, bool] = g.console_shows
    if account.id not in decided:
        actor = current.person.without_support  # a session is for looking in the account itself
        decided[account.id] = can(actor, P.PAGE_VIEW, ref(account)).allowed
    return decided[account.id]


def count(query: Any) -> str:
    """Return how many rows `query` (of ids) gives, without counting far: `1000+` beyond that."""
    found = db.session.scalars(query.limit(COUNT_LIMIT + 1)).all()
    return f"{COUNT_LIMIT}+" if len(found) > COUNT_LIMIT else str(len(found))


def counts_by(column: Any, ids: list[uuid.UUID], what: Any, *conditions: Any) -> dict[Any, int]:
    """Return how many of `what` there are for each of `ids` in `column`, in one statement."""
    if not ids:
        return {}
    query = select(column, func.count(what)).where(column.in_(ids), *conditions).group_by(column)
    return {key: int(number) for key, number in db.session.execute(query)}
