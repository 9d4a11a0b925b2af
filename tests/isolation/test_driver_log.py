"""What the driver of PostgreSQL says by itself: in the log's own form, and not twice."""

from __future__ import annotations

import json
import logging

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from portal import logs
from tenants.db import db
from tests.fixtures.app import config_for, on_postgres

WHOLE = f"{logs.ENDED} %r"


class Ear(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


def said(capsys: pytest.CaptureFixture[str], level: str, message: str) -> list[dict[str, str]]:
    logs.configure(config_for("sqlite://", log_level=level))
    logging.getLogger(logs.DRIVER).warning(message, "more")
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


@pytest.fixture(autouse=True)
def _as_before() -> object:
    yield
    logs.configure(config_for("sqlite://"))


def test_it_is_an_event_like_any_other(capsys: pytest.CaptureFixture[str]) -> None:
    (event,) = said(capsys, "INFO", "something odd: %s")
    assert (event["event"], event["level"]) == ("database driver", "warning")
    assert event["said"] == "something odd: more"


def test_what_an_error_tells_already_is_said_in_detail_only(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert said(capsys, "INFO", WHOLE) == []
    (event,) = said(capsys, "DEBUG", WHOLE)
    assert event["level"] == "debug"


@on_postgres
def test_of_many_statements_the_error_is_raised_and_the_connection_goes_on(app: Flask) -> None:
    ear = Ear()
    logging.getLogger(logs.DRIVER).addHandler(ear)
    with app.app_context(), db.engine.connect() as connection:
        connection.execute(text("CREATE TEMPORARY TABLE few (n int CHECK (n < 3))"))
        connection.commit()
        many = [{"n": number} for number in range(500)]
        with pytest.raises(IntegrityError, match="few_n_check"):
            connection.execute(text("INSERT INTO few VALUES (:n)"), many)
        connection.rollback()
        assert connection.scalar(text("SELECT count(*) FROM few")) == 0
        connection.execute(text("DROP TABLE few"))
        connection.commit()
    assert [str(each.msg).startswith(logs.ENDED) for each in ear.records] == [True]
