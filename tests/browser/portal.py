"""The whole portal as processes: web, worker, scheduler and Redis."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portal.cli.warden import Warden
from tests.browser.content import Places, furnish
from tests.browser.queue import furnish_queue
from tests.fixtures.app import app_over, database_copy
from tests.infra.processes import Processes

POLL_SECONDS = 0.01


@dataclass(frozen=True)
class Portal:
    """A running portal."""

    url: str
    places: Places | None = None

    def read(self, address: str) -> tuple[int, str]:
        """What a reader without cookies gets: status and text."""
        try:
            with urllib.request.urlopen(self.url + address, timeout=10) as answer:  # noqa: S310  ours
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, refusal.read().decode()

    def seen_at(self, address: str, words: str, until: datetime) -> tuple[datetime, datetime]:
        """Ask again and again until readers get `words`: when they first did, and last did not."""
        absent = datetime.now(UTC)
        while datetime.now(UTC) < until:
            asked = datetime.now(UTC)
            if words in self.read(address)[1]:
                return datetime.now(UTC), absent
            absent = asked
            time.sleep(POLL_SECONDS)
        pytest.fail(f"{address} does not show {words!r} at {until:%H:%M:%S}")


@pytest.fixture
def portal(forked: Processes, redis_url: str, database_url: str) -> Portal:
    """Everything runs, over a fresh database with the cast in it."""
    env = {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
    forked.flask("scheduler", env=env)
    forked.flask("worker", env=env)
    _, url = forked.web(env)
    return Portal(url)


@pytest.fixture(scope="module")
def desk(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, process_warden: Warden
) -> Iterator[Portal]:
    """A web server alone, shared by the tests of a module: nothing comes due, nothing is mailed."""
    with _web_alone(request, tmp_path_factory.mktemp("desk"), process_warden, full=False) as it:
        yield it


@pytest.fixture(scope="module")
def show_room(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, process_warden: Warden
) -> Iterator[Portal]:
    """The same with everything in it that screens can show."""
    with _web_alone(request, tmp_path_factory.mktemp("show"), process_warden, full=True) as it:
        yield it


@contextmanager
def _web_alone(
    request: pytest.FixtureRequest, folder: Path, watcher: Warden, *, full: bool
) -> Iterator[Portal]:
    started = Processes(folder, watcher, request.getfixturevalue("nursery"))
    with database_copy(request, "sqlite", folder, with_cast=True) as database:
        places, env = None, {"DATABASE_URL": database}
        if full:
            env["REDIS_URL"] = request.getfixturevalue("redis_of_this_process").url
            with app_over(database, var=folder / "var", redis_url=env["REDIS_URL"]) as app:
                places = furnish(app)
                furnish_queue(app)
        try:
            yield Portal(started.web(env)[1], places)
        finally:
            started.end()
