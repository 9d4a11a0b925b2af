"""What every command needs: who acts, where, and how results are printed."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import click

from tenants.accounts import AccountRef
from tenants.db import db
from tenants.decisions import Actor, Denied
from tenants.defining import CannotDefine
from tenants.delegation import CannotDelegate
from tenants.directory import account_path, actor_by_email
from tenants.grouping import CannotGroup
from tenants.groups import Group, groups_at
from tenants.people import Person, person_by_email
from tenants.scope import acting_in, tenant_scope
from tenants.strength import TooWeak


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


PROBLEMS = (Denied, CannotDelegate, CannotDefine, CannotGroup, TooWeak, LookupError)


@contextmanager
def changing(handle: str, email: str) -> Iterator[tuple[AccountRef, Actor]]:
    """Work at an account as a person and keep it; leave with a sentence when it cannot be."""
    by, here = acting_person(email), account_named(handle)
    with acting_in(tenant_scope(here.tenant_id)):
        try:
            yield here, by
        except PROBLEMS as problem:
            fail(str(problem))
        db.session.commit()


@contextmanager
def looking(account: AccountRef) -> Iterator[AccountRef]:
    """Read at an account, all of its tenant; leave with a sentence when something is not there."""
    with acting_in(tenant_scope(account.tenant_id)):
        try:
            yield account
        except LookupError as problem:
            fail(str(problem))


def group_named(name: str, account: AccountRef, *, deleted: bool = False) -> Group:
    """Return the group of this name that can be given roles at an account. Raises LookupError."""
    for group in groups_at(account, deleted=deleted):
        if group.name.casefold() == name.casefold() and (group.deleted_at is not None) == deleted:
            return group
    raise LookupError(f"There is no group {name!r} at {account.name}.")


def bearer_named(text: str, account: AccountRef) -> Person | Group:
    """Return the person with this e-mail, or the group of this name. Raises LookupError."""
    if "@" not in text:
        return group_named(text, account)
    person = person_by_email(text)
    if person is None:
        raise LookupError(f"nobody has the e-mail {text}")
    return person
