"""`flask support`: who of the staff looks into which account; opening and ending a session."""

import uuid

import click
from flask.cli import AppGroup

from portal.cli.common import account_named, acting_at, fail, show
from tenants.db import db
from tenants.decisions import Denied
from tenants.looks import last_look
from tenants.scope import acting_in, tenant_scope
from tenants.support import SupportSession, session_by_id, sessions_at
from tenants.supporting import CannotSupport, end_session, open_session

support = AppGroup("support", help="Support sessions: staff look into an account, in sight.")
acting = click.option("--as", "email", required=True, help="Who does it, by e-mail.")


@support.command("list")
@click.argument("handle")
@click.option("--open", "only_open", is_flag=True, help="Only those open now.")
@click.option("--json", "as_json", is_flag=True)
def list_sessions(handle: str, only_open: bool, as_json: bool) -> None:
    """List the sessions at an account and below it, the newest first."""
    here = account_named(handle)
    with acting_in(tenant_scope(here.tenant_id)):
        rows = [_line(row) for row in sessions_at(here) if row.open or not only_open]
    show(rows, as_json)


@support.command("open")
@click.argument("handle")
@acting
@click.option("--reason", required=True, help="The account's admins read it.")
@click.option("--ticket", required=True, help="What it is about.")
def open_one(handle: str, email: str, reason: str, ticket: str) -> None:
    """Let somebody of the staff look into an account for 30 minutes."""
    by, here = acting_at(email, handle)
    last = last_look(by.person_id) if by.person_id else None
    with acting_in(tenant_scope(here.tenant_id)):
        try:
            row = open_session(here, last, by=by, reason=reason, ticket=ticket)
        except (CannotSupport, Denied) as problem:
            fail(str(problem))
        db.session.commit()
        told = f"Session {row.id}: {email} looks at {here.name} until {row.expires_at.isoformat()}."
    click.echo(told)


@support.command("end")
@click.argument("handle")
@click.argument("session_id", type=click.UUID)
@acting
def end(handle: str, session_id: uuid.UUID, email: str) -> None:
    """End a session: one's own, or one at an account whose admin one is."""
    by, here = acting_at(email, handle)
    with acting_in(tenant_scope(here.tenant_id)):
        row = session_by_id(session_id, here, lock=True)
        row = row or fail(f"there is no support session {session_id} at {handle}")
        try:
            end_session(row, here, by=by)
        except (CannotSupport, Denied) as problem:
            fail(str(problem))
        db.session.commit()
    click.echo("The support session is over.")


def _line(row: SupportSession) -> dict[str, object]:
    kind = "glass" if row.broke_glass_at else "write" if row.consented_at else "look"
    return {
        "id": row.id, "person": row.person.email, "account": row.account.handle,
        "ticket": row.ticket, "kind": kind, "started_at": row.started_at, "over_at": row.over_at,
        "state": "open" if row.open else "report missing" if row.owes_report else "over",
        "reason": row.reason,
    }  # fmt: skip


commands = [support]
