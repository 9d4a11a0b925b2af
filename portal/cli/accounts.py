"""`flask account`: the tree."""

from collections.abc import Callable
from typing import Any

import click
from flask.cli import AppGroup

from portal.cli.common import account_named, acting_at, acting_person, fail, show
from portal.content.sites import open_site
from portal.previews import Preview, preview
from portal.times import zone_names
from tenants.accents import BadAccent
from tenants.accounts import AccountRef, BadHandle, ref
from tenants.audit import record
from tenants.changing import change_account
from tenants.closing import ask_close, undo_close
from tenants.db import db
from tenants.decisions import SYSTEM, Actor, Denied
from tenants.delegation import CannotDelegate
from tenants.directory import house
from tenants.events import Event
from tenants.moving import move
from tenants.nearest import accounts_within_reach
from tenants.opening import HandleTaken, open_account, open_house
from tenants.people import BadEmail, Person, normal_email, person_by_email
from tenants.quotas import QuotaReached
from tenants.scope import across_tenants, acting_in, tenant_scope
from tenants.suspending import reactivate, suspend
from tenants.tree import CannotChange

NAME_LENGTH = 200
AS = click.option("--as", "email", required=True, help="Who does it.")
LOOK = click.option("--dry-run", is_flag=True, help="Only tell who would gain or lose what.")
account = AppGroup("account", help="The account tree.")


@account.command("list")
@click.option("--as", "email", required=True, help="Whose view of the tree.")
@click.option("--json", "as_json", is_flag=True)
def list_accounts(email: str, as_json: bool) -> None:
    """List the accounts a person works in."""
    found = accounts_within_reach(acting_person(email), 10_000)
    rows = [
        {"handle": a.handle, "name": a.name, "kind": a.kind, "depth": a.depth, "state": a.state}
        for a in found
    ]
    show(rows, as_json)


@account.command("house")
@click.argument("handle")
@click.argument("name")
@click.option("--owner", required=True, help="E-mail of the first owner.")
@click.option("--owner-name", default="", help="The owner's name, if nobody has the e-mail yet.")
def make_house(handle: str, name: str, owner: str, owner_name: str) -> None:
    """Open the house, once, with its first owner. Set his password with `person password`."""
    if house() is not None:
        fail("there is a house already")
    with across_tenants("opening the house"):
        try:
            person = person_by_email(owner) or _first_person(owner, owner_name)
            row = open_house(handle, name, person, by=SYSTEM)
        except (BadHandle, BadEmail) as problem:
            fail(str(problem))
        record(Event.PERSON_ADDED, person, by=SYSTEM, account_id=row.id, tenant_id=row.id)
        open_site(ref(row), name, by=SYSTEM)
        db.session.commit()
    click.echo(f"opened the house {handle}")


def _first_person(email: str, name: str) -> Person:
    wanted = normal_email(email)
    person = Person(email=wanted, name=name or wanted.partition("@")[0])
    db.session.add(person)
    db.session.flush()
    return person


@account.command("open")
@click.argument("handle")
@click.argument("name")
@click.option("--below", required=True, help="Handle of the parent account.")
@click.option("--admin", help="E-mail of the first account admin; a master needs one.")
@click.option("--as", "email", required=True, help="Who opens it.")
@click.option("--zone", default="UTC", show_default=True, help="IANA time zone.")
def open_below(
    handle: str, name: str, below: str, admin: str | None, email: str, zone: str
) -> None:
    """Open a master below the house, or a secondary below any other account."""
    by, parent = acting_at(email, below)
    if parent.kind == "house" and not admin:
        fail("name the first account admin of a master: --admin")
    with across_tenants("opening an account"):
        person = admin and (person_by_email(admin) or fail(f"nobody has the e-mail {admin}"))
        try:
            row = open_account(parent, handle, name, by=by, admin=person or None, zone=zone)
        except (
            BadHandle, HandleTaken, Denied, CannotDelegate, CannotChange, QuotaReached,
        ) as problem:  # fmt: skip
            fail(str(problem))
        open_site(ref(row), name, by=by)
        db.session.commit()
    click.echo(f"opened {row.kind} {handle}")


