"""`flask --app wsgi up`: the whole portal with one command.

Exit codes: 0 stopped as asked, 1 a part could not be kept running, 2 it could not start. Errors
are one line each: what is wrong; what to do.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from importlib import import_module
from importlib.util import find_spec

import click
from flask import Flask
from flask.cli import ScriptInfo
from sqlalchemy.engine import make_url

from portal.cli import embedded_redis, plan, start_checks
from portal.cli.start_checks import CannotStart
from portal.cli.supervisor import Supervisor
from portal.config import Config

COULD_NOT_START = 2
# Person's e-mail and the role to try with it.
Login = tuple[str, str]


@click.command("up")
def up() -> None:
    """Start the portal: database, demo, queue, web server, worker and scheduler."""
    app = click.get_current_context().ensure_object(ScriptInfo).load_app()
    # Whatever the portal writes, the secret and the database included, is its owner's alone.
    os.umask(0o077)
    try:
        status = _run(app, app.config["PORTAL"])
    except (CannotStart, embedded_redis.NoRedis) as problem:
        click.echo(f"portal: {problem}", err=True)
        status = COULD_NOT_START
    sys.exit(status)


def _run(app: Flask, config: Config) -> int:
    env = dict(os.environ)
    with start_checks.lock_folder(config.var), start_checks.listen(env) as listening:
        start_checks.known_web_server(env)
        if url := env.get("REDIS_URL"):
            start_checks.answering_redis(url)
        start_checks.reachable_database(config)
        children = plan.children(config, listening, env)
        click.echo(f"portal: starting on {_stores(config, env)}")
        start_checks.migrate(app)
        logins, password = _load_demo(app, config)
        supervisor = Supervisor(children)
        return supervisor.run(lambda: _announce(config, logins, password))


def _stores(config: Config, env: Mapping[str, str]) -> str:
    database = start_checks.shown(make_url(config.database_url))
    return f"{database} and {'the given' if env.get('REDIS_URL') else 'its own'} Redis"


def _load_demo(app: Flask, config: Config) -> tuple[list[Login], str | None]:
    """Load the demo tenants unless they are there; never in production."""
    if config.production or not find_spec("portal.cli.demo"):
        return [], None
    demo = import_module("portal.cli.demo")
    logins, password = demo.load_once(app)
    if password:
        click.echo(f"Demo password, shown this once: {password}")
    return logins, password


def _announce(config: Config, logins: list[Login], password: str | None) -> None:
    click.echo(f"\nThe portal runs at {click.style(config.base_url, bold=True)}")
    if logins:
        known = password or "the one shown at the first start, or PORTAL_DEMO_PASSWORD"
        click.echo(f"Sign in with one of these; password: {known}")
        width = max(len(email) for email, _ in logins)
        for email, role in logins:
            click.echo(f"  {email:<{width}}  {role}")
    if not config.smtp_url:
        click.echo(f"Mail is not sent (no SMTP_URL): it is written to {config.var / 'mail'}")
    click.echo("Ctrl-C stops everything.\n")


commands = (up,)
