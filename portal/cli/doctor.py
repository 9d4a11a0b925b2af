"""`flask doctor` and `flask migrate`: is everything well, and making it so."""

import json
import sys

import click
from flask.cli import ScriptInfo, with_appcontext

from portal.health import checks
from portal.schema import bring_up_to_date


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True)
@with_appcontext
def doctor(as_json: bool) -> None:
    """Check database, schema, Redis and scheduler; leave with 1 if anything is wrong."""
    found = checks()
    if as_json:
        click.echo(json.dumps(found, indent=2))
    else:
        for name, told in found.items():
            click.echo(f"{'ok  ' if told == 'ok' else 'WRONG'}  {name}: {told}")
    sys.exit(0 if all(told == "ok" for told in found.values()) else 1)


@click.command("migrate")
def migrate() -> None:
    """Bring the database up to what the code needs: tables and built-in roles."""
    app = click.get_current_context().find_root().ensure_object(ScriptInfo).load_app()
    for line in bring_up_to_date(app):
        click.echo(line)
    click.echo("the database is up to date")


commands = [doctor, migrate]
