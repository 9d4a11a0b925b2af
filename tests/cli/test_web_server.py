"""The web server's own settings."""

from __future__ import annotations

from tests.infra.processes import Processes, wait_until


def test_the_web_server_answers_and_stops_in_time(
    processes: Processes, redis_url: str, postgres_url: str
):
    process, url = processes.web({"DATABASE_URL": postgres_url, "REDIS_URL": redis_url}, workers=2)
    assert url.startswith("http://127.0.0.1:")
    wait_until(lambda: len(process.family()) == 3, "one watches, two answer")
    assert process.stop() == 0
    assert process.family() == []
