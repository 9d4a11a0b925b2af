"""Looking at a screen: it answers, axe finds nothing, no policy violation, no sideways scroll."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest

from tests.browser import look
from tests.browser.people import sign_in
from tests.browser.portal import Portal
from tests.browser.screen import Screen
from tests.infra.chromium import Watch

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Response


@pytest.fixture(scope="module")
def browser_of(show_room: Portal, browser: Browser) -> Iterator[Callable[[str], Page]]:
    """A window for each person, signed in once: `browser_of("editor")`.

    It goes from screen to screen; what is done on one (`act`) is done in a window of its own.
    """
    contexts: dict[str, BrowserContext] = {}
    windows: dict[str, Page] = {}

    def browser_of(who: str) -> Page:
        if who not in windows:
            context = contexts[who] = browser.new_context(
                base_url=show_room.url, reduced_motion="reduce"
            )
            context.set_default_timeout(15_000)
            windows[who] = context.new_page()
            if who:
                sign_in(windows[who], who)
        return windows[who]

    yield browser_of
    for context in contexts.values():
        context.close()


def wrong_with(screen: Screen, show_room: Portal, browser_of: Callable[[str], Page]) -> list[str]:
    """Everything that is wrong with a screen; nothing for a good one."""
    assert show_room.places is not None
    watch = Watch()
    watch.allow_status(screen.status)
    watch.allow_status(screen.before)
    window = browser_of(screen.who)
    page = window.context.new_page() if screen.act else window
    statuses: list[int] = []
    page.set_viewport_size({"width": 1280, "height": 800})
    with watch.over(page), _noting(page, statuses):
        page.goto(screen.address.format(**asdict(show_room.places)))
        if screen.act:
            screen.act(page)
        page.wait_for_load_state()
        assert statuses[-1] == screen.status
        wrong = look.complaints(page) + watch.unexpected()
    if screen.act:
        page.close()
    return wrong


@contextmanager
def _noting(page: Page, statuses: list[int]) -> Iterator[None]:
    def note(answer: Response) -> None:
        asked = answer.request
        if asked.is_navigation_request() and asked.frame == page.main_frame:
            statuses.append(answer.status)

    page.on("response", note)
    try:
        yield
    finally:
        page.remove_listener("response", note)
