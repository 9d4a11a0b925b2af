"""A real Chromium, and pages that fail the test on any console error or policy violation."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
SHOTS = Path("test-results")


def find() -> str | None:
    """Path of a Chromium: CHROMIUM_PATH, PATH, then Playwright's own; None if there is none."""
    named = os.environ.get("CHROMIUM_PATH")
    for name in (named, *NAMES) if named else NAMES:
        if path := shutil.which(name):
            return path
    return _downloaded()


def _downloaded() -> str | None:
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache/ms-playwright")
    programs = [
        *cache.glob("chromium-*/chrome-linux*/chrome"),
        *cache.glob("chromium-*/chrome-mac*/*.app"),
    ]
    return str(max(programs)) if programs else None


class Watch:
    """Everything a page complained about. What a test provokes on purpose it allows first."""

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self._allowed: list[re.Pattern[str]] = []

    def allow(self, pattern: str) -> None:
        """Complaints that match this regular expression are expected."""
        self._allowed.append(re.compile(pattern))

    def allow_status(self, *statuses: int) -> None:
        """The browser logs every answer of 400 and above; these are asked for on purpose."""
        for status in statuses:
            self.allow(rf"the server responded with a status of {status}\b")

    def unexpected(self) -> list[str]:
        return [text for text in self.complaints if not any(p.search(text) for p in self._allowed)]

    def attach(self, page: Page) -> None:
        page.on("console", self._on_console)
        page.on("pageerror", self._on_error)

    @contextmanager
    def over(self, page: Page) -> Iterator[None]:
        """Hear what a page complains about within the block."""
        self.attach(page)
        try:
            yield
        finally:
            page.remove_listener("console", self._on_console)
            page.remove_listener("pageerror", self._on_error)

    def _on_error(self, error: Any) -> None:
        self.complaints.append(f"script error: {error}")

    def _on_console(self, message: ConsoleMessage) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            where = message.location.get("url", "")
            self.complaints.append(f"console: {message.text} ({where})")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser per test process."""
    path = find()
    if path is None:
        pytest.skip("no Chromium; run `make test`, or install chromium, or set CHROMIUM_PATH")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def browser_page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Callable[..., Page]]:
    """Opens pages, each with its own cookies: `page = browser_page(base_url, viewport={...})`.

    `page.watch` collects complaints; one that was not allowed fails the test. A failed test leaves
    a picture of every open page in test-results/.
    """
    opened: list[Page] = []
    watch = Watch()

    def open_page(base_url: str, **options: Any) -> Page:
        context = browser.new_context(base_url=base_url, **options)
        context.set_default_timeout(15_000)
        page = context.new_page()
        watch.attach(page)
        page.watch = watch  # type: ignore[attr-defined]  # playwright's class is open to new attributes
        opened.append(page)
        return page

    yield open_page
    complaints = watch.unexpected()
    report = getattr(request.node, "report_of_call", None)
    if complaints or (report is not None and report.failed):
        _photograph(opened, request.node.name)
    for page in opened:
        page.context.close()
    assert not complaints, "the page complained:\n" + "\n".join(complaints)


def _photograph(pages: list[Page], test: str) -> None:
    SHOTS.mkdir(exist_ok=True)
    name = re.sub(r"[^\w.-]+", "_", test)[:80]
    for number, page in enumerate(pages, 1):
        if not page.is_closed():
            page.screenshot(path=SHOTS / f"{name}-{number}.png", full_page=True)


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Fixtures cannot see how their test ended; this tells them."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]  # old-style hook wrappers are handed an outcome
    if report.when == "call":
        item.report_of_call = report  # type: ignore[attr-defined]
