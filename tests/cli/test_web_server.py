"""The web servers' own settings, and that both give readers and people the same."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from urllib.parse import urlsplit

import pytest

from tests.infra.processes import Processes, wait_until

SERVERS = pytest.mark.parametrize("server", ["gunicorn", "granian"])


@SERVERS
def test_the_web_server_answers_and_stops_in_time(
    processes: Processes, redis_url: str, postgres_url: str, server: str
):
    env = {"DATABASE_URL": postgres_url, "REDIS_URL": redis_url}
    process, url = processes.web(env, workers=2, server=server)
    assert url.startswith("http://127.0.0.1:")
    wait_until(lambda: len(process.family()) >= 3, "one watches, two answer")
    assert asked(url, "GET", "/healthz")[0] == 200
    assert asked(url, "GET", "/sign-in")[0] == 200
    assert asked(url, "POST", "/sign-in")[0] == 400
    assert asked(url, "GET", "/s/nobody/")[0] == 404
    for name in ("SCRIPT_NAME", "Script-Name"):
        assert asked(url, "GET", "/evil/healthz", {name: "/evil"})[0] == 404, "mounted by nobody"
    status, length, body = asked(url, "HEAD", "/s/nobody/")
    assert (status, body) == (404, b"")
    assert int(length) > 0
    assert process.stop() == 0
    assert process.family() == []


def asked(
    url: str, method: str, path: str, sent: Mapping[str, str] | None = None
) -> tuple[int, str, bytes]:
    """Status, Content-Length and body."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
    try:
        connection.request(method, path, headers=sent or {})
        answer = connection.getresponse()
        return answer.status, answer.headers.get("Content-Length", "0"), answer.read()
    finally:
        connection.close()
