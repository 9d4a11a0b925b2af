"""A flood of sign-ins finds few places; the rest is turned away at once."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask

from portal.identity import passwords
from portal.identity.aside import STEPS
from portal.identity.gate import Gate, TooBusy
from tests.fixtures.cast import PASSWORD, Cast
from tests.fixtures.client import Browser
from tests.fixtures.statements import listening
from tests.infra.processes import wait_until

THREADS_OF_A_WEB_PROCESS = 4


class Held:
    """Threads that sit at a gate until they are let go."""

    def __init__(self, gate: Gate) -> None:
        self.inside = threading.Semaphore(0)
        self.refused: list[TooBusy] = []
        self._go = threading.Event()
        self._gate = gate
        self._threads: list[threading.Thread] = []

    def add(self, count: int) -> None:
        for _ in range(count):
            self._threads.append(threading.Thread(target=self._run))
            self._threads[-1].start()

    def _run(self) -> None:
        try:
            with self._gate.turn():
                self.inside.release()
                self._go.wait(60)
        except TooBusy as error:
            self.refused.append(error)

    def end(self) -> None:
        self._go.set()
        for thread in self._threads:
            thread.join(20)


@pytest.fixture
def held() -> Iterator[Held]:
    """One inside, and six who come while it is."""
    holders = Held(Gate(at_once=1, waiting=2, seconds=60))
    holders.add(1)
    assert holders.inside.acquire(timeout=10)
    holders.add(6)
    yield holders
    holders.end()


def test_two_wait_and_the_others_are_turned_away_at_once(held: Held):
    wait_until(lambda: len(held.refused) == 4, "four of six are refused while one is inside", 10)
    assert "Wait half a minute" in str(held.refused[0])
    held.end()
    assert len(held.refused) == 4


def test_who_waits_too_long_is_turned_away():
    gate = Gate(at_once=1, waiting=2, seconds=0.01)
    with gate.turn(), pytest.raises(TooBusy), gate.turn():
        pytest.fail("two were inside at once")
    with gate.turn():
        """The place was given back."""


def test_the_password_gate_leaves_a_thread_for_pages():
    gate = passwords._gate
    held = 0
    while gate._places.acquire(blocking=False):
        held += 1
    for _ in range(held):
        gate._places.release()
    assert held < THREADS_OF_A_WEB_PROCESS


def test_pages_are_served_while_the_gate_is_full(app: Flask, client: Browser, cast: Cast):
    for _ in range(3):
        assert passwords._gate._places.acquire(blocking=False)
    try:
        answer = client.post("/sign-in", data={"email": cast.editor.email, "password": PASSWORD})
        assert answer.status_code == 503
        assert answer.headers["Retry-After"] == "30"
        assert "Wait half a minute" in answer.text
        assert f'value="{cast.editor.email}"' in answer.text
        assert PASSWORD not in answer.text
        assert client.get("/sign-in").status_code == 200
    finally:
        for _ in range(3):
            passwords._gate._places.release()
    answer = client.post("/sign-in", data={"email": cast.editor.email, "password": PASSWORD})
    assert answer.status_code == 303


def test_a_crowd_is_turned_away_before_anybody_is_asked(app: Flask, client: Browser, cast: Cast):
    gate, typed = app.extensions["sign_in_crowds"]._gate, {"email": cast.editor.email}
    full = [gate._places.acquire(blocking=False) for _ in range(THREADS_OF_A_WEB_PROCESS)]
    assert full.count(True) < THREADS_OF_A_WEB_PROCESS
    try:
        first = client.post("/sign-in", data=typed | {"password": PASSWORD})
        with no_statements(app):
            answer = client.post("/sign-in", data=typed | {"password": PASSWORD})
        for each in (first, answer):
            assert each.status_code == 503
            assert each.headers["Retry-After"] == "30"
            assert each.headers["Cache-Control"] == "no-store"
            assert "Content-Security-Policy" in each.headers
            assert "Set-Cookie" not in each.headers
            assert "Wait half a minute" in each.text
        assert client.get("/sign-in").status_code == 200
    finally:
        for _ in filter(None, full):
            gate._places.release()
    answer = client.post("/sign-in", data=typed | {"password": PASSWORD})
    assert answer.status_code == 303


@contextmanager
def no_statements(app: Flask) -> Iterator[None]:
    """Fail when anything is asked of the database within the block."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    with listening(app, note):
        yield
    assert not sent


@pytest.mark.skipif(sys.platform != "linux", reason="threads have priorities of their own on Linux")
def test_passwords_are_hashed_where_others_come_first():
    mine = os.getpriority(os.PRIO_PROCESS, 0)
    theirs = passwords._aside.do(lambda: os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))
    assert (theirs, os.getpriority(os.PRIO_PROCESS, 0)) == (min(mine + STEPS, 19), mine)


def test_a_forked_process_hashes_by_a_thread_of_its_own():
    assert passwords.verify("x", None) is False
    child = os.fork()
    if child == 0:
        threading.Timer(20, lambda: os._exit(3)).start()
        os._exit(1 if passwords.verify("x", None) else 0)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
