"""Grants as staff see them: who holds which role where, by whose word, until when."""

from datetime import datetime
from typing import Any

from flask import url_for
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import contains_eager

from portal.staff.beside import account_cell
from portal.staff.cells import Cell
from portal.staff.filters import Choice, Filter, Options, at_account, of
from portal.staff.table import Table
from tenants.clock import now
from tenants.db import db
from tenants.grants import Grant
from tenants.groups import Group
from tenants.people import Person
from tenants.permissions import Permission as P
from tenants.roles import Role

ROLES_SHOWN = 200
NO_END = "no end"
REACH = {"subtree": "Account and all below", "account": "This account only"}


def _in_state(state: str) -> Any:
    at = now()
    if state == "in-force":
        return and_(*Grant.in_force(at))
    if state == "to-come":
        return and_(Grant.since > at, Grant.ended_at.is_(None))
    return or_(Grant.until <= at, Grant.ended_at <= at)


def _roles() -> Options:
    roles = db.session.execute(
        select(Role.key, Role.name).order_by(Role.rank, Role.key).limit(ROLES_SHOWN)
    )
    return [(key, name) for key, name in roles]


def state_of(grant: Grant, at: datetime) -> Cell:
    """Return whether a grant counts at an instant, as a badge."""
    if grant.counts(at):
        return Cell("In force", tone="good")
    if grant.ended_at is None and grant.since > at:
        return Cell("To come", tone="accent")
    return Cell("Ended" if grant.ended_at else "Run out", tone="muted")


def grant_query(*, ordered: bool = True) -> Any:
    """Return the query of grants with their people, roles and accounts; the newest first."""
    query = (
        db.session.query(Grant)
        .outerjoin(Grant.person)
        .outerjoin(Grant.group)
        .join(Grant.role)
        .join(Grant.account)
        .options(
            contains_eager(Grant.person).defer(Person.password_hash, raiseload=True),
            contains_eager(Grant.group),
            contains_eager(Grant.role),
            contains_eager(Grant.account),
        )
    )
    return query.order_by(Grant.id.desc()) if ordered else query


def bearer_cell(grant: Grant, url: str = "") -> Cell:
    """Return who holds a grant: a person with the e-mail address, or a group."""
    note = "a group" if grant.person is None else grant.person.email
    return Cell(grant.bearer.name, url=url, note=note)


def grant_cell(grant: Grant, text: str) -> Cell:
    """Return a link to a grant's details."""
    return Cell(text, url=url_for("console_grants.details_view", id=grant.id))


class Grants(Table):
    """Every grant there is or was, the newest first."""

    needs = (P.ACCESS_VIEW,)
    plural = "grants"
    icon = "key-round"
    intro = "Who holds which role where, since when, by whose word and why."
    column_list = ("person", "role", "account", "state", "since", "until", "given_by", "because")
    column_export_list = (
        "person", "email", "role", "account", "reach", "state", "since", "until", "given_by",
        "because", "ended_at", "ended_by_label", "end_reason",
    )  # fmt: skip
    column_details_list = (
        "person", "role", "account", "reach", "state", "since", "until", "given_by", "because",
        "ended_at", "ended_by_label", "end_reason", "id",
    )  # fmt: skip
    column_labels = {
        "person": "Held by", "email": "E-mail", "given_by": "Given by", "because": "Because",
        "ended_at": "Ended",
        "ended_by_label": "Ended by", "end_reason": "Ended because", "id": "Id",
    }  # fmt: skip
    sorts = {"since": Grant.since, "until": Grant.until}
    order = (Grant.id.desc(),)
    searched = (Person.name, Person.email, Group.name)
    search_hint = "Person or group"
    filters = (
        Choice("state", "State", _in_state,
               of(("in-force", "In force"), ("ended", "Ended"), ("to-come", "To come"))),
        Choice("role", "Role", lambda key: Role.key == key, _roles),
        Filter("account", "Account", at_account(Grant.account_id), "Handle"),
    )  # fmt: skip

    def get_query(self) -> Any:
        return grant_query(ordered=False)

    def title_of(self, row: Any) -> str:
        return f"the grant of {row.role.name} to {row.bearer.label}"

    def cell_person(self, row: Any) -> Cell:
        return bearer_cell(row, self.row_url(row))

    def cell_email(self, row: Any) -> str:
        return str(row.person.email if row.person else "")

    def cell_role(self, row: Any) -> str:
        return str(row.role.name)

    def cell_account(self, row: Any) -> Cell:
        return account_cell(row.account)

    def cell_reach(self, row: Any) -> str:
        return str(REACH.get(row.reach, row.reach))

    def cell_state(self, row: Any) -> Cell:
        return state_of(row, now())

    def cell_until(self, row: Any) -> Any:
        return row.until or NO_END

    def cell_given_by(self, row: Any) -> str:
        return str(row.given_by_label or "the portal")
