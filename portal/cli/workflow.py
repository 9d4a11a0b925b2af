"""`flask workflow`: what a text goes through at an account before it is published."""

from contextlib import AbstractContextManager
from typing import Any

import click
from flask.cli import AppGroup

from portal.cli.common import account_named, acting_at, fail, looking, show
from portal.content.workflows import set_workflow, who_named, who_words, workflow_at
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.decisions import Denied
from tenants.policy_kinds import BadPolicy
from tenants.scope import across_tenants, acting_in, tenant_scope
from tenants.step_kinds import Steps, steps_in

workflow = AppGroup("workflow", help="Steps that a text goes through before it is published.")


@workflow.command("list")
@click.argument("handle")
@click.option("--json", "as_json", is_flag=True)
def list_steps(handle: str, as_json: bool) -> None:
    """Show the steps that hold at an account, those set above first."""
    with looking(account_named(handle)) as here:
        who = who_words(here)
        rows = [
            {
                "step": step.name, "who": who.get(step.who, step.who),
                "due_days": step.due if step.due is not None else "",
                "remind_days_before": step.remind if step.remind is not None else "",
                "escalate_days_after": step.escalate if step.escalate is not None else "",
            }
            for step in workflow_at(here).steps
        ]  # fmt: skip
    show(rows, as_json)


@workflow.command("set")
@click.argument("handle")
@click.argument("steps", nargs=-1)
@click.option("--as", "email", required=True, help="Who sets it.")
@click.option("--because", default="")
def set_steps(handle: str, steps: tuple[str, ...], email: str, because: str) -> None:
    """Make STEPS what an account adds to those above; none takes away what it added.

    Each is NAME | WHO | DAYS UNTIL DUE | REMIND DAYS BEFORE | ESCALATE DAYS AFTER, all but the name
    optional. WHO is right:page.review, role:<key> or group:<name>.
    """
    by, here = acting_at(email, handle)
    with _writing(here):
        try:
            lines = []
            for each in steps:
                name, _, rest = each.partition("|")
                who, _, days = rest.partition("|")
                who = who_named(who.strip(), here) if who.strip() else ""
                lines.append(f"{name.strip()} | {who} | {days}")
            read = steps_in(Steps().read("\n".join(lines)))
            set_workflow(here, read, by=by, because=because)
        except (BadPolicy, Denied) as problem:
            fail(str(problem))
        db.session.commit()
    click.echo(f"{len(steps)} set" if steps else "cleared")


def _writing(here: AccountRef) -> AbstractContextManager[Any]:
    """Reach the account; the house's steps belong to no tenant."""
    if here.kind == "house":
        scope: AbstractContextManager[Any] = across_tenants("the house’s workflow")
        return scope
    return acting_in(tenant_scope(here.tenant_id))


commands = [workflow]
