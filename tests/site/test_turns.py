"""Whose turn it is, when Redis does not say so."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from flask import Flask

from portal.config import Config
from portal.site import turns
from portal.site.making import OLD_AFTER_WORDS
from portal.site.turns import Turns


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A server that takes connections and never answers, as a Redis that is stopped."""
    with TemporaryDirectory(dir="/tmp") as folder, socket.socket(socket.AF_UNIX) as server:
        server.bind(str(Path(folder) / "redis.sock"))
        server.listen()
        yield server


def test_a_redis_that_hangs_is_given_up_before_readers_would_notice(silent: socket.socket):
    app = Flask(__name__)
    url = f"unix://{silent.getsockname()}"
    app.config["PORTAL"] = Config(
        secret_key="x", database_url="", redis_url=url, var=Path(), base_url=""
    )
    taken = Turns(app)
    for _ in range(3):
        with taken.across("/s/acme/") as mine:
            assert mine
    silent.accept()[0].close()
    silent.setblocking(False)
    with pytest.raises(BlockingIOError):
        silent.accept()
    assert 2 * turns.PATIENCE < OLD_AFTER_WORDS


def test_while_old_words_may_be_given_nobody_waits(make_app: Callable[..., Flask]) -> None:
    front = make_app(site_seconds=Config.site_seconds).extensions["site_front"]
    assert front._maker._grace == pytest.approx(OLD_AFTER_WORDS)
