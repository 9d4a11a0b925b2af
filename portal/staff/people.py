"""People as staff see them: who they are and where they work, never how they sign in."""

import uuid
from collections import defaultdict
from typing import Any

from flask import g, url_for
from sqlalchemy import func, select
from sqlalchemy.orm import defer

from portal.identity.models import LoginSession
from portal.requests import current
from portal.staff.acts import Lead
from portal.staff.beside import account_cell
from portal.staff.cells import Cell, Side
from portal.staff.doorway import house
from portal.staff.filters import Choice, Filter, at_account, of
from portal.staff.grants import NO_END, grant_cell, grant_query, state_of
from portal.staff.table import Table
from portal.templating import Lacking, lacking
from tenants.clock import now
from tenants.db import db
from tenants.decisions import can
from tenants.grants import Grant
from tenants.inventory import borne_by, grants_borne
from tenants.people import Person
from tenants.permissions import Permission as P
from tenants.scope import current_scope

ACCOUNTS_SHOWN = 5
GRANTS_SHOWN = 200
BAR = Lead("Deactivate…", "user-x")
LET_IN = Lead("Reactivate…", "circle-check", "plain")


def _works_at(handle: str) -> Any:
    here = select(Grant.id).where(at_account(Grant.account_id)(handle), *Grant.in_force(now()))
    return here.where(borne_by(Person.id)).correlate(Person).exists()


def _active(value: str) -> Any:
    none = Person.deactivated_at
    return none.is_(None) if value == "yes" else none.is_not(None)


def _refused() -> Lacking | None:
    at = house()
    return lacking(can(current.person, P.PERSON_MANAGE, at)) if at else None


class People(Table):
    """Everybody with an identity here."""

    needs = (P.ACCESS_VIEW,)
    plural = "people"
    icon = "users"
    intro = "One identity each, whatever number of accounts they work in."
    column_list = ("name", "email", "active", "accounts")
    column_export_list = ("name", "email", "active", "accounts", "created_at")
    column_details_list = ("email", "active", "zone", "sessions", "created_at", "id")
    column_labels = {
        "email": "E-mail", "accounts": "Works in", "zone": "Time zone", "created_at": "Since",
        "sessions": "Signed in on", "id": "Id",
    }  # fmt: skip
    sorts = {"name": func.lower(Person.name), "email": Person.email}
    order = (Person.email, Person.id)
    searched = (Person.name, Person.email)
    search_hint = "Name or e-mail"
    filters = (
        Choice("active", "Active", _active, of(("yes", "Active"), ("no", "Deactivated"))),
        Filter("account", "Works in", _works_at, "Handle"),
    )

    def get_query(self) -> Any:
        query = db.session.query(Person).options(defer(Person.password_hash, raiseload=True))
        scope = current_scope()
        if scope is not None and scope.kind == "across":
            return query
        return query.filter(select(Grant.id).where(borne_by(Person.id)).correlate(Person).exists())

    def prepare(self, rows: list[Any]) -> None:
        found: dict[uuid.UUID, list[Grant]] = defaultdict(list)
        for person_id, grant in grants_borne([person.id for person in rows]):
            found[person_id].append(grant)
        g.console_grants = found

    def title_of(self, row: Any) -> str:
        return f"the person {row.email}"

    def cell_name(self, row: Any) -> Cell:
        return Cell(row.name, url=self.row_url(row))

    def cell_active(self, row: Any) -> Cell:
        return Cell("Active", tone="good") if row.active else Cell("Deactivated", tone="bad")

    def cell_accounts(self, row: Any) -> list[Cell]:
        grants = g.console_grants[row.id]
        accounts = {grant.account_id: grant.account for grant in grants}
        cells = [account_cell(account) for account in accounts.values()]
        more = len(cells) - ACCOUNTS_SHOWN
        return cells if more <= 0 else [*cells[:ACCOUNTS_SHOWN], Cell(f"and {more} more")]

    def cell_sessions(self, row: Any) -> str:
        number = db.session.scalar(
            select(func.count(LoginSession.id)).where(
                LoginSession.person_id == row.id,
                LoginSession.ended_at.is_(None),
                LoginSession.expires_at > now(),
            )
        )
        return f"{number} device{'' if number == 1 else 's'}"

    def beside(self, row: Any) -> dict[str, Any]:
        grants = grant_query().filter(borne_by(row.id)).limit(GRANTS_SHOWN)
        heads = ("Role", "Held", "Account", "State", "Since", "Until", "Given by", "Because")
        rows = [
            (
                grant_cell(grant, grant.role.name),
                f"through {grant.group.name}" if grant.group else "himself",
                account_cell(grant.account), state_of(grant, now()), grant.since,
                grant.until or NO_END,
                grant.given_by_label, grant.because,
            )
            for grant in grants
        ]  # fmt: skip
        return {"sides": [Side("Grants", heads, rows, "Holds no role and never did.")]}

    def leads(self, row: Any) -> list[tuple[Lead, str, Any]]:
        lead, view = (BAR, "barring.bar") if row.active else (LET_IN, "barring.let_in")
        return [(lead, url_for(view, person_id=row.id), _refused())]
