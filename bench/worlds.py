"""The databases the benches ask: filled once and kept in var/bench."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, select

from bench import mass, postgres, tree
from portal import models
from tenants.accounts import Account, AccountPlace, AccountState
from tenants.grants import Grant
from tenants.people import Person
from tenants.roles import Role

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var" / "bench"
MACHINERY = models  # imported for the tables it names
ROLES = ("viewer", "author", "editor", "publisher", "account-admin")


@dataclass(frozen=True)
class Size:
    """How many rows of each kind a world has."""

    accounts: int
    people: int = 0
    grants: int = 0
    pages: int = 0
    events: int = 0
    schedules: int = 0
    content: int = 0
    first: int = 0
    """How much of the content and of the events is account 2's, if not about half and anywhere."""


def evenly(accounts: int) -> Size:
    """Return a world in which account 2 has the same in any number of accounts that have little."""
    return Size(accounts, people=200 + accounts // 2, grants=200 + accounts,
                content=500 + 10 * accounts, events=1_000 + 20 * accounts, first=500)  # fmt: skip


SIZES = {
    "tree": Size(100_000, people=5_000, grants=25_000, pages=1_000_000, schedules=10_000),
    "trail_10k": Size(1_000, events=10_000),
    "trail_10k_few": Size(100, events=10_000),
    "trail_10m": Size(1_000, events=10_000_000),
    "punctual": Size(60, people=50, grants=100),
    "ticks_1k": Size(60, pages=1_000, schedules=1_000),
    "ticks_1m": Size(60, pages=1_000, schedules=1_000_000),
    "content_10k": Size(1_000, people=300, grants=500, content=10_000),
    "screens": Size(1_000, people=300, grants=500, content=10_000, events=10_000),
    "content_1m": Size(1_000, people=300, grants=500, content=1_000_000),
} | {f"accounts_{number}": evenly(number) for number in (10, 100, 1_000, 10_000)}
KINDS = ("sqlite", "postgres")


@contextmanager
def server(kind: str) -> Iterator[Path | None]:
    """Run what the databases of a kind need."""
    VAR.mkdir(parents=True, exist_ok=True)
    if kind == "sqlite":
        yield None
        return
    with postgres.running(VAR / "pg") as socket:
        yield socket


def url(world: str, socket: Path | None) -> str:
    """Return the URL the portal opens a world with: filled, and as new as the portal."""
    owner = kept(world, socket, partial(_fill, SIZES[world]))
    return owner if socket is None else postgres.url(socket, world, postgres.WEB)


def kept(world: str, socket: Path | None, fill: Callable[[str], None]) -> str:
    """Return a world as its owner opens it.

    One that is not there is filled, one that an older portal filled is migrated.
    """
    owner = owner_url(world, socket)
    mark = VAR / f"{'postgres' if socket else 'sqlite'}-{world}.filled"
    if mark.exists():
        migrate(owner)
        return owner
    print(f"filling {world} ({'PostgreSQL' if socket else 'SQLite'}) …", file=sys.stderr)
    _begin_anew(world, socket)
    started = time.perf_counter()
    migrate(owner)
    fill(owner)
    mark.write_text(f"{time.perf_counter() - started:.0f} s\n")
    return owner


def owner_url(world: str, socket: Path | None) -> str:
    """Return where a world is, for its owner."""
    if socket is None:
        return f"sqlite:///{VAR / world}.sqlite3"
    return postgres.url(socket, world, postgres.SUPERUSER)


def _begin_anew(world: str, socket: Path | None) -> None:
    """Drop what a filling that was cut off has left."""
    for old in VAR.glob(f"{world}.sqlite3*") if socket is None else ():
        old.unlink()
    if socket is not None and not postgres.make_database(socket, world):
        postgres.drop_database(socket, world)
        postgres.make_database(socket, world)


def _fill(size: Size, owner: str) -> None:
    engine = create_engine(owner)
    with engine.begin() as connection:
        dropped = _drop_helpers(connection)
        _rows(connection, size)
        for statement in dropped:
            connection.exec_driver_sql(statement)
    _tidy(engine)


@cache
def migrate(owner: str) -> None:
    """Bring a database's tables up to what the portal wants."""
    environment = os.environ | {
        "APP_ENV": "testing", "DATABASE_URL": owner, "FLASK_SKIP_DOTENV": "1",
        "PORTAL_VAR": str(VAR), "SECRET_KEY": "for-benches-only",
    }  # fmt: skip
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "migrate"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.DEVNULL)


def _drop_helpers(connection: Connection) -> list[str]:
    """Drop what slows a mass insert and return the statements that bring it back.

    These are the indexes of the large tables and SQLite's triggers; PostgreSQL's are put to sleep.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET session_replication_role = replica")
        rows = connection.exec_driver_sql(
            "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename "
            "IN ('page', 'audit_event', 'account_closure') AND indexdef NOT LIKE '%%UNIQUE%%'"
        ).all()
        drops = [(f"DROP INDEX {name}", definition) for name, definition in rows]
    else:
        rows = connection.exec_driver_sql(
            "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND (type = 'trigger' "
            "OR type = 'index' AND tbl_name IN ('page', 'audit_event', 'account_closure'))"
        ).all()
        drops = [(f"DROP {kind} {name}", sql) for kind, name, sql in rows]
    for drop, _again in drops:
        connection.exec_driver_sql(drop)
    return [again for _drop, again in drops]


def _rows(connection: Connection, size: Size) -> None:
    nodes = tree.grow(size.accounts)
    _insert(connection, Account, [tree.account_row(node) for node in nodes])
    for model, rows in zip(
        (AccountPlace, AccountState), zip(*map(tree.lasting_rows, nodes), strict=True), strict=True
    ):
        _insert(connection, model, list(rows))
    kind = "UUID" if connection.dialect.name == "postgresql" else "CHAR(32)"
    connection.exec_driver_sql(
        f"CREATE TABLE bench_account (number INTEGER PRIMARY KEY, id {kind}, tenant_id {kind})"
    )
    connection.exec_driver_sql(
        "INSERT INTO bench_account "
        "SELECT CAST(substr(handle, 9) AS INTEGER), id, tenant_id FROM account"
    )
    mass.closure(connection)
    if size.people:
        _insert(connection, Person, [tree.person_row(n) for n in range(size.people)])
        roles = list(connection.scalars(select(Role.id).where(Role.key.in_(ROLES))))
        roles.sort()
        _insert(connection, Grant, tree.grant_rows(nodes, size.people, size.grants, roles))
    if size.pages:
        mass.pages(connection, size.pages, size.accounts)
        mass.schedules(connection, size.schedules)
    if size.content:
        mass.content(connection, size.content, size.accounts, size.first)
    if size.events:
        mass.events(connection, size.events, size.accounts, size.first)


def _insert(connection: Connection, model: Any, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), 10_000):
        connection.execute(model.__table__.insert(), rows[start : start + 10_000])


def _tidy(engine: Engine) -> None:
    """Let PostgreSQL know its tables, as autovacuum would. SQLite knows nothing, as ever."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("VACUUM ANALYZE")
        else:
            connection.exec_driver_sql("PRAGMA journal_mode=WAL")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