@account.command("change")
@click.argument("handle")
@click.option("--name", help="What it is called from now on.")
@click.option("--zone", help="IANA time zone.")
@click.option("--accent", help="Accent colour like #3350c4; empty for none.")
@AS
def change_one(
    handle: str, name: str | None, zone: str | None, accent: str | None, email: str
) -> None:
    """Rename an account, set its time zone or its accent colour."""
    by, here = acting_at(email, handle)
    if zone is not None and zone not in zone_names():
        fail(f"there is no time zone {zone}")
    if name is not None and not 0 < len(name.strip()) <= NAME_LENGTH:
        fail(f"a name has 1 to {NAME_LENGTH} characters")
    with acting_in(tenant_scope(here.tenant_id)):
        try:
            change_account(
                here, by=by, name=(name or here.name).strip(), zone=zone or here.zone, accent=accent
            )
        except (BadAccent, Denied) as problem:
            fail(str(problem))
        db.session.commit()
    click.echo("done")


@account.command("suspend")
@click.argument("handle")
@click.option("--reason", required=True, help="Shown to the account's admins.")
@AS
@LOOK
def suspend_one(handle: str, reason: str, email: str, dry_run: bool) -> None:
    """Suspend an account and all below it. Decided at the parent."""
    here = account_named(handle)
    _change(here, lambda by: suspend(here, by=by, reason=reason), email, dry_run)


@account.command("reactivate")
@click.argument("handle")
@click.option("--reason", default="")
@AS
@LOOK
def reactivate_one(handle: str, reason: str, email: str, dry_run: bool) -> None:
    """Let a suspended account go on."""
    here = account_named(handle)
    _change(here, lambda by: reactivate(here, by=by, reason=reason), email, dry_run)


@account.command("move")
@click.argument("handle")
@click.option("--below", required=True, help="Handle of the new parent.")
@click.option("--reason", default="")
@AS
@LOOK
def move_one(handle: str, below: str, reason: str, email: str, dry_run: bool) -> None:
    """Put an account and all below it under another parent of the same tenant."""
    here, to = account_named(handle), account_named(below)
    _change(here, lambda by: move(here, to, by=by, reason=reason), email, dry_run)


@account.command("close")
@click.argument("handle")
@click.option("--reason", required=True, help="Stands in the certificate.")
@click.option("--typed", required=True, help="The handle once more.")
@AS
@LOOK
def close_one(handle: str, reason: str, typed: str, email: str, dry_run: bool) -> None:
    """Close an account and all below it: erased after 30 days unless taken back."""
    here = account_named(handle)
    if typed != handle:
        fail(f"type {handle} once more to close it: --typed {handle}")
    _change(here, lambda by: ask_close(here, by=by, reason=reason), email, dry_run)


@account.command("keep")
@click.argument("handle")
@click.option("--reason", default="")
@AS
@LOOK
def keep_one(handle: str, reason: str, email: str, dry_run: bool) -> None:
    """Take the closing of an account back."""
    here = account_named(handle)
    _change(here, lambda by: undo_close(here, by=by, reason=reason), email, dry_run)


def _change(here: AccountRef, change: Callable[[Actor], object], email: str, dry_run: bool) -> None:
    """Make a change and commit it, or with `dry_run` only tell who would gain or lose what."""
    by = acting_person(email).at(here)
    try:
        if dry_run:
            show(_rows(preview(lambda: change(by), here, to=by)), as_json=False)
            return
        with across_tenants("the tree of accounts is changed"):
            change(by)
            db.session.commit()
    except (Denied, CannotChange) as problem:
        fail(str(problem))
    click.echo("done")


def _rows(told: Preview) -> list[dict[str, Any]]:
    rows = [
        {
            "person": e.email, "account": e.account.handle, "where": e.where,
            "gains": " ".join(e.gained) or "-", "loses": " ".join(e.lost) or "-",
        }
        for e in told.lines
    ]  # fmt: skip
    hidden = {"account": "", "where": "", "gains": "", "loses": ""}
    return [*rows, {"person": f"{told.unnamed} more", **hidden}] if told.unnamed else rows


commands = [account]
