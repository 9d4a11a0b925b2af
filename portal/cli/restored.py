"""`flask restored`: said by whoever has put a backup in the place of the database."""

import click
from flask.cli import with_appcontext

from portal.jobs.restored import hold_back


@click.command("restored")
@with_appcontext
def restored() -> None:
    """Hold what fell due since the backup was made, and keep back the mails that wait in it.

    Run it before anything else is started. Where the queue was not restored, the scheduler and the
    workers notice by themselves and do the same.
    """
    held = hold_back()
    click.echo(f"held: {held.schedules} schedules and {held.releases} releases that are due")
    click.echo(f"kept back: {held.mails} mails")
    click.echo("Who can publish there decides, in each account's queue; mails wait in the outbox.")


commands = [restored]
