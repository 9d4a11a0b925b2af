"""PostgreSQL for tests: one server per run, migrated once, and copies of that for every module."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.infra import postgres_server
from tests.infra.postgres_server import OWNER, SUPERUSER, WEB, NoPostgres, PostgresServer
from tests.infra.run_folder import at_end, once, run_folder

TEMPLATE = "portal_template"
ROOT = Path(__file__).resolve().parents[2]
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Database:
    """One database, and how each role reaches it."""

    name: str
    server: PostgresServer

    @property
    def owner_url(self) -> str:
        """For migrations: the role that owns every table."""
        return self.server.url(self.name, OWNER)

    @property
    def web_url(self) -> str:
        """For the application: a role that owns nothing and obeys row-level security."""
        return self.server.url(self.name, WEB)

    @property
    def superuser_url(self) -> str:
        """Passes every policy: for proofs that the policies are what holds."""
        return self.server.url(self.name, SUPERUSER)


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        at_end(lambda: postgres_server.stop(run_folder() / "pg"))


def migrate(url: str) -> None:
    """Bring a database to the newest schema and roles, as an operator does."""
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "migrate"]
    environment = os.environ | {
        "APP_ENV": "testing",
        "DATABASE_URL": url,
        "FLASK_SKIP_DOTENV": "1",
        "PORTAL_VAR": str(run_folder() / "var"),
        "SECRET_KEY": "for-tests-only",
    }
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"migrations failed:\n{done.stdout}{done.stderr}")


@contextmanager
def database(server: PostgresServer, template: str) -> Iterator[Database]:
    """A new database of this test process, dropped afterwards."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw")
    name = f"test_{worker}_{os.getpid()}_{next(_numbers)}"
    server.create(name, template)
    try:
        yield Database(name, server)
    finally:
        server.drop(name)


@pytest.fixture(scope="session")
def postgres() -> PostgresServer:
    """The server of this run; started by the first test that asks."""
    try:
        with once("postgres") as result:
            if result is not None:
                postgres_server.programs()
                result.write_text(postgres_server.start(run_folder() / "pg").folder)
    except NoPostgres as missing:
        pytest.skip(str(missing))
    return PostgresServer((run_folder() / "postgres.result").read_text())


@pytest.fixture(scope="session")
def postgres_template(postgres: PostgresServer) -> str:
    """Name of a migrated, empty database to copy."""
    with once("postgres-template") as result:
        if result is not None:
            postgres.drop(TEMPLATE)
            postgres.create(TEMPLATE)
            migrate(postgres.url(TEMPLATE, OWNER))
    return TEMPLATE


@pytest.fixture(scope="module")
def postgres_database(postgres: PostgresServer, postgres_template: str) -> Iterator[Database]:
    """A migrated database for the tests of one module."""
    with database(postgres, postgres_template) as made:
        yield made


@pytest.fixture
def fresh_postgres_database(postgres: PostgresServer, postgres_template: str) -> Iterator[Database]:
    """A migrated database for one test."""
    with database(postgres, postgres_template) as made:
        yield made


@pytest.fixture
def empty_postgres_database(postgres: PostgresServer) -> Iterator[Database]:
    """A database without tables, for tests of the migrations themselves."""
    with database(postgres, "template1") as made:
        yield made


@pytest.fixture(scope="module")
def postgres_url(postgres_database: Database) -> str:
    """DATABASE_URL of the module's database, as the web role."""
    return postgres_database.web_url
