"""When the database is locked or out of reach: a sentence, and reading goes on where it can."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import InternalError, OperationalError, PendingRollbackError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoneLeft

from portal.identity import sessions
from portal.identity.models import LoginSession
from tenants import engines
from tenants.clock import now
from tenants.db import db
from tenants.engines import PATIENCE
from tenants.outages import is_outage
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in


@contextmanager
def locked(app: Flask) -> Iterator[None]:
    """Hold SQLite's write lock, as another program would."""
    path = app.config["SQLALCHEMY_DATABASE_URI"].removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


def test_reading_does_not_wait_for_a_lock(app: Flask, client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.editor)
    with app.app_context():
        for row in db.session.query(LoginSession):
            row.seen_at = now() - timedelta(hours=1)
        db.session.commit()
    with locked(app):
        assert client.get("/a/acme/").status_code == 200
        assert client.get("/s/acme/").status_code == 200


def test_a_save_that_meets_a_lock_is_a_503_with_the_text(
    app: Flask, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client, cast.author)
    monkeypatch.setattr(engines, "_patience", _Short())
    with locked(app):
        typed = {"type": "post", "title": "T", "body": "<p>My careful words.</p>"}
        here = {"Sec-Fetch-Site": "same-origin"}
        answer = client.post("/a/acme/pages/new", data=typed, headers=here)
    assert answer.status_code == 503
    assert "My careful words." in answer.text
    assert answer.headers["Retry-After"] == "5"


class _Short:
    """Stands for the patience of a transaction: none."""

    def get(self) -> float:
        return 0.05


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_database_out_of_reach_is_a_503_for_people_signed_in(
    client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    sign_in(client, cast.editor)

    def gone(*_: object) -> None:
        raise OperationalError("SELECT", {}, Exception("server closed the connection"))

    monkeypatch.setattr(sessions, "find", gone)
    answer = getattr(client, method)("/a/acme/pages/new")
    assert answer.status_code == 503
    assert "out of reach" in answer.text


def away(*_: object, **__: object) -> None:
    raise OperationalError("SELECT", {}, Exception("server closed the connection"))


@pytest.fixture
def served(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the web server serves it: what goes wrong in the page of an error has a page too."""
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)


@pytest.mark.usefixtures("served")
@pytest.mark.parametrize(
    ("asked", "address", "told"),
    [
        ("portal.errors.givers", "/a/acme/pages/new", "out of reach"),
        ("portal.site.faults.listing.posts", "/s/acme/nowhere/", "Nothing is lost"),
    ],
    ids=["refused", "missing"],
)
def test_a_database_that_goes_while_an_error_is_told_of_is_a_503(
    client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch,
    asked: str, address: str, told: str,
) -> None:  # fmt: skip
    sign_in(client, cast.viewer)
    monkeypatch.setattr(asked, away)
    answer = client.get(address)
    assert answer.status_code == 503
    assert told in answer.text
    assert answer.headers["Retry-After"] == "5"


@pytest.mark.usefixtures("served")
def test_a_database_that_goes_at_the_end_of_a_refused_form_is_a_503_with_the_text(
    client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(client, cast.author)
    monkeypatch.setattr("portal.once.kept", away)
    typed = {"type": "post", "title": "T" * 999, "body": "<p>My careful words.</p>", "once": "k"}
    answer = client.post("/a/acme/pages/new", data=typed, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 503
    assert "My careful words." in answer.text


LOST: list[SQLAlchemyError] = [
    NoneLeft("QueuePool limit reached"),
    InternalError("SELECT", {}, Exception("idle too long"), connection_invalidated=True),
    PendingRollbackError("Can't reconnect", code="8s2b"),
]


@pytest.mark.parametrize("error", LOST)
@pytest.mark.parametrize("path", ["/a/acme/", "/s/acme/nowhere/"])
def test_whatever_is_said_of_a_lost_connection_is_a_503(
    client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch, error: Exception, path: str
) -> None:
    sign_in(client, cast.editor)

    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr("portal.requests.account_path", fail)
    monkeypatch.setattr("portal.site.visit.account_path", fail)
    assert client.get(path).status_code == 503


def test_a_server_that_says_nothing_is_given_up_as_the_database_s_address_says(
    make_app: Callable[..., Flask],
) -> None:
    """Else a host that is gone without a word would hold every thread for minutes."""
    url = "postgresql+psycopg://portal_web@db/portal"
    asked = {}
    for said in ("", "?connect_timeout=9&keepalives_idle=7"):
        app = make_app(url + said)
        given = app.config["SQLALCHEMY_ENGINE_OPTIONS"]["connect_args"]
        with app.app_context():
            whole = db.engine.dialect.create_connect_args(db.engine.url)[1] | given
        asked[said] = {name: whole[name] for name in PATIENCE}
    plain, own = asked.values()
    assert plain == PATIENCE
    assert own == plain | {"connect_timeout": "9", "keepalives_idle": "7"}


def test_a_fault_of_a_statement_is_no_outage() -> None:
    assert not is_outage(None)
    assert not is_outage(InternalError("SELECT", {}, Exception("read-only transaction")))
    assert not is_outage(PendingRollbackError("rolled back by a flush", code="7s2a"))
