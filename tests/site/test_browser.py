"""The site in a real browser: no script, no cookie, axe clean, light, dark and narrow."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import expect
from werkzeug.serving import make_server

from tests.fixtures.cast import Cast
from tests.site.newspaper import print_newspaper

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytestmark = pytest.mark.browser

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 900}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 900}},
    "narrow": {"color_scheme": "light", "viewport": {"width": 320, "height": 700}},
    "narrow-dark": {"color_scheme": "dark", "viewport": {"width": 320, "height": 700}},
}
SCREENS = {
    "home": "/", "post": "/posts/ferry/", "page": "/about-us/", "below": "/about-us/the-team/",
    "list": "/posts/", "tag": "/tags/ferries/", "month": "/archive/2026/10/",
    "missing": "/2020/ferry/", "locked": "/for-subscribers/", "long": "/posts/long/",
    "rtl": "/posts/arabic/", "wide": "/posts/wide/", "untitled": "/posts/untitled/",
    "bodiless": "/posts/bodiless/", "search": "/search/", "found": "/search/?q=first",
    "archive": "/archive/", "tags": "/tags/",
}  # fmt: skip
IMAGE = """<svg xmlns="http://www.w3.org/2000/svg" width="900" height="420">
<rect width="900" height="420" fill="#7fa3b8"/><path d="M0 300h900v120H0z" fill="#33566b"/></svg>"""


@pytest.fixture
def base_url(app: Flask, cast: Cast) -> Iterator[str]:
    """The application with a filled site at Acme, served."""
    print_newspaper(app, cast.acme)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def read(browser_page: Callable[..., Page], base_url: str) -> Callable[..., Page]:
    """Opens a window on the site; pictures on other hosts are answered from here."""

    def open_page(**options: Any) -> Page:
        page = browser_page(base_url, **options)
        page.route("https://images.example/**", _picture)
        return page

    return open_page


def _picture(route: Route) -> None:
    route.fulfill(
        body=IMAGE,
        content_type="image/svg+xml",
        headers={"Cross-Origin-Resource-Policy": "cross-origin"},
    )


@pytest.mark.parametrize("look", LOOKS)
def test_every_screen_is_clean(read: Callable[..., Page], look: str):
    page = read(**LOOKS[look])
    page.watch.allow_status(404)  # type: ignore[attr-defined]  # put there by browser_page
    for name, address in SCREENS.items():
        page.goto(f"/s/acme{address}")
        _keep(page, f"{name}-{look}")
        found = Axe().run(page)
        assert found.violations_count == 0, f"{address}: {found.generate_report()}"
        width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert width <= 0, f"{address} is {width} px too wide"
    assert page.context.cookies() == []


def test_a_reader_without_scripts_gets_everywhere(read: Callable[..., Page]):
    page = read(java_script_enabled=False)
    page.goto("/s/acme/")
    page.get_by_role("navigation", name="Main").locator("summary").click()
    _keep(page, "menu-light")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="The team").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The team")
    page.get_by_role("link", name="Posts", exact=True).click()
    page.get_by_role("link", name="Older").click()
    page.get_by_role("link", name="Newer").click()
    page.get_by_role("link", name="The first electric ferry runs").click()
    page.get_by_role("link", name="Ferries").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ferries")


def test_a_password_opens_a_page(read: Callable[..., Page]):
    page = read()
    page.watch.allow_status(422)  # type: ignore[attr-defined]  # put there by browser_page
    page.goto("/s/acme/for-subscribers/")
    page.get_by_label("Password").fill("something else")
    page.get_by_role("button", name="Open").click()
    expect(page.get_by_role("alert")).to_have_text(re.compile("^This is not the password"))
    _keep(page, "locked-wrong")
    assert Axe().run(page).violations_count == 0
    page.get_by_label("Password").fill("four brown bears dance")
    page.get_by_role("button", name="Open").click()
    expect(page.locator("main")).to_contain_text("Some words.")


def test_a_title_from_right_to_left_stands_at_the_right(read: Callable[..., Page]):
    page = read()
    for address in ("/posts/", "/posts/arabic/"):
        page.goto(f"/s/acme{address}")
        title = page.get_by_role("heading", name="العبّارة الكهربائية الأولى")
        assert title.evaluate("element => getComputedStyle(element).direction") == "rtl"


def test_the_keyboard_reaches_the_content_first(read: Callable[..., Page]):
    page = read()
    page.goto("/s/acme/posts/ferry/")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the content")
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


def _keep(page: Page, name: str) -> None:
    """Keep a picture for eyes when SHOTS names a folder."""
    folder = os.environ.get("SHOTS")
    if folder:
        page.screenshot(
            path=Path(folder) / f"site-{re.sub(r'[^a-z-]', '', name)}.png", full_page=True
        )
