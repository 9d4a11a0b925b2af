"""What every command needs: who acts, where, and how results are printed."""

import json
import sys
from typing import Any, NoReturn

import click

from tenants.accounts import AccountRef
from tenants.decisions import Actor
from tenants.directory import account_path, actor_by_email


def fail(message: str, code: int = 1) -> NoReturn:
    """Print one sentence to standard error and leave."""
    click.echo(f"portal: {message}", err=True)
    sys.exit(code)


def acting_person(email: str) -> Actor:
    """Return the person a command acts as, with today's rights. Leaves when there is none."""
    return actor_by_email(email) or fail(f"nobody who can sign in has the e-mail {email}")


def account_named(handle: str) -> AccountRef:
    """Return the account with this handle. Leaves when there is none."""
    path = account_path(handle)
    return path[-1] if path else fail(f"there is no account with the handle {handle}")


def acting_at(email: str, handle: str) -> tuple[Actor, AccountRef]:
    """Return the person and the account a command acts as and at. Leaves when either is missing.

    During a support session there the person carries both identities.
    """
    by, here = acting_person(email), account_named(handle)
    return by.at(here), here


def show(rows: list[dict[str, Any]], as_json: bool) -> None:
    """Print rows as aligned columns or as JSON."""
    if as_json:
        click.echo(json.dumps(rows, indent=2, default=str, ensure_ascii=False))
        return
    if not rows:
        click.echo("nothing")
        return
    names = list(rows[0])
    widths = [max(len(n), *(len(str(r[n])) for r in rows)) for n in names]
    for line in ([n.upper() for n in names], *([str(r[n]) for n in names] for r in rows)):
        click.echo("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)))
