"""What is asked of every screen is asked of screens that are wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser import look

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PAGE = """<!doctype html><html lang="en"><head><title>A page</title><style>
:root {{ color-scheme: light dark }} body {{ color: #111; background: #fff }}
@media (prefers-color-scheme: dark) {{ body {{ color: {dark}; background: #000 }} }}
</style></head><body><main><h1>A page</h1><p>{words}</p></main></body></html>"""


def colours(page: Page, words: str, dark: str = "#eee") -> list[str]:
    """Where the contrast of such a page is too low."""
    page.set_content(PAGE.format(words=words, dark=dark))
    wrong = look.complaints(page)
    assert all("color-contrast" in each for each in wrong), wrong
    return [each.partition(":")[0] for each in wrong]


def test_a_colour_that_is_seen_for_the_first_time_is_asked_in_both_themes(browser: Browser):
    page = browser.new_page()
    assert not colours(page, "Good.")
    assert not colours(page, "Good, and known to be.")
    assert colours(page, '<b style="color: #ccc">Pale.</b>') == ["light"]
    assert colours(page, '<i style="background: #222">Dark on dark.</i>') == ["light"]
    assert colours(page, "Good in the light.", dark="#222") == ["dark"]
    assert colours(page, "Wrong a second time.", dark="#222") == ["dark"]
    page.close()


def test_structure_is_asked_of_every_screen(browser: Browser):
    page = browser.new_page()
    for _ in range(2):
        page.set_content(PAGE.format(words='<img src="data:,">', dark="#eee"))
        wrong = look.complaints(page)
        assert {each.partition(": ")[0] for each in wrong} == {"light", "320 px"}
        assert all("image-alt" in each for each in wrong)
    page.close()
