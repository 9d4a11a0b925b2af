"""Pages due at the same second, and at odd instants, carried out by real schedulers.

Two scheduler processes, as an installation has. The storm: 10,000 pages, 9,900 of one tenant and
100 of another, all due at one second; three times, of which the middle one's last page counts.
Calm: 1,000 at random instants. What counts is the database's clock, and in the end what a reader's
request gets. Somebody reads the crowd's home page all the while, fifty times a second, through all
of the portal as it is set up by itself. Beside it, in the same run, Wagtail's own
`publish_scheduled` with 300 pages: its time for one page against ours.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

from flask import Flask
from sqlalchemy import Connection, Engine, create_engine, func, select

from bench import due_rows, worlds
from bench.apps import portal
from bench.due_rows import Item
from bench.editor import text, wagtail
from bench.measure import Line, line, p95
from bench.wsgi import Browser
from portal.content.due_alone import request_id_of
from portal.content.schedules import Schedule
from tenants.audit import AuditEvent

WORLD, CROWD, OTHERS, CALM, PEER, TIMES = "punctual", 9_900, 100, 1_000, 300, 2
STORMS, SCHEDULERS, AHEAD, CALM_SECONDS, PATIENCE, EVERY = 3, 2, 15.0, 60.0, 120.0, 0.02
FAR = timedelta(days=1)
MEMORY = 64 * 1024 * 1024
BARS = {"postgres": 1_500, "sqlite": 2_000}


def run(kinds: tuple[str, ...]) -> list[Line]:
    """Run both on each database."""
    lines: list[Line] = []
    for kind in kinds:
        with (
            worlds.server(kind) as socket,
            portal(WORLD, socket, MEMORY) as app,
            _owner(socket) as engine,
        ):
            with engine.begin() as connection:
                due_rows.forget_pending(connection)
            with _schedulers(worlds.url(WORLD, socket)) as processes:
                storms = [_storm(app, engine, processes) for _ in range(STORMS)]
                lines += [_told(kind, storms), *_calm(kind, engine)]
            with wagtail(socket) as other:
                other.begin(body=text(0))
                told = [other.ask("schedule", number=PEER) for _ in range(TIMES)]
            theirs = [float(each["wall"]) / PEER for each in told]
            ours = median(each.last for each in storms) / (CROWD + OTHERS)
            first = line("due-each", kind, "Wagtail", theirs, note=f"{PEER} at once")
            ratio = ours / first.p50
            lines += [first, line("due-each", kind, "portal", [ours] * TIMES, ratio=ratio,
                                  note=f"{CROWD + OTHERS} at once")]  # fmt: skip
    return lines


@dataclass(frozen=True)
class Storm:
    """How late each was, all and the other tenant's last, in milliseconds, and what it cost."""

    delays: list[float]
    last: float
    others: float
    slower: float
    grown: float


def _storm(app: Flask, engine: Engine, processes: list[int]) -> Storm:
    later = _now(engine) + FAR
    with engine.begin() as connection:
        crowd, other = due_rows.masters(connection)
        items = due_rows.add(connection, crowd.id, [later] * CROWD, uuid4().hex[:8])
        items += due_rows.add(connection, other.id, [later] * OTHERS, uuid4().hex[:8])
    due = (_now(engine) + timedelta(seconds=AHEAD)).replace(microsecond=0)
    with engine.begin() as connection:
        due_rows.set_due(connection, items, [due] * len(items))
    reader, before = Browser(app.wsgi_app), _memory(processes)
    quiet, busy, last = _watch(engine, due, reader, f"/s/{crowd.handle}/")
    delays = _delays(engine, items)
    _all_live_and_told_once(engine, items, reader)
    others = [delay for delay, tenant_id in delays if tenant_id == other.id]
    grown = max(after - now for after, now in zip(_memory(processes), before, strict=True))
    return Storm([delay for delay, _ in delays], last, max(others), p95(busy) / p95(quiet), grown)


def _told(kind: str, storms: list[Storm]) -> Line:
    """Return the line of some storms: the middle one's last counts, all are shown."""
    last = median(each.last for each in storms)
    note = (
        f"last {', '.join(f'{each.last:.0f}' for each in storms)} ms; other tenant's last "
        f"{max(each.others for each in storms):.0f} ms; early "
        f"{sum(delay < 0 for each in storms for delay in each.delays)}; readers' p95 "
        f"{max(each.slower for each in storms):.1f} x quiet; memory +"
        f"{', +'.join(f'{each.grown:.0f}' for each in storms)} MB"
    )
    return line(
        "due-storm", kind, f"{CROWD + OTHERS:,} at one second",
        [delay for each in storms for delay in each.delays],
        target=f"last <= {BARS[kind]} ms", met=last <= BARS[kind], note=note,
    )  # fmt: skip


