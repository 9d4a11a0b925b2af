"""`flask account`: the tree."""

import click
from flask.cli import AppGroup

from portal.cli.common import acting_at, acting_person, fail, show
from portal.content.sites import open_site
from tenants.accounts import BadHandle, ref
from tenants.audit import record
from tenants.db import db
from tenants.decisions import SYSTEM, Denied
from tenants.directory import accounts_within_reach, house
from tenants.events import Event
from tenants.opening import HandleTaken, open_account, open_house
from tenants.people import BadEmail, Person, normal_email, person_by_email
from tenants.scope import across_tenants

account = AppGroup("account", help="The account tree.")


@account.command("list")
@click.option("--as", "email", required=True, help="Whose view of the tree.")
@click.option("--json", "as_json", is_flag=True)
def list_accounts(email: str, as_json: bool) -> None:
    """List the accounts a person works in."""
    found = accounts_within_reach(acting_person(email), 10_000)
    rows = [{"handle": a.handle, "name": a.name, "kind": a.kind, "depth": a.depth} for a in found]
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
@click.option("--admin", required=True, help="E-mail of the first account admin.")
@click.option("--as", "email", required=True, help="Who opens it.")
@click.option("--zone", default="UTC", show_default=True, help="IANA time zone.")
def open_below(handle: str, name: str, below: str, admin: str, email: str, zone: str) -> None:
    """Open a master below the house, or a secondary below any other account."""
    by, parent = acting_at(email, below)
    with across_tenants("opening an account"):
        person = person_by_email(admin) or fail(f"nobody has the e-mail {admin}")
        try:
            row = open_account(parent, handle, name, by=by, admin=person, zone=zone)
        except (BadHandle, HandleTaken, Denied) as problem:
            fail(str(problem))
        open_site(ref(row), name, by=by)
        db.session.commit()
    click.echo(f"opened {row.kind} {handle}")


commands = [account]
