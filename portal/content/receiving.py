"""Where a page can go: the accounts of its tenant that somebody may bring it to."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from portal.content.content_types import BUILT_IN, definition_of
from portal.content.pages import Page
from portal.content.problems import Problem
from tenants.accounts import HANDLE, REF, Account, AccountClosure, AccountRef, row_ref
from tenants.db import db
from tenants.decisions import Actor, can
from tenants.nearest import as_tree
from tenants.permissions import Permission


def places_for(
    page: Page, here: AccountRef, most: int, *, by: Actor, search: str = "",
    chosen: Collection[str] = (),
) -> tuple[list[AccountRef], bool]:  # fmt: skip
    """Return where `by` may bring the page, at most `most`, and whether there are more.

    Open accounts of the tenant other than `here`, where he may start pages and the page's type is
    there, parents before children; of too many those nearest to the top. `search` narrows them to
    those with it in the name or handle. Those of the handles `chosen` are among them in any case.
    At most three statements.
    """
    fitting = _fitting(page, here, by)
    if fitting is None:
        return [], False
    wanted = fitting.order_by(Account.depth, Account.name, Account.id).limit(most + 1)
    if search:
        hit = [c.icontains(search, autoescape=True) for c in (Account.name, Account.handle)]
        wanted = wanted.where(or_(*hit))
    found = [row_ref(row) for row in db.session.execute(wanted)]
    cut, found = len(found) > most, found[:most]
    if handles := _handles(chosen) - {place.handle for place in found}:
        held = db.session.execute(fitting.where(Account.handle.in_(handles)))
        found += [row_ref(row) for row in held]
    return as_tree(sorted(found, key=lambda each: (each.depth, each.name, each.id))), cut


def place_for(handle: str, here: AccountRef, *, by: Actor) -> AccountRef:
    """Return the account of this handle as a page's new place. Raises Problem.

    One that `by` may not start pages in is the same as none.
    """
    handles = _handles([handle])
    if handles:
        row = db.session.execute(_open_to(by, here).where(Account.handle.in_(handles))).first()
        if row is not None and can(by, Permission.PAGE_CREATE, row_ref(row)).allowed:
            return row_ref(row)
    raise Problem(
        "There is no other account of this customer with this handle where you may start pages."
    )


def _open_to(by: Actor, here: AccountRef) -> Any:
    return select(*REF).where(
        Account.tenant_id == here.tenant_id, Account.id != here.id, Account.state == "open",
        Account.halted.is_(False), _may_start(by),
    )  # fmt: skip


def _fitting(page: Page, here: AccountRef, by: Actor) -> Any:
    """Return the accounts that can take the page as a query, or None when none can."""
    query = _open_to(by, here)
    if page.type in BUILT_IN:
        return query
    definition = definition_of(page.type, here.tenant_id)
    if definition.account_id is None or definition.deleted:
        return None
    return query.where(Account.id.in_(_below([definition.account_id])))


def _may_start(by: Actor) -> ColumnElement[bool]:
    held = [each for each in by.holdings if Permission.PAGE_CREATE in each.permissions]
    far = {each.account_id for each in held if each.reach == "subtree"}
    alone = {each.account_id for each in held if each.reach != "subtree"}
    return or_(Account.id.in_(_below(far)), Account.id.in_(alone))


def _below(tops: Collection[Any]) -> Select[Any]:
    return select(AccountClosure.descendant_id).where(AccountClosure.ancestor_id.in_(tops))


def _handles(texts: Collection[str]) -> set[str]:
    found = {text.strip().lower() for text in texts}
    return {each for each in found if HANDLE.fullmatch(each)}
