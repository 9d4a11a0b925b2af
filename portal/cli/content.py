"""`flask content`: taking an account's content along, and bringing some in."""

import json
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from portal.cli.common import acting_at, fail
from portal.content.exchange.exporting import Wanted, record_content_export
from portal.content.exchange.model import FORMATS
from portal.content.import_plan import GROUPS
from portal.content.problems import Problem
from portal.content.storage import StoreDown
from portal.jobs.exports import make_export
from portal.jobs.imports import run_at_once
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.decisions import Actor, Denied
from tenants.quotas import QuotaReached
from tenants.scope import acting_in, tenant_scope

content = AppGroup("content", help="An account's content as files.")
SHOWN_GROUPS = ("left", "authors", "menus", "attachments", "bodies", "notes")
PART = 1 << 20


@content.command("export")
@click.argument("handle")
@click.option("--to", "target", required=True, type=click.Path(path_type=Path), help="New file.")
@click.option("--as", "email", required=True, help="E-mail of whoever exports.")
@click.option("--format", "form", type=click.Choice(["markdown", "csv", "wordpress"]),
              default="markdown", show_default=True)  # fmt: skip
@click.option("--which", type=click.Choice(["drafts", "live"]), default="drafts",
              show_default=True, help="The newest drafts, or what readers see.")  # fmt: skip
@click.option("--media", type=click.Choice(["none", "used", "all"]), default="used",
              show_default=True, help="Which files of the library.")  # fmt: skip
def export_account(
    handle: str, target: Path, email: str, form: Any, which: Any, media: Any
) -> None:
    """Write an account's content into a file. However much it is."""
    by, here = acting_at(email, handle)
    wanted = Wanted(form, which, media)
    try:
        done = make_export(here, wanted, by=by)
    except (Denied, Problem, StoreDown) as problem:
        fail(str(problem))
    try:
        with done.file, target.open("xb") as out:
            while part := done.file.read(PART):
                out.write(part)
    except OSError as error:
        fail(f"{target} cannot be written: {error.strerror}")
    with acting_in(tenant_scope(here.tenant_id)):
        record_content_export(here, wanted, done, by=by)
        db.session.commit()
    click.echo(f"{done.pages} pages and {done.files} files are in {target}.")
    for name in done.missing:
        click.echo(f"portal: the file {name} is not in the store and is missing", err=True)


@content.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--account", "handle", required=True, help="Handle of the account.")
@click.option("--as", "email", required=True, help="E-mail of whoever imports.")
@click.option("--dry-run", is_flag=True, help="Tell what would happen; write nothing.")
@click.option("--publish", is_flag=True, help="What was live goes live here.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole report as JSON.")
def import_content(
    file: Path, handle: str, email: str, dry_run: bool, publish: bool, as_json: bool
) -> None:
    """Import a ZIP of Markdown files, a CSV table, or a WordPress export.

    What the file is is told from what is in it. Importing it again changes nothing.
    """
    by, here = acting_at(email, handle)
    outcome = bring_in(file, here, by, dry_run=dry_run, publish=publish)
    if as_json:
        click.echo(json.dumps(outcome, indent=2, ensure_ascii=False))
    if outcome["state"] != "done":
        fail(outcome["error"])
    if not as_json:
        show_outcome(outcome)


def bring_in(
    file: Path, here: AccountRef, by: Actor, *, dry_run: bool, publish: bool
) -> dict[str, Any]:
    """Import a file here and now and return the outcome; leave with a sentence if it cannot be."""
    try:
        data = file.read_bytes()
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}")
    try:
        return run_at_once(here, file.name, data, dry_run=dry_run, by=by, publish=publish)
    except (Denied, Problem, QuotaReached) as problem:
        fail(str(problem))


def show_outcome(outcome: dict[str, Any]) -> None:
    """Print what came of an import: what needs a look, and the sums."""
    for line in outcome["lines"]:
        if line["group"] in SHOWN_GROUPS:
            group = GROUPS[line["group"]]
            click.echo(f"{group}: {line['kind']} “{line['title']}”: {line['sentence']}")
    said = FORMATS.get(outcome["format"], "")
    click.echo(f"{said}, " if said else "", nl=False)
    click.echo("would be imported:" if outcome["dry_run"] else "imported:")
    for name, count in outcome["counts"].items():
        click.echo(f"  {count:6} {name.replace('_', ' ')}")


commands = [content]
