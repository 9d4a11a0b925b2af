"""`flask audit`: verifying the trail, and handing it out."""

import shutil
from typing import BinaryIO

import click
from flask import current_app
from flask.cli import AppGroup
from sqlalchemy import select

from portal.cli.common import account_named, acting_person, fail, show
from portal.content.problems import Problem
from portal.content.trail_export import record_export, spool_trail
from portal.jobs.purging import purge_tenant
from tenants.accounts import Account, AccountRef, ref
from tenants.chain import verify
from tenants.db import db
from tenants.decisions import Denied
from tenants.scope import across_tenants, acting_in, tenant_scope

audit = AppGroup("audit", help="The trail: verify it, export it.")


@audit.command("verify")
@click.argument("handle", required=False)
@click.option("--json", "as_json", is_flag=True)
def verify_trail(handle: str | None, as_json: bool) -> None:
    """Verify the chain of HANDLE's tenant, or of every tenant. Leaves with 1 when one is broken."""
    here = account_named(handle) if handle else None
    key = current_app.config["PORTAL"].seal_key
    rows, broken = [], False
    for account in _tenants(here):
        report = verify(account.tenant_id, key)
        fault = report.fault
        broken = broken or fault is not None
        rows.append(
            {
                "account": account.handle, "result": fault.kind if fault else "whole",
                "position": (fault.position if fault else report.sealed) or "",
                "event": str(fault.event_id or "") if fault else "",
                "waiting": report.waiting, "sentence": report.sentence, "link": report.link,
            }
        )  # fmt: skip
    show(rows, as_json)
    raise SystemExit(1 if broken else 0)


@audit.command("purge")
@click.argument("handle", required=False)
@click.option("--dry-run", is_flag=True, help="Say what would go, and leave it there.")
@click.option("--json", "as_json", is_flag=True)
def purge_trail(handle: str | None, dry_run: bool, as_json: bool) -> None:
    """Purge what no rule keeps, of HANDLE's tenant or of every tenant. Runs as the tables' owner.

    Leaves with 1 when a rule could not be carried out: a hold, a broken chain, a lacking right.
    """
    here = account_named(handle) if handle else None
    rows, obstacles = [], 0
    for account in _tenants(here):
        done = purge_tenant(account.tenant_id, dry_run=dry_run)
        obstacles += bool(done.obstacle)
        rows.append(
            {
                "account": account.handle, "events": done.count, "position": done.position or "",
                "sentence": done.obstacle or ("would go" if dry_run else "gone"),
            }
        )  # fmt: skip
    show(rows, as_json)
    raise SystemExit(1 if obstacles else 0)


def _tenants(here: AccountRef | None) -> list[AccountRef]:
    query = select(Account).where(Account.id == Account.tenant_id).order_by(Account.handle)
    if here is not None:
        query = query.where(Account.id == here.tenant_id)
    with across_tenants("verifying the trails"):
        return [ref(account) for account in db.session.scalars(query)]


@audit.command("export")
@click.argument("handle")
@click.option("--as", "email", required=True, help="Who exports it.")
@click.option("--to", "target", type=click.File("wb"), default="-")
def export_trail(handle: str, email: str, target: BinaryIO) -> None:
    """Write the sealed trail of a master or the house as JSON Lines, and record that."""
    by, here = acting_person(email), account_named(handle)
    try:
        file, exported = spool_trail(here, by=by)
    except (Denied, Problem) as problem:
        fail(str(problem))
    with acting_in(tenant_scope(here.tenant_id)):
        record_export(here, exported, by=by)
        db.session.commit()
    with file:
        shutil.copyfileobj(file, target)


commands = [audit]
