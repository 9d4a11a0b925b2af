"""Databases of the isolation suite, and its table of counts at the end of the run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from flask import Flask

from tenants.db import db
from tests.fixtures.app import app_over, database_copy
from tests.infra.run_folder import run_folder
from tests.isolation.locks import Locks, set_to
from tests.isolation.world import World, superuser_url, world_behind


@pytest.fixture(scope="module")
def place(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Flask, World, Locks]]:
    """An app under some locks, inside its context, and the truth behind it."""
    locks: Locks = request.param
    folder = tmp_path_factory.mktemp("isolation")
    with ExitStack() as stack:
        url = stack.enter_context(database_copy(request, locks.kind, folder, with_cast=True))
        world = stack.enter_context(world_behind(url))
        settings = {}
        if locks.kind == "postgres" and not locks.database:
            url, settings = superuser_url(url), {"web_role": "postgres"}
        app = stack.enter_context(app_over(url, **settings))
        with app.app_context():
            engine = db.engine
        engine.pool._pre_ping = False  # this server goes nowhere
        stack.enter_context(set_to(locks, engine))
        yield app, world, locks


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print how many checks held under which locks."""
    path = run_folder() / "isolation.counts"
    if not path.exists():
        return
    held: Counter[str] = Counter()
    leaked: Counter[str] = Counter()
    for line in path.read_text().splitlines():
        name, good, bad = line.split("\t")
        held[name] += int(good)
        leaked[name] += int(bad)
    terminalreporter.section("isolation checks by the locks that are on")
    for name in held:
        terminalreporter.write_line(f"{name:<24} {held[name]:>6} held {leaked[name]:>6} leaked")
