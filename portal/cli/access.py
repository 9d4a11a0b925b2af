"""`flask access`: why, who and what, of today or of any past instant."""

from datetime import UTC, datetime

import click
from flask.cli import AppGroup

from portal.cli.common import account_named, fail, show
from portal.proofs import steps_of
from tenants.clock import now
from tenants.directory import account_ref, actor_for
from tenants.permissions import Permission
from tenants.questions import changes_for, explain, person_named, who_can

access = AppGroup("access", help="Who may do what, and why.")
PERMISSIONS = click.Choice([str(p) for p in Permission])


def _instant(_context: object, _option: object, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter("give a time like 2026-03-03T14:00:00+00:00") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


at = click.option("--at", callback=_instant, help="ISO 8601; UTC when it names no offset.")
as_json = click.option("--json", "as_json", is_flag=True)


@access.command("explain")
@click.argument("email")
@click.argument("permission", type=PERMISSIONS)
@click.argument("handle")
@at
@as_json
def explain_access(
    email: str, permission: str, handle: str, at: datetime | None, as_json: bool
) -> None:
    """Say whether a person may do something at an account, and why. Leaves with 1 for no."""
    person_id = person_named(email) or fail(f"nobody has the e-mail {email}")
    answer = explain(person_id, Permission(permission), account_named(handle), at)
    if answer is None:
        fail(f"{email} could not sign in at that time")
    decision = answer.decision
    rows = [
        {"step": s["kind"], "what": s["label"], "detail": s["detail"],
         "missing": "missing" if s["missing"] else ""}
        for s in steps_of(decision)
    ]  # fmt: skip
    rows += [
        {"step": "could give it", "what": name, "detail": mail, "missing": ""}
        for name, mail in answer.givers
    ]
    if not as_json:
        click.echo(f"{'yes' if decision.allowed else 'no'}: {decision.sentence}")
    show(rows, as_json)
    raise SystemExit(0 if decision.allowed else 1)


@access.command("who")
@click.argument("permission", type=PERMISSIONS)
@click.argument("handle")
@at
@as_json
def who_may(permission: str, handle: str, at: datetime | None, as_json: bool) -> None:
    """List who may do something at an account, and by which grant."""
    rows = [
        {
            "person": row.email, "role": row.holding.role_name, "group": row.holding.group,
            "at": row.holding.account_handle,
            "reach": row.holding.reach, "until": row.holding.until or "",
            "given_by": row.holding.given_by,
        }
        for row in who_can(Permission(permission), account_named(handle), at)
    ]  # fmt: skip
    show(rows, as_json)


@access.command("what")
@click.argument("email")
@at
@as_json
def what_holds(email: str, at: datetime | None, as_json: bool) -> None:
    """List everything a person holds, and where."""
    person_id = person_named(email) or fail(f"nobody has the e-mail {email}")
    actor = actor_for(person_id, at)
    if actor is None:
        fail(f"{email} could not sign in at that time")
    rows = [
        {
            "account": h.account_handle, "role": h.role_name, "group": h.group,
            "reach": h.reach, "since": h.since,
            "until": h.until or "", "permissions": " ".join(sorted(h.permissions)),
        }
        for h in actor.holdings
    ]  # fmt: skip
    show(rows, as_json)


@access.command("changes")
@click.argument("email")
@click.option("--since", callback=_instant, required=True, help="ISO 8601, UTC by default.")
@click.option("--until", callback=_instant, help="ISO 8601; now, when left out.")
@as_json
def what_changed(email: str, since: datetime, until: datetime | None, as_json: bool) -> None:
    """List what began and what ended for a person between two instants."""
    person_id = person_named(email) or fail(f"nobody has the e-mail {email}")
    rows = []
    for step in changes_for(person_id, since, until or now()):
        account = account_ref(step.account_id)
        rows.append(
            {
                "at": step.at, "what": step.what, "role": step.role_name,
                "account": account.handle if account else "", "by": step.by,
                "because": step.because,
            }
        )  # fmt: skip
    show(rows, as_json)


commands = [access]
