"""`flask wordpress`: importing a WordPress export, here and now."""

import json
from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup

from portal.cli.common import acting_at, fail
from portal.content.import_plan import GROUPS
from portal.jobs.imports import run_at_once
from tenants.decisions import Denied

wordpress = AppGroup("wordpress", help="Content from WordPress.")
SHOWN_GROUPS = ("left", "authors", "menus", "attachments", "bodies", "notes")


@wordpress.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--account", "handle", required=True, help="Handle of the account.")
@click.option("--as", "email", required=True, help="E-mail of whoever imports.")
@click.option("--dry-run", is_flag=True, help="Tell what would happen; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole report as JSON.")
def import_file(file: Path, handle: str, email: str, dry_run: bool, as_json: bool) -> None:
    """Import an export file (WXR). Importing it again changes nothing."""
    by, here = acting_at(email, handle)
    try:
        data = file.read_bytes()
    except OSError as error:
        fail(f"{file} cannot be read: {error.strerror}")
    try:
        outcome = run_at_once(here, file.name, data, dry_run=dry_run, by=by)
    except Denied as denied:
        fail(str(denied))
    if as_json:
        click.echo(json.dumps(outcome, indent=2, ensure_ascii=False))
    if outcome["state"] != "done":
        fail(outcome["error"])
    if not as_json:
        _print(outcome)


def _print(outcome: dict[str, Any]) -> None:
    for line in outcome["lines"]:
        if line["group"] in SHOWN_GROUPS:
            group = GROUPS[line["group"]]
            click.echo(f"{group}: {line['kind']} “{line['title']}”: {line['sentence']}")
    click.echo("would be imported:" if outcome["dry_run"] else "imported:")
    for name, count in outcome["counts"].items():
        click.echo(f"  {count:6} {name.replace('_', ' ')}")


commands = [wordpress]
