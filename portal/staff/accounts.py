"""Accounts as staff see them: the whole tree, a page of it at a time."""

from typing import Any

from flask import g, url_for
from sqlalchemy import func, select

from portal.content.pages import Page
from portal.content.sites import site_of
from portal.staff.beside import counts_by
from portal.staff.cells import Cell, Side
from portal.staff.doorway import sees_all
from portal.staff.filters import Choice, Filter, in_branch, of
from portal.staff.grants import NO_END, REACH, bearer_cell, grant_cell, grant_query
from portal.staff.table import Table
from tenants.accounts import Account, split_path
from tenants.clock import now
from tenants.db import db
from tenants.grants import Grant
from tenants.inventory import people_by_account
from tenants.permissions import Permission as P

KINDS = {"house": "House", "master": "Customer", "secondary": "Sub-account"}
CHILDREN_SHOWN = 200
GRANTS_SHOWN = 200


class Accounts(Table):
    """The tree, parents before children."""

    needs = ()
    plural = "accounts"
    icon = "folder-tree"
    intro = "Every account, below the one it belongs to."
    column_list = ("name", "kind", "handle", "people", "pages")
    column_export_list = ("name", "kind", "handle", "depth", "people", "pages", "created_at")
    column_details_list = (
        "kind", "path", "handle", "zone", "site", "people", "pages", "created_at", "id",
    )  # fmt: skip
    column_labels = {
        "name": "Account", "created_at": "Opened", "zone": "Time zone", "id": "Id",
        "path": "Below",
    }  # fmt: skip
    order = (Account.path,)
    searched = (Account.name, Account.handle)
    search_hint = "Name or handle"
    filters = (
        Choice("kind", "Kind", lambda kind: Account.kind == kind, of(*KINDS.items())),
        Filter("branch", "Branch", in_branch(Account.id), "Handle: it and all below"),
    )

    def prepare(self, rows: list[Any]) -> None:
        ids = [account.id for account in rows]
        g.console_pages = counts_by(Page.account_id, ids, Page.id)
        g.console_people = people_by_account(ids)

    def title_of(self, row: Any) -> str:
        return f"the account {row.name}"

    def cell_name(self, row: Any) -> Cell:
        return Cell(row.name, url=self.row_url(row), depth=row.depth)

    def cell_kind(self, row: Any) -> Cell:
        return Cell(
            KINDS.get(row.kind, row.kind), tone="accent" if row.kind == "house" else "muted"
        )

    def cell_people(self, row: Any) -> int:
        return int(g.console_people.get(row.id, 0))

    def cell_pages(self, row: Any) -> int:
        return int(g.console_pages.get(row.id, 0))

    def cell_site(self, row: Any) -> Cell | None:
        site = site_of(row.id)
        return Cell(site.title, url=f"/s/{row.handle}/", icon="globe") if site else None

    def cell_path(self, row: Any) -> list[Cell]:
        above = split_path(row.path)[:-1]
        found = db.session.scalars(
            select(Account).where(Account.id.in_(above)).order_by(Account.depth)
        )
        return [Cell(account.name, url=self.row_url(account)) for account in found]

    def beside(self, row: Any) -> dict[str, Any]:
        seen = sees_all(P.ACCESS_VIEW)
        return {"sides": [self._children(row), *([_grants(row)] if seen else [])]}

    def _children(self, row: Any) -> Side:
        found = db.session.scalars(
            select(Account)
            .where(Account.parent_id == row.id)
            .order_by(func.lower(Account.name), Account.id)
            .limit(CHILDREN_SHOWN)
        )
        rows = [(Cell(a.name, url=self.row_url(a)), a.handle, a.created_at) for a in found]
        more = self.list_url(branch=row.handle)
        heads = ("Account", "Handle", "Opened")
        return Side("Accounts below", heads, rows, "There is no account below this one.", more)


def _grants(account: Account) -> Side:
    found = grant_query().filter(Grant.account_id == account.id, *Grant.in_force(now()))
    rows = [
        (
            bearer_cell(grant), grant_cell(grant, grant.role.name),
            REACH.get(grant.reach), grant.since, grant.until or NO_END,
        )
        for grant in found.limit(GRANTS_SHOWN)
    ]  # fmt: skip
    more = url_for("console_grants.index_view", account=account.handle)
    heads = ("Held by", "Role", "Reach", "Since", "Until")
    return Side("Grants in force here", heads, rows, "Nobody holds a role given here.", more)
