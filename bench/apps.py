"""The portal over a bench's database, and a watch on the statements it sends."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from flask import Flask
from sqlalchemy import event, select

from bench import worlds
from bench.wsgi import Browser
from portal import create_app
from portal.collecting import settle
from portal.config import Config
from portal.identity.sessions import Limits, start
from tenants.accounts import Account
from tenants.db import db
from tenants.grants import Grant
from tenants.people import Person
from tenants.roles import Role
from tenants.scope import directory


@contextmanager
def portal(world: str, socket: Path | None, memory: int = 0) -> Iterator[Flask]:
    """Open a world with an application context; its connections are given back at the end.

    `memory` is in bytes, for published pages; without any each is made anew.
    """
    with portal_at(worlds.url(world, socket), memory) as app:
        yield app


@contextmanager
def portal_at(url: str, memory: int = 0) -> Iterator[Flask]:
    """Open any database with an application context, and do the same at the end."""
    with tempfile.TemporaryDirectory() as var:
        config = Config(
            secret_key="for-benches-only-" * 3, database_url=url,
            redis_url="unix:///nonexistent/redis.sock", var=Path(var), log_level="CRITICAL",
            site_memory=memory,
        )  # fmt: skip
        app = create_app(config)
        settle()
        with app.app_context():
            # One server process at a time, as long as nobody else asks: to be asked what it cost.
            cast(Any, db.engine.pool)._pool.use_lifo = True
            yield app
            db.session.remove()
            db.engine.dispose()


def signed_in(app: Flask, role: str, account: str) -> Browser:
    """Return a browser in which somebody is signed in who has a role at an account himself."""
    with directory():
        query = select(Grant.person_id).join(Role, Role.id == Grant.role_id)
        query = query.join(Account, Account.id == Grant.account_id)
        found = query.where(Role.key == role, Account.handle == account).order_by(Grant.id)
        person = db.session.get_one(Person, db.session.scalars(found.limit(1)).one())
    limits = Limits(timedelta(days=14), timedelta(days=30))
    token = start(person, limits, staff=False, address="127.0.0.1", device="bench")
    db.session.commit()
    db.session.remove()
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    cookie = signer.dumps({"_user_id": token, "_fresh": True})

    def serve(environ: Any, start_response: Any) -> Any:
        # In the context that is open here, Flask-Login would know him from one request to the next.
        return Context().run(app.wsgi_app, environ, start_response)

    return Browser(serve, {app.config["SESSION_COOKIE_NAME"]: cookie})


@dataclass
class Watch:
    """How many statements were sent: SELECTs, and all. `server` is PostgreSQL's process."""

    statements: int = 0
    all: int = 0
    server: int | None = None

    def reset(self) -> None:
        """Begin again."""
        self.statements = self.all = 0


@contextmanager
def watching() -> Iterator[Watch]:
    """Count what is sent meanwhile, but for what begins a transaction."""
    watch = Watch()

    def count(connection: Any, _cursor: Any, sql: str, *_rest: Any) -> None:
        driver = connection.connection.driver_connection
        watch.server = getattr(getattr(driver, "info", None), "backend_pid", None)
        watch.all += "set_config" not in sql and not sql.startswith(("BEGIN", "SET TRANSACTION"))
        watch.statements += sql.lstrip().upper().startswith(("SELECT", "WITH"))
        watch.statements -= "set_config" in sql

    engine = db.engine
    event.listen(engine, "before_cursor_execute", count)
    try:
        yield watch
    finally:
        event.remove(engine, "before_cursor_execute", count)
