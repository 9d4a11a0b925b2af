"""`flask trail`: how long trails are kept, and holds."""

import click
from flask.cli import AppGroup

from portal.cli.common import account_named, acting_person, fail, show
from tenants.db import db
from tenants.decisions import Denied
from tenants.retention import CannotKeep, end_hold, hold_by_id, holds, kept_at, set_days, start_hold
from tenants.scope import acting_in, tenant_scope

trail = AppGroup("trail", help="How long the trail is kept, and holds that keep it.")
acting_as = click.option("--as", "email", required=True, help="Who does it.")
because = click.option("--because", "reason", required=True, help="Stands in the trail.")


@trail.command("show")
@click.argument("handle")
@click.option("--json", "as_json", is_flag=True)
def show_rules(handle: str, as_json: bool) -> None:
    """Show how long HANDLE keeps its trail, and the holds there and below."""
    here = account_named(handle)
    with acting_in(tenant_scope(here.tenant_id)):
        kept = kept_at(here)
        days = f"{kept.days} days" if kept.days else "for ever"
        source = "set here" if kept.own else kept.source or "nothing is set"
        rows = [{"what": "kept", "name": days, "since": "", "note": source, "id": ""}]
        rows += [
            {
                "what": "hold", "name": hold.name, "since": f"{hold.started_at:%Y-%m-%d}",
                "note": f"ended {hold.ended_at:%Y-%m-%d}" if hold.ended_at else "on",
                "id": str(hold.id),
            }
            for hold in holds(here)
        ]  # fmt: skip
    show(rows, as_json)


@trail.command("keep")
@click.argument("handle")
@click.argument("days")
@acting_as
@because
def keep(handle: str, days: str, email: str, reason: str) -> None:
    """Keep HANDLE's events for DAYS days; `inherit` keeps them as long as what is above says."""
    by, here = acting_person(email), account_named(handle)
    if days != "inherit" and not (days.isdecimal() and len(days) < 7):
        fail("give a number of days, or inherit")
    with acting_in(tenant_scope(here.tenant_id)):
        try:
            set_days(here, None if days == "inherit" else int(days), by=by, reason=reason)
        except (Denied, CannotKeep) as problem:
            fail(str(problem))
        db.session.commit()


@trail.command("hold")
@click.argument("handle")
@click.argument("name")
@acting_as
@because
def hold(handle: str, name: str, email: str, reason: str) -> None:
    """Start the hold NAME at HANDLE: nothing of its tenant's trail is purged while it is on."""
    by, here = acting_person(email), account_named(handle)
    with acting_in(tenant_scope(here.tenant_id)):
        try:
            row = start_hold(here, name, reason, by=by)
        except Denied as problem:
            fail(str(problem))
        db.session.commit()
        click.echo(str(row.id))


@trail.command("release")
@click.argument("handle")
@click.argument("hold_id", type=click.UUID)
@acting_as
@because
def release(handle: str, hold_id: object, email: str, reason: str) -> None:
    """End a hold of HANDLE by its id."""
    by, here = acting_person(email), account_named(handle)
    with acting_in(tenant_scope(here.tenant_id)):
        row = hold_by_id(hold_id, here)  # type: ignore[arg-type]  # click.UUID gives a UUID
        if row is None:
            fail("there is no such hold at this account")
        try:
            end_hold(row, here, by=by, reason=reason)
        except (Denied, CannotKeep) as problem:
            fail(str(problem))
        db.session.commit()


commands = [trail]
