"""`flask host`: host names of accounts' sites."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import current_app
from flask.cli import AppGroup

from portal.cli.common import account_named, acting_at, fail, show
from portal.content.host_names import host_name
from portal.content.hosting import check, claim, give_up, look_up, prefer, prefer_none
from portal.content.problems import Problem
from portal.content.site_hosts import SiteHost, hosts_of
from portal.jobs.hosts import names_of_the_portal, portal_host, settle_taken
from portal.resolving import dns
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.decisions import Actor, Denied
from tenants.engines import reading
from tenants.scope import acting_in, tenant_scope

host = AppGroup("host", help="Host names of an account's site.")
AS = click.option("--as", "email", required=True, help="Who does it.")
REASON = click.option("--reason", default="")


@host.command("list")
@click.argument("handle")
@click.option("--json", "as_json", is_flag=True)
def list_hosts(handle: str, as_json: bool) -> None:
    """List an account's host names, how each stands and the record it needs."""
    here = account_named(handle)
    with reading(), acting_in(tenant_scope(here.tenant_id)):
        rows = [
            {
                "host": row.host, "state": row.state, "primary": row.primary, "leads": row.leads,
                "record": f'{row.record_name} TXT "{row.record_value}"', "problem": row.problem,
                "checked_at": row.checked_at,
            }
            for row in hosts_of(here.id)
        ]  # fmt: skip
    show(rows, as_json)


@host.command("add")
@click.argument("handle")
@click.argument("name")
@AS
@REASON
def add(handle: str, name: str, email: str, reason: str) -> None:
    """Claim a host name for an account, and print the record that proves it."""
    with _changing(handle, email) as (here, by):
        row = claim(here, name, names_of_the_portal(), by=by, reason=reason)
        click.echo(f'{row.record_name} TXT "{row.record_value}"')


@host.command("check")
@click.argument("handle")
@click.argument("name")
@AS
def check_one(handle: str, name: str, email: str) -> None:
    """Ask the DNS for a name's record now. Leaves with 1 when the name is not proved."""
    here = account_named(handle)
    with reading(), acting_in(tenant_scope(here.tenant_id)):
        row = _named(here, name)
        asked = row.record_name, row.record_value, row.host
    look = look_up(*asked, portal_host(current_app.config["PORTAL"]), dns())
    with _changing(handle, email) as (_, by):
        row = _named(here, name)
        check(row, look, here, by=by)
        state, problem = row.state, row.problem
    settle_taken()
    click.echo(f"{state} {problem}".strip())
    if state in {"waiting", "lost"}:
        raise SystemExit(1)


@host.command("primary")
@click.argument("handle")
@click.argument("name")
@AS
@REASON
def make_primary(handle: str, name: str, email: str, reason: str) -> None:
    """Let the site be at a proved name; NAME `none`: at the portal's own address."""
    with _changing(handle, email) as (here, by):
        if name == "none":
            for row in hosts_of(here.id):
                prefer_none(row, here, by=by, reason=reason)
        else:
            prefer(_named(here, name), here, by=by, reason=reason)
    click.echo("done")


@host.command("remove")
@click.argument("handle")
@click.argument("name")
@AS
@REASON
def remove(handle: str, name: str, email: str, reason: str) -> None:
    """Give a host name up: nothing is served there any more."""
    with _changing(handle, email) as (here, by):
        give_up(_named(here, name), here, by=by, reason=reason)
    click.echo("removed")


def _named(here: AccountRef, name: str) -> SiteHost:
    try:
        asked = host_name(name, ())
    except Problem:
        asked = name
    found = next((row for row in hosts_of(here.id) if row.host == asked), None)
    return found or fail(f"{here.handle} has not claimed {name}")


@contextmanager
def _changing(handle: str, email: str) -> Iterator[tuple[AccountRef, Actor]]:
    by, here = acting_at(email, handle)
    with acting_in(tenant_scope(here.tenant_id)):
        try:
            yield here, by
        except (Denied, Problem) as problem:
            fail(str(problem))
        db.session.commit()


commands = [host]
