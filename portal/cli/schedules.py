"""`flask schedule`: what is to happen, and calling it off."""

import uuid

import click
from flask.cli import AppGroup
from sqlalchemy import select

from portal.cli.common import account_named, acting_at, fail, show
from portal.content.desk import schedules_of
from portal.content.problems import Problem
from portal.content.running import run_now
from portal.content.schedules import STATES, Schedule
from portal.content.scheduling import cancel, schedule_by_id
from portal.times import local_time
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.decisions import Actor, Denied
from tenants.scope import acting_in, tenant_scope

schedule = AppGroup("schedule", help="What is to happen to pages later.")


@schedule.command("list")
@click.argument("handle")
@click.option("--state", type=click.Choice(STATES), default="pending", show_default=True)
@click.option("--json", "as_json", is_flag=True)
def list_schedules(handle: str, state: str, as_json: bool) -> None:
    """List an account's schedules, fifty at most."""
    here = account_named(handle)
    with acting_in(tenant_scope(here.tenant_id)):
        rows = [
            {
                "id": row.id, "what": row.what, "page": row.page_title, "state": row.state,
                "due": local_time(row.due_at, row.zone), "by": row.approver_label,
                "cause": row.cause,
            }
            for row in schedules_of(here.id, state).rows
        ]  # fmt: skip
    show(rows, as_json)


@schedule.command("cancel")
@click.argument("schedule_id", type=click.UUID)
@click.argument("handle")
@click.option("--as", "email", required=True, help="Who cancels it.")
@click.option("--reason", default="")
def cancel_schedule(schedule_id: uuid.UUID, handle: str, email: str, reason: str) -> None:
    """Cancel a schedule that waits or is held."""
    by, here = acting_at(email, handle)
    with acting_in(tenant_scope(here.tenant_id)):
        row = schedule_by_id(schedule_id, here.id)
        if row is None:
            fail("there is no such schedule at this account")
        try:
            cancel(row, here, by=by, reason=reason)
        except (Denied, Problem) as problem:
            fail(str(problem))
        db.session.commit()
    click.echo("cancelled")


@schedule.command("run")
@click.argument("schedule_id", type=click.UUID)
@click.argument("handle")
@click.option("--as", "email", required=True, help="On whose right it happens.")
@click.option("--reason", default="")
def run_schedule(schedule_id: uuid.UUID, handle: str, email: str, reason: str) -> None:
    """Carry out now what waits, is held or failed, whatever its time."""
    by, here = acting_at(email, handle)
    with acting_in(tenant_scope(here.tenant_id)):
        row = schedule_by_id(schedule_id, here.id)
        if row is None:
            fail("there is no such schedule at this account")
        try:
            run_now(row, here, by=by, reason=reason)
        except (Denied, Problem) as problem:
            fail(str(problem))
        db.session.commit()
    click.echo("done")


@schedule.command("run-held")
@click.argument("handle")
@click.option("--as", "email", required=True, help="On whose right it happens.")
@click.option("--reason", default="")
def run_held(handle: str, email: str, reason: str) -> None:
    """Carry out now whatever is held at an account, the longest due first.

    Each by itself: what cannot be is told, and stays held.
    """
    by, here = acting_at(email, handle)
    with acting_in(tenant_scope(here.tenant_id)):
        query = select(Schedule.id).where(Schedule.account_id == here.id, Schedule.state == "held")
        ids = list(db.session.scalars(query.order_by(Schedule.due_at, Schedule.id)))
    done = sum(_run_one(schedule_id, here, by, reason) for schedule_id in ids)
    click.echo(f"{done} of {len(ids)} done")


def _run_one(schedule_id: uuid.UUID, here: AccountRef, by: Actor, reason: str) -> bool:
    with acting_in(tenant_scope(here.tenant_id)):
        row = schedule_by_id(schedule_id, here.id)
        try:
            if row is not None:
                run_now(row, here, by=by, reason=reason)
                db.session.commit()
        except (Denied, Problem) as problem:
            click.echo(f"{row.label if row else schedule_id}: {problem}", err=True)
            return False
    return row is not None


commands = [schedule]
