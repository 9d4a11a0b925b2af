"""People at their browsers: signing in by the form, and what they do again and again."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from tests.fixtures.cast import PASSWORD, PEOPLE

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

BERLIN = ZoneInfo("Europe/Berlin")


def sign_in(page: Page, who: str) -> Page:
    """Sign somebody of the cast in, as people do."""
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(PEOPLE[who][0])
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile(r"/(a|console|accounts)/"))
    return page


def open_page(page: Page, title: str, handle: str = "acme") -> str:
    """Find a page in the account's list and open it; return its address in the portal."""
    page.goto(f"/a/{handle}/pages/")
    page.get_by_role("rowheader").get_by_role("link", name=title, exact=True).click()
    page.wait_for_url(re.compile(r"/pages/[0-9a-f-]{36}/$"))
    return page.url


def write(page: Page, text: str) -> None:
    """Type `text` as a new paragraph at the end of the rich-text editor."""
    editor = page.locator(".editor-text")
    editor.click()
    editor.press("Control+End")
    editor.press("Enter")
    page.keyboard.type(text)


def told(page: Page) -> Locator:
    """What the portal says has just happened."""
    return page.locator(".flashes")


def press(page: Page, name: str) -> None:
    """Press a button by its name."""
    page.get_by_role("button", name=name, exact=True).click()


def choose_time(page: Page, wall: datetime | str, reason: str = "") -> None:
    """Fill the form that asks for a time, and go on to its second step."""
    text = wall if isinstance(wall, str) else wall.strftime("%Y-%m-%dT%H:%M:%S")
    page.get_by_label("Date and time").fill(text)
    if reason:
        page.get_by_label("Reason").fill(reason)
    press(page, "Continue")


Open = Callable[..., "Page"]
