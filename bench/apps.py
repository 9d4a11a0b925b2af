"""The portal over a bench's database, and a watch on the statements it sends."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import event

from bench import worlds
from portal import create_app
from portal.config import Config
from tenants.db import db


@contextmanager
def portal(world: str, socket: Path | None) -> Iterator[Flask]:
    """Open a world with an application context; its connections are given back at the end."""
    with tempfile.TemporaryDirectory() as var:
        config = Config(
            secret_key="for-benches-only-" * 3, database_url=worlds.url(world, socket),
            redis_url="unix:///nonexistent/redis.sock", var=Path(var), log_level="CRITICAL",
        )  # fmt: skip
        app = create_app(config)
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()


@dataclass
class Watch:
    """How many statements were sent."""

    statements: int = 0

    def reset(self) -> None:
        """Begin again."""
        self.statements = 0


@contextmanager
def watching() -> Iterator[Watch]:
    """Count the SELECTs sent meanwhile."""
    watch = Watch()

    def count(_c: Any, _cursor: Any, sql: str, *_rest: Any) -> None:
        watch.statements += sql.lstrip().upper().startswith(("SELECT", "WITH"))
        watch.statements -= "set_config" in sql

    event.listen(db.engine, "before_cursor_execute", count)
    try:
        yield watch
    finally:
        event.remove(db.engine, "before_cursor_execute", count)
