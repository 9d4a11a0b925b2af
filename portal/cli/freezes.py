"""`flask freeze`: times when nothing goes live or offline."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import click
from flask.cli import AppGroup

from portal.cli.common import account_named, acting_at, fail, show
from portal.content.freeze_setting import edge, freeze_by_id, lift
from portal.content.freeze_setting import freeze as set_freeze
from portal.content.freezing import freezes_ahead
from portal.content.problems import Problem
from portal.times import zone_names
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.decisions import Actor, Denied
from tenants.scope import across_tenants, acting_in, tenant_scope

freeze = AppGroup("freeze", help="Times when nothing goes live or offline.")
WALL = click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"])


@freeze.command("list")
@click.argument("handle")
@click.option("--json", "as_json", is_flag=True)
def list_freezes(handle: str, as_json: bool) -> None:
    """List what holds at an account now or later, from it and from all above it."""
    here = account_named(handle)
    with acting_in(tenant_scope(here.tenant_id)):
        rows = [
            {
                "id": f.id, "name": f.name, "set_at": f.account_name, "since": f.first.sentence,
                "until": f.end.sentence, "by": f.by, "reason": f.reason,
            }
            for f in freezes_ahead(here)
        ]  # fmt: skip
    show(rows, as_json)


@freeze.command("set")
@click.argument("handle")
@click.argument("name")
@click.argument("since", type=WALL)
@click.argument("until", type=WALL)
@click.option("--zone", default="", help="The clock meant; the account's by default.")
@click.option("--as", "email", required=True, help="Who sets it.")
@click.option("--reason", default="")
def set_one(
    handle: str, name: str, since: datetime, until: datetime, zone: str, email: str, reason: str
) -> None:
    """Let nothing go live or offline at an account and below, from SINCE to before UNTIL."""
    if zone and zone not in zone_names():
        fail(f"there is no time zone {zone}")
    with _changing(handle, email) as (here, by):
        clock = zone or here.zone
        span = edge(since, clock, last=False), edge(until, clock, last=True)
        row = set_freeze(here, name, *span, by=by, reason=reason)
        db.session.flush()
        click.echo(str(row.id))


@freeze.command("lift")
@click.argument("freeze_id", type=click.UUID)
@click.argument("handle")
@click.option("--as", "email", required=True, help="Who lifts it.")
@click.option("--reason", default="")
def lift_one(freeze_id: uuid.UUID, handle: str, email: str, reason: str) -> None:
    """End a freeze of an account before its time."""
    with _changing(handle, email) as (here, by):
        row = freeze_by_id(freeze_id, here.id)
        if row is None:
            fail("there is no such freeze at this account")
        lift(row, here, by=by, reason=reason)
    click.echo("lifted")


@contextmanager
def _changing(handle: str, email: str) -> Iterator[tuple[AccountRef, Actor]]:
    by, here = acting_at(email, handle)
    house = here.kind == "house"
    scope = across_tenants("the house’s freezes") if house else acting_in(
        tenant_scope(here.tenant_id)
    )  # fmt: skip
    with scope:
        try:
            yield here, by
        except (Denied, Problem) as problem:
            fail(str(problem))
        db.session.commit()


commands = [freeze]
