"""Tests reach no network: not the internet, not even this machine's ports, unless they are marked.

Unix sockets (Redis, PostgreSQL) are free. These marks open 127.0.0.1: browser, processes, sockets,
mail.
"""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Callable
from typing import Any, NoReturn

import pytest

OPENING_MARKS = ("browser", "processes", "sockets", "mail")
LOOPBACK = ("127.", "::1", "localhost")
own: set[str] = set()
"""How the addresses begin of networks that a test made on this machine itself."""


class Forbidden(RuntimeError):
    """A test opened a connection that it may not open."""


def guarded(connect: Callable[..., Any], loopback: bool) -> Callable[..., Any]:
    """`socket.connect` that refuses other machines, and without `loopback` this one too."""

    def checked(self: socket.socket, address: Any, *more: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            host = str(address[0])
            if not host.startswith((*LOOPBACK, *own)):
                raise Forbidden(f"a test tried to connect to {host}; tests use no network")
            if not loopback:
                raise Forbidden(
                    f"a test connected to {host}; mark it with @pytest.mark.sockets if it must"
                )
        return connect(self, address, *more)

    return checked


def _no_mail(*_: Any, **__: Any) -> NoReturn:
    raise Forbidden("a test tried to send mail; mark it with @pytest.mark.mail if it must")


@pytest.fixture(autouse=True)
def no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """On for every test."""
    marks = {mark.name for mark in request.node.iter_markers()}
    loopback = bool(marks & set(OPENING_MARKS))
    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, guarded(getattr(socket.socket, name), loopback))
    if "mail" not in marks:
        monkeypatch.setattr(smtplib.SMTP, "connect", _no_mail)
