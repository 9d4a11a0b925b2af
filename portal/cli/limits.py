"""`flask quota` and `flask policy`: what accounts may use, and what holds there."""

from contextlib import AbstractContextManager
from typing import Any

import click
from flask.cli import AppGroup

from portal.cli.common import account_named, acting_person, fail, show
from tenants.accounts import AccountRef
from tenants.allotting import CannotLimit, set_limit, standing
from tenants.db import db
from tenants.decisions import Denied
from tenants.directory import account_ref
from tenants.policies import effective
from tenants.policing import clear_policy, set_policy
from tenants.policy_kinds import BadPolicy
from tenants.quotas import Resource
from tenants.scope import across_tenants, acting_in, tenant_scope

quota = AppGroup("quota", help="Limits of accounts.")
policy = AppGroup("policy", help="Policies that hold at an account and below.")


@quota.command("list")
@click.argument("handle")
@click.option("--json", "as_json", is_flag=True)
def list_quotas(handle: str, as_json: bool) -> None:
    """Show what an account uses with everything below it, and the limits that count there."""
    here = account_named(handle)
    with acting_in(tenant_scope(here.tenant_id)):
        rows = [
            {
                "resource": each.resource.value, "used": each.used,
                "limits": "; ".join(
                    f"{p.account_name}: {p.used} of {p.limit}" for p in each.pools
                ) or "none",
                "left": each.tightest.left if each.tightest else "",
            }
            for each in standing(here)
        ]  # fmt: skip
    show(rows, as_json)


@quota.command("set")
@click.argument("handle")
@click.argument("resource", type=click.Choice([r.value for r in Resource]))
@click.argument("amount")
@click.option("--as", "email", required=True, help="Who sets it.")
@click.option("--below-use", is_flag=True, help="Set it even if more is in use already.")
@click.option("--because", default="")
def set_quota(
    handle: str, resource: str, amount: str, email: str, below_use: bool, because: str
) -> None:
    """Limit a resource of an account and everything below it; AMOUNT is a number or `none`."""
    by, here = acting_person(email), account_named(handle)
    above = account_ref(here.parent_id) if here.parent_id else None
    if amount != "none" and not (amount.isascii() and amount.isdigit()):
        fail("AMOUNT is a whole number, or none")
    with acting_in(tenant_scope(here.tenant_id)):
        try:
            changed = set_limit(
                here, above, Resource(resource), None if amount == "none" else int(amount[:20]),
                by=by, confirmed=below_use, because=because,
            )  # fmt: skip
        except (CannotLimit, Denied) as problem:
            fail(str(problem))
        db.session.commit()
    click.echo("set" if changed else "nothing to change")


@policy.command("list")
@click.argument("handle")
@click.option("--json", "as_json", is_flag=True)
def list_policies(handle: str, as_json: bool) -> None:
    """Show what holds at an account and which account set it."""
    here = account_named(handle)
    with acting_in(tenant_scope(here.tenant_id)):
        rows = [
            {
                "policy": key, "holds": held.value if as_json else held.words,
                "set_at": ", ".join(s.account_name for s in held.sources),
            }
            for key, held in effective(here).items()
        ]  # fmt: skip
    show(rows, as_json)


@policy.command("set")
@click.argument("handle")
@click.argument("key")
@click.argument("value")
@click.option("--as", "email", required=True, help="Who sets it.")
@click.option("--because", default="")
def set_one(handle: str, key: str, value: str, email: str, because: str) -> None:
    """Set a policy at an account, for it and all below; VALUE as on the screen."""
    by, here = acting_person(email), account_named(handle)
    with _writing(here):
        try:
            row = set_policy(here, key, value, by=by, because=because)
        except (BadPolicy, Denied) as problem:
            fail(str(problem))
        db.session.commit()
    click.echo("set" if row else "nothing to change")


@policy.command("clear")
@click.argument("handle")
@click.argument("key")
@click.option("--as", "email", required=True, help="Who clears it.")
@click.option("--because", default="")
def clear_one(handle: str, key: str, email: str, because: str) -> None:
    """End what an account itself set."""
    by, here = acting_person(email), account_named(handle)
    with _writing(here):
        try:
            changed = clear_policy(here, key, by=by, because=because)
        except (BadPolicy, Denied) as problem:
            fail(str(problem))
        db.session.commit()
    click.echo("cleared" if changed else "nothing to change")


def _writing(here: AccountRef) -> AbstractContextManager[Any]:
    if here.kind == "house":
        scope: AbstractContextManager[Any] = across_tenants("the house’s policies")
        return scope
    return acting_in(tenant_scope(here.tenant_id))


commands = [quota, policy]
