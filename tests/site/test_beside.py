"""For a moment after a change nobody waits for the new bytes; later nobody gets the old ones."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError
from werkzeug.test import Client

from portal.site import changes
from portal.site.front import Front
from tests.fixtures.cast import Cast
from tests.infra.processes import wait_until
from tests.site.fronts import Made, a_front
from tests.site.scene import live, page_titled, writing
from tests.site.test_kept import Acts

Fronts = Callable[..., Front]
POST = "/s/acme/posts/first-snow/"


@pytest.fixture
def made(app: Flask, cast: Cast) -> Made:
    with writing(app, cast.acme) as acme:
        live(acme, "First snow")
    front: Front = app.extensions["site_front"]
    return Made(front.inner)


@pytest.fixture
def make_front(app: Flask, made: Made) -> Iterator[Callable[..., Front]]:
    """`make_front(every=…)`; what is made beside has ended before the next test's database is."""
    fronts: list[Front] = []

    def make(every: float) -> Front:
        fronts.append(a_front(app, made, every=every))
        return fronts[-1]

    yield make
    wait_until(lambda: not any(f._maker._beside.busy for f in fronts), "all is made")


def change(app: Flask, cast: Cast) -> None:
    with writing(app, cast.acme) as acme:
        Acts(acme, 1).text(page_titled(acme, "First snow"))


def test_nobody_waits_for_what_has_just_changed(
    app: Flask, cast: Cast, made: Made, make_front: Fronts
) -> None:
    front = make_front(every=60.0)
    reader = Client(front)
    before = reader.get(POST).data
    change(app, cast)
    front._hearing._look()
    made.gate.clear()
    assert [reader.get(POST).data for _ in range(3)] == [before] * 3
    made.gate.set()
    wait_until(lambda: "Words 0" in reader.get(POST).text, "the new bytes are there")
    assert made.paths == [POST, POST]


def test_after_a_silence_the_first_gets_what_is_new(
    app: Flask, cast: Cast, made: Made, make_front: Fronts
) -> None:
    front = make_front(every=1.0)
    reader = Client(front)
    reader.get(POST)
    change(app, cast)
    front._hearing._at = front._hearing._heard_at = time.monotonic() - 30
    assert "Words 0" in reader.get(POST).text


def test_looks_in_vain_are_no_looks(
    app: Flask, cast: Cast, make_front: Fronts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What changed while the log was out of reach is as old as the last look that saw it."""
    front = make_front(every=60.0)
    reader = Client(front)
    reader.get(POST)
    change(app, cast)
    front._hearing._heard_at = time.monotonic() - 300
    with monkeypatch.context() as away:
        away.setattr(changes, "news_since", _away)
        front._hearing._look()
    front._hearing._look()
    assert "Words 0" in reader.get(POST).text


def _away(_mark: int) -> None:
    raise OperationalError("SELECT", {}, Exception("out of reach"))


def test_a_fault_beside_is_no_end(app: Flask, cast: Cast, made: Made, make_front: Fronts) -> None:
    front = make_front(every=60.0)
    reader = Client(front)
    reader.get(POST)
    change(app, cast)
    front._hearing._look()
    inner, made.inner = made.inner, None
    reader.get(POST)
    wait_until(lambda: not front._maker._beside.busy, "the fault is over")
    made.inner = inner
    wait_until(lambda: "Words 0" in reader.get(POST).text, "the new bytes are there")


@pytest.mark.parametrize("place", [POST, "/s/acme/"])
def test_a_database_that_goes_while_an_answer_is_made_takes_nothing_away(
    app: Flask, cast: Cast, make_front: Fronts, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    """What was at hand is given again, as when it is gone before the answer is begun."""
    reader = Client(make_front(every=0.0))
    before = reader.get(place).data
    change(app, cast)
    with monkeypatch.context() as away:
        away.setattr("portal.site.visit.account_path", _away)
        for _ in range(2):
            answer = reader.get(place)
            assert (answer.status_code, answer.data) == (200, before)
        assert reader.get("/s/acme/nowhere/").status_code == 503
    assert reader.get(place).data != before


def test_a_look_that_never_ends_holds_up_nobody_else(
    app: Flask, cast: Cast, make_front: Fronts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line to the database has fallen silent: one thread waits, the others give what is kept.

    The first of them waits for a while, those after it do not.
    """
    monkeypatch.setattr(changes, "WAIT", 0.01)
    front = make_front(every=0.25)
    before = Client(front).get(POST).data
    silent = threading.Event()

    def look(_mark: int) -> None:
        silent.wait(60)
        _away(_mark)

    monkeypatch.setattr(changes, "news_since", look)
    front._hearing._at -= 10
    with ThreadPoolExecutor(2) as pool:
        try:
            looking = pool.submit(Client(front).get, POST)
            wait_until(front._hearing._lock.locked, "somebody looks")
            front._hearing._at -= 10
            assert pool.submit(Client(front).get, POST).result(20).data == before
            monkeypatch.setattr(changes, "WAIT", -1)  # for ever
            assert pool.submit(Client(front).get, POST).result(20).data == before
        finally:
            silent.set()
        assert looking.result(20).data == before
