"""Free ports on 127.0.0.1."""

from __future__ import annotations

import socket

import pytest


def free_port() -> int:
    """A port nobody listens on now. Another process may take it before you do: bind soon."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def port() -> int:
    """A free port."""
    return free_port()
