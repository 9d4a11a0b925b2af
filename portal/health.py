"""Whether the portal works, part by part."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from alembic.config import Config as AlembicConfig
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from redis.exceptions import RedisError
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from portal.config import ROOT
from portal.heartbeats import is_silent
from tenants.clock import database_now, now
from tenants.db import db
from tenants.engines import reading

KEEPS_ALL = "noeviction"
SKEW_SECONDS = 2


def checks() -> dict[str, str]:
    """Return each part with `ok` or what is wrong with it and what to do. Never raises."""
    return {
        "database": _told(_database),
        "schema": _told(_schema),
        "clock": _told(_clock),
        "redis": _told(_redis),
        "scheduler": _told(_scheduler),
    }


def head_revision() -> str:
    """Return the newest migration in the code."""
    return _scripts().get_current_head() or ""


def _scripts() -> ScriptDirectory:
    config = AlembicConfig()
    config.set_main_option("script_location", str(Path(ROOT) / "migrations"))
    return ScriptDirectory.from_config(config)


def schema_revision() -> str:
    """Return the migration the database stands at, or an empty text for a new one."""
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def _is_known(revision: str) -> bool:
    return any(found.revision == revision for found in _scripts().walk_revisions())


def _told(check: Callable[[], str]) -> str:
    try:
        with reading():
            return check()
    except SQLAlchemyError as error:
        first = str(getattr(error, "orig", error)).splitlines()[0]
        return f"cannot be asked: {first}"
    finally:
        db.session.rollback()


def _database() -> str:
    db.session.execute(text("SELECT 1"))
    return "ok"


def _schema() -> str:
    here, there = schema_revision(), head_revision()
    if here == there:
        return "ok"
    if here and not _is_known(here):
        return f"at {here}, which is newer than this code: run the version that wrote it"
    return f"at {here or 'nothing'}, the code needs {there}: run `flask --app wsgi migrate`"


def _redis() -> str:
    redis = current_app.extensions["redis"]
    try:
        redis.ping()
    except RedisError as error:
        return f"out of reach ({error}): jobs wait in the database until it is back"
    told: dict[str, Any] = {}
    with suppress(RedisError):  # not everybody is told this by a Redis that others run
        told = redis.info("memory")
    policy = told.get("maxmemory_policy", KEEPS_ALL)
    if told.get("maxmemory") and policy != KEEPS_ALL:
        return f"throws jobs away when it is full ({policy}): set maxmemory-policy {KEEPS_ALL}"
    return "ok"


def _clock() -> str:
    off = (database_now(db.session()) - now()).total_seconds()
    if abs(off) > SKEW_SECONDS:
        return f"this machine's clock is {off:+.0f} s off the database's: have both set by NTP"
    return "ok"


def _scheduler() -> str:
    if is_silent(db.session(), "scheduler"):
        return "silent for over 30 s: start `flask --app wsgi scheduler`"
    return "ok"
