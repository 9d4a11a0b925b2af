"""`flask person …`: adding people, their passwords and devices, barring them."""

import getpass
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import wraps
from typing import Any

import click
from flask.cli import with_appcontext

from portal import mail, signing
from portal.cli.common import account_named, acting_person
from portal.identity import sessions
from portal.identity.credentials import (
    deactivate,
    end_devices,
    new_hash,
    reactivate,
    replace_password,
)
from portal.identity.passwords import BadPassword, TooBusy
from portal.identity.trail import note
from portal.identity.user_agents import browser_name
from tenants import directory
from tenants.barring import CannotBar
from tenants.db import db
from tenants.decisions import Actor, Denied
from tenants.delegation import CannotDelegate
from tenants.engines import reading
from tenants.events import Event
from tenants.inviting import CannotInvite, invite
from tenants.people import BadEmail, Person, normal_email, person_by_email
from tenants.roles import role_named
from tenants.scope import acting_in, tenant_scope

PROBLEMS = (BadEmail, BadPassword, CannotBar, CannotDelegate, CannotInvite, Denied, TooBusy)
HOW = "on the command line"
as_json = click.option("--json", "wants_json", is_flag=True, help="Report as JSON.")
email_argument = click.argument("email")


@click.group("person")
def person() -> None:
    """People: add them, set passwords, sign devices out, bar them."""


def told(command: Callable[..., None]) -> Callable[..., None]:
    """Turn what can go wrong into one line and exit status 1."""

    @wraps(command)
    def run(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except PROBLEMS as error:
            raise click.ClickException(str(error)) from error

    return with_appcontext(run)


@person.command("add")
@email_argument
@click.option("--name", required=True, help="How the portal names the person.")
@as_json
@told
def add(email: str, name: str, wants_json: bool) -> None:
    """Add a person, who then sets a password by mail."""
    wanted = normal_email(email)
    named = " ".join(name.split())
    if not named or len(named) > 200 or not named.isprintable():
        raise click.ClickException("Give a name of 1 to 200 characters.")
    with at_house() as operator:
        if person_by_email(wanted) is not None:
            raise click.ClickException(f"There is a person with the e-mail {wanted} already.")
        row = Person(email=wanted, name=named)
        db.session.add(row)
        note(Event.PERSON_ADDED, row, by=operator)
        report = {"id": str(row.id), "email": row.email, "name": row.name}
        db.session.commit()
    _report(report, wants_json, f"Added {named} <{wanted}>.")


@person.command("invite")
@email_argument
@click.argument("role")
@click.argument("handle")
@click.option("--as", "inviter", required=True, help="Whose word it stands on, by e-mail.")
@click.option("--only-here", is_flag=True, help="Not the accounts below.")
@click.option("--until", type=click.DateTime(), help="When the role ends, UTC.")
@click.option("--because", default="", help="Stands in the trail.")
@told
def invite_person(
    email: str, role: str, handle: str, inviter: str, only_here: bool, until: datetime | None,
    because: str,
) -> None:  # fmt: skip
    """Invite an e-mail address to a role at an account."""
    by, here = acting_person(inviter), account_named(handle)
    with acting_in(tenant_scope(here.tenant_id)):
        try:
            offered = role_named(role, here)
        except LookupError as problem:
            raise click.ClickException(str(problem)) from problem
        row, token = invite(
            email, offered, here, by=by, because=because,
            reach="account" if only_here else "subtree",
            until=until.replace(tzinfo=UTC) if until else None,
        )  # fmt: skip
        mail.invitation(row, here, token, by=by)
        db.session.commit()
    click.echo(f"Invited {row.email} as {role} at {handle}; the mail is in the outbox.")


@person.command("password")
@email_argument
@told
def password(email: str) -> None:
    """Ask for a new password and set it. All the person's devices are signed out."""
    with reading():
        row = _known(email)
        about = (row.email, row.name)
        db.session.close()
    typed = click.prompt("New password", hide_input=True, confirmation_prompt="The same again")
    hashed = new_hash(typed, *about)
    with at_house() as operator:
        row = _known(email)
        ended = replace_password(row, hashed, by=operator, how=HOW)
        mail.password_changed(row, HOW)
        db.session.commit()
    click.echo(f"The password of {about[0]} is set; {_devices(ended)} signed out.")


@person.command("sessions")
@email_argument
@click.option("--end", "end", is_flag=True, help="Sign all of them out.")
@as_json
@told
def list_sessions(email: str, end: bool, wants_json: bool) -> None:
    """List the devices a person is signed in on, or sign them all out."""
    with at_house() as operator:
        row = _known(email)
        live = sessions.live_sessions(row.id, signing.Limits.people, signing.Limits.staff)
        lines = [_line(device) for device in live]
        if end:
            end_devices(row, by=operator, how=HOW)
            db.session.commit()
    ended = " signed out." if end else "."
    shown = [f"{d['seen_at']}  {d['address']:<15}  {d['device']}" for d in lines]
    report = {"email": normal_email(email), "ended": end, "sessions": lines}
    _report(report, wants_json, "\n".join([*shown, _devices(len(lines)) + ended]))


@person.command("deactivate")
@email_argument
@click.option("--reason", default="", help="Stands in the trail.")
@told
def bar(email: str, reason: str) -> None:
    """Bar a person from signing in and sign all devices out. Grants stay as they are."""
    with at_house() as operator:
        deactivate(_known(email), by=operator, reason=reason)
        db.session.commit()
    click.echo(f"{normal_email(email)} cannot sign in any more.")


@person.command("reactivate")
@email_argument
@click.option("--reason", default="", help="Stands in the trail.")
@told
def unbar(email: str, reason: str) -> None:
    """Let a deactivated person sign in again."""
    with at_house() as operator:
        reactivate(_known(email), by=operator, reason=reason)
        db.session.commit()
    click.echo(f"{normal_email(email)} can sign in again.")


@contextmanager
def at_house() -> Iterator[Actor]:
    """Work where events about people stand; yields whoever sits at the command line."""
    house = directory.house()
    if house is None:
        raise click.ClickException("There is no house yet; open it first.")
    who = getpass.getuser()
    with acting_in(tenant_scope(house.id)):
        yield Actor(person_id=None, label=f"Command line ({who})", name="Command line")


def _known(email: str) -> Person:
    row = person_by_email(normal_email(email))
    if row is None:
        raise click.ClickException(f"Nobody here has the e-mail {normal_email(email)}.")
    return row


def _line(device: Any) -> dict[str, str]:
    return {
        "id": str(device.id),
        "device": browser_name(device.device),
        "address": device.address,
        "signed_in_at": device.created_at.isoformat(timespec="seconds"),
        "seen_at": device.seen_at.isoformat(timespec="seconds"),
        "expires_at": device.expires_at.isoformat(timespec="seconds"),
    }


def _devices(count: int) -> str:
    return {0: "no device", 1: "1 device"}.get(count, f"{count} devices")


def _report(facts: dict[str, Any], wants_json: bool, text: str) -> None:
    click.echo(json.dumps(facts, ensure_ascii=False) if wants_json else text)


commands = [person]
