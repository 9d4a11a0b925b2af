"""`flask grant`: who holds which role where."""

import uuid
from datetime import UTC, datetime

import click
from flask.cli import AppGroup

from portal.cli.common import account_named, acting_person, bearer_named, changing, fail, show
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Denied
from tenants.delegation import CannotDelegate, give
from tenants.ending import end
from tenants.grants import grants_at
from tenants.offers import grant_by_id
from tenants.roles import role_named
from tenants.scope import acting_in, tenant_scope

grant = AppGroup("grant", help="Roles given to people.")


@grant.command("list")
@click.argument("handle")
@click.option("--json", "as_json", is_flag=True)
def list_grants(handle: str, as_json: bool) -> None:
    """List the grants in force at an account."""
    here = account_named(handle)
    with acting_in(tenant_scope(here.tenant_id)):
        rows = [
            {
                "id": g.id, "person": g.bearer.label, "role": g.role.key, "reach": g.reach,
                "since": g.since, "until": g.until or "", "given_by": g.given_by_label,
            }
            for g in grants_at((here.id,), now())
        ]  # fmt: skip
    show(rows, as_json)


@grant.command("give")
@click.argument("bearer")
@click.argument("role")
@click.argument("handle")
@click.option("--as", "giver", required=True, help="Who gives it.")
@click.option("--only-here", is_flag=True, help="Not the accounts below.")
@click.option("--until", type=click.DateTime(), help="UTC.")
@click.option("--because", default="")
def give_role(
    bearer: str, role: str, handle: str, giver: str, only_here: bool,
    until: datetime | None, because: str,
) -> None:  # fmt: skip
    """Give a person (by e-mail) or a group (by name) a role at an account."""
    with changing(handle, giver) as (here, by):
        row = give(
            bearer_named(bearer, here), role_named(role, here), here, by=by, because=because,
            reach="account" if only_here else "subtree",
            until=until.replace(tzinfo=UTC) if until else None,
        )  # fmt: skip
    click.echo(f"gave {bearer} the role {role} at {handle}: grant {row.id}")


@grant.command("end")
@click.argument("grant_id", type=click.UUID)
@click.argument("handle")
@click.option("--as", "email", required=True, help="Who ends it.")
@click.option("--reason", default="")
def end_grant(grant_id: uuid.UUID, handle: str, email: str, reason: str) -> None:
    """End a grant now."""
    by, here = acting_person(email), account_named(handle)
    with acting_in(tenant_scope(here.tenant_id)):
        row = grant_by_id(grant_id)
        if row is None or row.account_id != here.id:
            fail("there is no such grant at this account")
        try:
            end(row, here, by=by, reason=reason)
        except (Denied, CannotDelegate) as problem:
            fail(str(problem))
        db.session.commit()
    click.echo("ended")


commands = [grant]
