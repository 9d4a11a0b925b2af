"""Pages that complain fail their test."""

from __future__ import annotations

import contextlib
import http.server
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

PAGE = b"""<!doctype html><title>A page</title><h1>A page</h1><link rel=icon href="data:,">
<script>document.title = "run"</script>"""


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Security-Policy", "script-src 'self'")
        self.end_headers()
        with contextlib.suppress(BrokenPipeError):  # the browser may have seen enough
            self.wfile.write(PAGE)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def site() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_policy_violation_is_noticed(site: str, browser_page: Callable[..., Page]):
    page = browser_page(site)
    page.goto("/")
    expect(page).to_have_title("A page")
    watch = page.watch  # type: ignore[attr-defined]  # put there by browser_page
    assert any("Content Security Policy" in text for text in watch.unexpected())
    watch.allow("Content Security Policy")
    assert watch.unexpected() == []


def test_a_script_error_is_noticed(site: str, browser_page: Callable[..., Page]):
    page = browser_page(site)
    page.goto("/")
    watch = page.watch  # type: ignore[attr-defined]  # put there by browser_page
    watch.allow("Content Security Policy")
    page.evaluate("setTimeout(() => { throw new Error('oops') })")
    page.wait_for_timeout(100)
    assert any("oops" in text for text in watch.unexpected())
    watch.allow("oops")
