"""`flask wordpress`: importing a WordPress export, here and now."""

import json
from pathlib import Path

import click
from flask.cli import AppGroup

from portal.cli.common import acting_at, fail
from portal.cli.content import bring_in, show_outcome

wordpress = AppGroup("wordpress", help="Content from WordPress.")


@wordpress.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--account", "handle", required=True, help="Handle of the account.")
@click.option("--as", "email", required=True, help="E-mail of whoever imports.")
@click.option("--dry-run", is_flag=True, help="Tell what would happen; write nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print the whole report as JSON.")
def import_file(file: Path, handle: str, email: str, dry_run: bool, as_json: bool) -> None:
    """Import an export file (WXR). Importing it again changes nothing."""
    by, here = acting_at(email, handle)
    outcome = bring_in(file, here, by, dry_run=dry_run, publish=True)
    if as_json:
        click.echo(json.dumps(outcome, indent=2, ensure_ascii=False))
    if outcome["state"] != "done":
        fail(outcome["error"])
    if not as_json:
        show_outcome(outcome)


commands = [wordpress]
