"""Looking at a screen: it answers, axe finds nothing, no policy violation, no sideways scroll."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import pytest

from tests.browser import look
from tests.browser.people import sign_in
from tests.browser.portal import Portal
from tests.browser.screen import Screen
from tests.infra.chromium import Watch

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Response


@pytest.fixture(scope="module")
def browser_of(show_room: Portal, browser: Browser) -> Iterator[Callable[[str], BrowserContext]]:
    """A browser's cookies for each person, signed in once: `browser_of("editor")`."""
    contexts: dict[str, BrowserContext] = {}

    def browser_of(who: str) -> BrowserContext:
        if who not in contexts:
            context = browser.new_context(base_url=show_room.url, reduced_motion="reduce")
            context.set_default_timeout(15_000)
            contexts[who] = context
            if who:
                sign_in(context.new_page(), who)
        return contexts[who]

    yield browser_of
    for context in contexts.values():
        context.close()


def wrong_with(
    screen: Screen, show_room: Portal, browser_of: Callable[[str], BrowserContext]
) -> list[str]:
    """Everything that is wrong with a screen; nothing for a good one."""
    assert show_room.places is not None
    watch = Watch()
    watch.allow_status(screen.status)
    watch.allow_status(screen.before)
    page = browser_of(screen.who).new_page()
    watch.attach(page)
    statuses: list[int] = []
    page.on("response", lambda a: _note(a, statuses))
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(screen.address.format(**asdict(show_room.places)))
    if screen.act:
        screen.act(page)
    page.wait_for_load_state()
    assert statuses[-1] == screen.status
    wrong = look.complaints(page)
    wrong += watch.unexpected()
    page.close()
    return wrong


def _note(answer: Response, statuses: list[int]) -> None:
    if answer.request.is_navigation_request():
        statuses.append(answer.status)
