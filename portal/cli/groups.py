"""`flask group`: groups of people, who is in them, and making them."""

import click
from flask.cli import AppGroup

from portal.cli.common import account_named, changing, group_named, looking, show
from tenants import grouping
from tenants.groups import groups_at
from tenants.inventory import grants_by_group, members
from tenants.people import person_by_email
from tenants.restoring import restore_group

group = AppGroup("group", help="Groups of people that hold roles together.")
acting_as = click.option("--as", "email", required=True, help="Who does it.")
as_json = click.option("--json", "as_json", is_flag=True)


@group.command("list")
@click.argument("handle")
@as_json
def list_groups(handle: str, as_json: bool) -> None:
    """List the groups that can be given roles at an account, with who is in them."""
    with looking(account_named(handle)) as here:
        found = groups_at(here)
        held = grants_by_group([row.id for row in found])
        rows = [
            {
                "name": row.name, "made": "here" if row.account_id == here.id else "above",
                "grants": held.get(row.id, 0),
                "people": " ".join(each.person.email for each in members(row.id)),
            }
            for row in found
        ]  # fmt: skip
    show(rows, as_json)


@group.command("make")
@click.argument("handle")
@click.argument("name")
@click.option("--sentence", default="", help="Who belongs to it.")
@acting_as
def make(handle: str, name: str, sentence: str, email: str) -> None:
    """Make a group at an account."""
    with changing(handle, email) as (here, by):
        grouping.make(here, name, sentence, by=by)
    click.echo(f"made {name} at {handle}")


@group.command("add")
@click.argument("name")
@click.argument("person")
@click.argument("handle")
@click.option("--because", default="")
@acting_as
def add(name: str, person: str, handle: str, because: str, email: str) -> None:
    """Put a person into a group of the account."""
    with changing(handle, email) as (here, by):
        row = person_by_email(person)
        if row is None:
            raise LookupError(f"nobody has the e-mail {person}")
        grouping.add_member(group_named(name, here), row, here, by=by, because=because)
    click.echo("added")


@group.command("remove")
@click.argument("name")
@click.argument("person")
@click.argument("handle")
@click.option("--reason", default="")
@acting_as
def remove(name: str, person: str, handle: str, reason: str, email: str) -> None:
    """Take a person out of a group of the account."""
    with changing(handle, email) as (here, by):
        found = group_named(name, here)
        row = next((m for m in members(found.id) if m.person.email == person.casefold()), None)
        if row is None:
            raise LookupError(f"{person} is not in {name}")
        grouping.remove_member(row, found, here, by=by, reason=reason)
    click.echo("removed")


@group.command("delete")
@click.argument("name")
@click.argument("handle")
@click.option("--reason", default="")
@acting_as
def delete(name: str, handle: str, reason: str, email: str) -> None:
    """Delete a group of the account; all it holds ends. Can be restored for 30 days."""
    with changing(handle, email) as (here, by):
        ended = len(grouping.delete(group_named(name, here), here, by=by, reason=reason))
    click.echo(f"deleted; {ended} grants ended")


@group.command("restore")
@click.argument("name")
@click.argument("handle")
@acting_as
@as_json
def restore(name: str, handle: str, email: str, as_json: bool) -> None:
    """Restore a deleted group, with the grants that would still be in force."""
    with changing(handle, email) as (here, by):
        lines = restore_group(group_named(name, here, deleted=True), here, by=by)
    show([vars(line) for line in lines], as_json)


commands = [group]