def _calm(kind: str, engine: Engine) -> list[Line]:
    later = _now(engine) + FAR
    with engine.begin() as connection:
        crowd, _other = due_rows.masters(connection)
        items = due_rows.add(connection, crowd.id, [later] * CALM, uuid4().hex[:8])
    dice, start = random.Random(1), _now(engine) + timedelta(seconds=AHEAD)  # noqa: S311
    dues = [start + timedelta(seconds=dice.random() * CALM_SECONDS) for _ in range(CALM)]
    with engine.begin() as connection:
        due_rows.set_due(connection, items, dues)
    _wait_until_done(engine, max(dues))
    found = [delay for delay, _ in _delays(engine, items)]
    result = line("due-calm", kind, f"{CALM:,} at odd instants", found, target="p99 <= 1000 ms")
    note = f"last {max(found):.0f} ms; early {sum(delay < 0 for delay in found)}"
    met = result.p99 <= 1_000 and max(found) <= 2_000 and min(found) >= 0
    return [line("due-calm", kind, result.design, found, target=result.target, met=met, note=note)]


@contextmanager
def _owner(socket: Path | None) -> Iterator[Engine]:
    engine = create_engine(worlds.owner_url(WORLD, socket))
    yield engine
    engine.dispose()


@contextmanager
def _schedulers(url: str) -> Iterator[list[int]]:
    with tempfile.TemporaryDirectory() as var:
        environment = os.environ | {
            "APP_ENV": "testing", "DATABASE_URL": url, "FLASK_SKIP_DOTENV": "1", "PORTAL_VAR": var,
            "SECRET_KEY": "for-benches-only-" * 3, "LOG_LEVEL": "ERROR",
            "REDIS_URL": "unix:///nonexistent/redis.sock",
        }  # fmt: skip
        command = [sys.executable, "-m", "flask", "--app", "wsgi", "scheduler"]
        started = [
            subprocess.Popen(command, cwd=worlds.ROOT, env=environment) for _ in range(SCHEDULERS)
        ]
        try:
            yield [process.pid for process in started]
        finally:
            for process in started:
                process.terminate()
            for process in started:
                process.wait(timeout=30)


def _look(reader: Browser, url: str) -> float:
    """Ask for a page, then wait until it is time for the next; return the milliseconds it took."""
    wall = reader.get(url).wall
    time.sleep(max(0.0, EVERY - wall / 1000))
    return wall


def _watch(
    engine: Engine, due: datetime, reader: Browser, url: str
) -> tuple[list[float], list[float], float]:
    """Read a page all the while; return the milliseconds before and meanwhile, and the last's."""
    quiet: list[float] = []
    busy: list[float] = []
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while (moment := _clock(connection)) < due:
            if moment > due - timedelta(seconds=5):
                quiet.append(_look(reader, url))
        while _waiting(connection, due):
            busy.append(_look(reader, url))
            if _clock(connection) - due > timedelta(seconds=PATIENCE):
                sys.exit("bench: pages that are due do not go live")
        last = (_clock(connection) - due).total_seconds() * 1000
    return quiet, busy or quiet, last


def _wait_until_done(engine: Engine, last: datetime) -> None:
    with engine.connect() as connection:
        while _waiting(connection, last):
            time.sleep(0.5)


def _waiting(connection: Connection, due: datetime) -> bool:
    """Look along the index: a look that reads the whole table takes the time it measures."""
    waiting = Schedule.state == "pending", Schedule.due_at <= due
    query = select(Schedule.id).where(*waiting).order_by(Schedule.due_at).limit(1)
    found = connection.scalar(query) is not None
    connection.rollback()
    return found


def _delays(engine: Engine, items: list[Item]) -> list[tuple[float, Any]]:
    """Return by how many milliseconds each was late, by the database's clock, and whose it was."""
    mine = {item.schedule_id for item in items}
    query = select(Schedule.id, Schedule.tenant_id, Schedule.due_at, Schedule.done_at)
    with engine.connect() as connection:
        rows = [row for row in connection.execute(query) if row.id in mine]
    return [((row.done_at - row.due_at).total_seconds() * 1000, row.tenant_id) for row in rows]


def _all_live_and_told_once(engine: Engine, items: list[Item], reader: Browser) -> None:
    query = select(AuditEvent.request_id).where(AuditEvent.event == "page.published")
    mine = {request_id_of(item.schedule_id) for item in items}
    with engine.connect() as connection:
        told = [found for found in connection.scalars(query) if found in mine]
    dark = [item.url for item in items if reader.get(item.url).status != 200]
    if len(told) != len(mine) or set(told) != mine or dark:
        sys.exit(f"bench: {len(told)} told of, {len(mine)} were due, {len(dark)} are not live")


def _now(engine: Engine) -> datetime:
    with engine.connect() as connection:
        return _clock(connection)


def _clock(connection: Connection) -> datetime:
    if connection.dialect.name != "postgresql":
        return datetime.now(UTC)
    moment: datetime = connection.scalar(select(func.clock_timestamp()))  # type: ignore[assignment]  # never NULL
    connection.rollback()
    return moment.astimezone(UTC)


def _memory(pids: list[int]) -> list[float]:
    """Return each process's resident memory in MB."""
    found = [Path(f"/proc/{pid}/statm").read_text().split()[1] for pid in pids]
    return [int(pages) * os.sysconf("SC_PAGE_SIZE") / 1_048_576 for pages in found]
