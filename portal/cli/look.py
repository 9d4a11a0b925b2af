"""`flask look`: how a site looks."""

from dataclasses import asdict

import click
from flask.cli import AppGroup

from portal.cli.common import acting_at, fail, show
from portal.content.site_look import change_look, standing_of
from portal.content.sites import Site, site_of
from portal.content.themes import BOUNDED, BadLook, look_of
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.decisions import Actor, Denied, authorize
from tenants.permissions import Permission
from tenants.scope import acting_in, tenant_scope

look = AppGroup("look", help="The look of sites.")
AS = click.option("--as", "email", required=True, help="Who does it.")
TOKENS = [
    click.option(f"--{name}", type=click.Choice([*known, ""]), help="Empty: the theme's.")
    for name, known in BOUNDED.items()
]
COLOURS = [
    click.option(f"--{name}", help="A colour like #8a3b1e; empty for none.")
    for name in ("accent", "accent-dark")
]


@look.command("show")
@click.argument("handle")
@AS
@click.option("--json", "as_json", is_flag=True)
def show_one(handle: str, email: str, as_json: bool) -> None:
    """Tell what was chosen for an account's site; what is empty is the theme's."""
    by, here = acting_at(email, handle)
    with acting_in(tenant_scope(here.tenant_id)):
        try:
            authorize(by, Permission.ACCOUNT_EDIT, here)
        except Denied as problem:
            fail(str(problem))
        rows = [{"what": k, "value": v} for k, v in asdict(look_of(_site(here))).items()]
    show(rows, as_json)


def set_one(handle: str, email: str, **given: str | None) -> None:
    """Give an account's site another look; what is not named stays as it is."""
    by, here = acting_at(email, handle)
    with acting_in(tenant_scope(here.tenant_id)):
        changed = _change(here, {k: v for k, v in given.items() if v is not None}, by)
        db.session.commit()
    click.echo("done" if changed else "nothing to change")


def _change(here: AccountRef, given: dict[str, str], by: Actor) -> bool:
    site = _site(here)
    now = look_of(site)
    try:
        return change_look(site, here, asdict(now) | given, by=by, based_on=standing_of(now))
    except (BadLook, Denied) as problem:
        fail(str(problem))


def _site(here: AccountRef) -> Site:
    return site_of(here.id) or fail(f"{here.handle} has no site")


for option in (AS, *reversed(TOKENS), *reversed(COLOURS)):
    set_one = option(set_one)
look.command("set")(click.argument("handle")(set_one))
commands = [look]
