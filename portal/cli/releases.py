"""`flask release`: which there are, what is in one, carrying it out now, undoing it."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import AppGroup

from portal.cli.common import account_named, acting_at, fail, show
from portal.content.problems import Problem
from portal.content.release_lists import GROUPS, releases_of
from portal.content.release_looks import NotTogether
from portal.content.release_run import run_now
from portal.content.release_undoing import undo_release
from portal.content.releases import Release, items_of, lines_of, release_by_id
from portal.times import local_time
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.decisions import Actor, Denied
from tenants.scope import acting_in, tenant_scope

release = AppGroup("release", help="Pages that go live and offline together.")


@release.command("list")
@click.argument("handle")
@click.option("--state", type=click.Choice(list(GROUPS)), default="open", show_default=True)
@click.option("--json", "as_json", is_flag=True)
def list_releases(handle: str, state: str, as_json: bool) -> None:
    """List an account's releases, fifty at most."""
    here = account_named(handle)
    with acting_in(tenant_scope(here.tenant_id)):
        rows = [
            {
                "id": row.id, "name": row.name, "state": row.state, "pages": size,
                "due": local_time(row.due_at, row.zone), "by": row.approver_label,
                "cause": row.cause,
            }
            for row, size in releases_of(here.id, state).rows
        ]  # fmt: skip
    show(rows, as_json)


@release.command("show")
@click.argument("release_id", type=click.UUID)
@click.argument("handle")
@click.option("--json", "as_json", is_flag=True)
def show_release(release_id: uuid.UUID, handle: str, as_json: bool) -> None:
    """Show the pages of a release, and what was found when it was last checked."""
    here = account_named(handle)
    with acting_in(tenant_scope(here.tenant_id)):
        found = release_by_id(release_id, here.id) or fail("there is no such release there")
        rows = [
            {
                "page": line.item.label, "account": line.account.handle, "what": line.item.what,
                "revision": line.item.revision_number or "",
                "found": " ".join(each["sentence"] for each in line.item.problems),
            }
            for line in lines_of(found)
        ]  # fmt: skip
    show(rows, as_json)


@release.command("run")
@click.argument("release_id", type=click.UUID)
@click.argument("handle")
@click.option("--as", "email", required=True, help="Who carries it out.")
@click.option("--reason", default="")
def run_release(release_id: uuid.UUID, handle: str, email: str, reason: str) -> None:
    """Carry a release out now: all of it, or nothing."""
    with _release(release_id, handle, email) as (found, here, by):
        run_now(found, here, by=by, reason=reason)
    click.echo("carried out")


@release.command("undo")
@click.argument("release_id", type=click.UUID)
@click.argument("handle")
@click.option("--as", "email", required=True, help="Who undoes it.")
@click.option("--leave-changed", is_flag=True, help="Leave pages changed since as they are.")
@click.option("--reason", default="")
def undo(release_id: uuid.UUID, handle: str, email: str, leave_changed: bool, reason: str) -> None:
    """Put every page back to what readers saw before the release."""
    with _release(release_id, handle, email) as (found, here, by):
        steps = undo_release(found, here, by=by, leave_changed=leave_changed, reason=reason)
        left = [step.title for step in steps if step.conflict]
    click.echo("undone" + (f", but for {', '.join(left)}" if left else ""))


@contextmanager
def _release(
    release_id: uuid.UUID, handle: str, email: str
) -> Iterator[tuple[Release, AccountRef, Actor]]:
    """Work with a release as a person and keep it; leave with a sentence when it cannot be."""
    by, here = acting_at(email, handle)
    with acting_in(tenant_scope(here.tenant_id)):
        found = release_by_id(release_id, here.id) or fail("there is no such release there")
        try:
            yield found, here, by
        except NotTogether as problem:
            named = {item.id: item.label for item in items_of(found)}
            reasons = [f"{named[item_id]}: {each['sentence']}"
                       for item_id, told in problem.look.items.items() for each in told
                       if each["tone"] == "bad"]  # fmt: skip
            fail("\n  ".join([str(problem), *reasons]))
        except (Denied, Problem) as problem:
            fail(str(problem))
        db.session.commit()


commands = [release]
