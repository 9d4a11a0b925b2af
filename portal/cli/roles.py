"""`flask role`: what can be given, and defining it."""

import uuid

import click
from flask.cli import AppGroup

from portal.cli.common import account_named, changing, looking, show
from tenants import defining
from tenants.accounts import AccountRef
from tenants.defining import Definition
from tenants.permissions import Permission
from tenants.restoring import restore_role
from tenants.roles import Contents, Role, contents, role_by_id, role_named, roles_at

role = AppGroup("role", help="Roles: built in, and defined by accounts.")
permissions = click.option(
    "--permission", "names", multiple=True, type=click.Choice([str(p) for p in Permission]),
    help="A right of its own; repeat it.",
)  # fmt: skip
acting_as = click.option("--as", "email", required=True, help="Who does it.")
as_json = click.option("--json", "as_json", is_flag=True)


@role.command("list")
@click.argument("handle")
@as_json
def list_roles(handle: str, as_json: bool) -> None:
    """List the roles that can be given at an account."""
    with looking(account_named(handle)) as here:
        found, roles = contents(), roles_at(here)
        keys = {row.id: row.key for row in roles}
        rows = [_line(row, here, found, keys) for row in roles]
    show(rows, as_json)


def _line(
    row: Role, here: AccountRef, found: Contents, keys: dict[uuid.UUID, str]
) -> dict[str, object]:
    parent_id = found.parents.get(row.id)
    place = "built in" if row.built_in else "here" if row.account_id == here.id else "above"
    return {
        "key": row.key, "name": row.name, "defined": place,
        "parent": keys.get(parent_id, "") if parent_id else "",
        "permissions": " ".join(sorted(found.permissions(row.id))),
    }  # fmt: skip


@role.command("define")
@click.argument("handle")
@click.argument("name")
@permissions
@click.option("--parent", default="", help="Key of the role it builds on.")
@click.option("--sentence", default="", help="What whoever holds it does.")
@acting_as
def define(
    handle: str, name: str, names: tuple[str, ...], parent: str, sentence: str, email: str
) -> None:
    """Define a role for an account and all below it."""
    with changing(handle, email) as (here, by):
        above = role_named(parent, here).id if parent else None
        wanted = Definition(name, sentence, frozenset(map(Permission, names)), above)
        key = defining.define(here, wanted, by=by).key
    click.echo(f"defined {key} at {handle}")


@role.command("change")
@click.argument("key")
@click.argument("handle")
@click.option("--name", help="Leave out to keep it.")
@click.option("--sentence", help="Leave out to keep it.")
@click.option("--add", multiple=True, type=click.Choice([str(p) for p in Permission]))
@click.option("--drop", multiple=True, type=click.Choice([str(p) for p in Permission]))
@click.option("--parent", help="Key of the role it builds on; empty for none.")
@acting_as
def change(
    key: str, handle: str, name: str | None, sentence: str | None, add: tuple[str, ...],
    drop: tuple[str, ...], parent: str | None, email: str,
) -> None:  # fmt: skip
    """Change a role the account defined, for everybody who holds it."""
    with changing(handle, email) as (here, by):
        row, found = role_named(key, here), contents()
        own = (set(found.own.get(row.id, ())) | set(add)) - set(drop)
        above = found.parents.get(row.id)
        if parent is not None:
            above = role_named(parent, here).id if parent else None
        wanted = Definition(
            row.name if name is None else name,
            row.sentence if sentence is None else sentence,
            frozenset(p for p in Permission if p in own), above,
        )  # fmt: skip
        changed = defining.change(row, here, wanted, by=by)
    click.echo("changed" if changed else "nothing to change")


@role.command("clone")
@click.argument("key")
@click.argument("handle")
@click.argument("name")
@acting_as
def clone(key: str, handle: str, name: str, email: str) -> None:
    """Define a role at an account with what another has today."""
    with changing(handle, email) as (here, by):
        new = defining.clone(role_named(key, here), here, name, by=by).key
    click.echo(f"defined {new} at {handle}")


@role.command("compare")
@click.argument("left")
@click.argument("right")
@click.argument("handle")
@as_json
def compare(left: str, right: str, handle: str, as_json: bool) -> None:
    """List in which rights two roles differ."""
    with looking(account_named(handle)) as here:
        found = contents()
        one, other = (found.permissions(role_named(key, here).id) for key in (left, right))
        rows = [
            {"permission": str(p), "only in": left if p in one else right}
            for p in Permission
            if (p in one) != (p in other)
        ]
    show(rows, as_json)


@role.command("delete")
@click.argument("key")
@click.argument("handle")
@click.option("--reason", default="")
@acting_as
def delete(key: str, handle: str, reason: str, email: str) -> None:
    """Delete a role the account defined, and end its grants. Can be restored for 30 days."""
    with changing(handle, email) as (here, by):
        row = role_named(key, here)
        ended = len(defining.delete(row, here, by=by, reason=reason))
        role_id = row.id
    click.echo(f"deleted; {ended} grants ended. Restore it with: role restore {role_id} {handle}")


@role.command("restore")
@click.argument("role_id", type=click.UUID)
@click.argument("handle")
@acting_as
@as_json
def restore(role_id: uuid.UUID, handle: str, email: str, as_json: bool) -> None:
    """Restore a deleted role, with the grants that would still be in force."""
    with changing(handle, email) as (here, by):
        row = role_by_id(role_id)
        if row is None:
            raise LookupError("there is no such role at this account")
        lines = restore_role(row, here, by=by)
    show([vars(line) for line in lines], as_json)


commands = [role]
