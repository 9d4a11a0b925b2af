"""What is asked of every screen, in the browser that shows it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import axe_playwright_python

if TYPE_CHECKING:
    from playwright.sync_api import Page

WIDTHS = (320, 768, 1280)
MOST_STOPS = 400
AT_ONCE = 8
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# Structure is the same in both themes, colours are not; colours are the same at every width, and
# structure changes once between the narrowest and the widest.
ASKED: dict[int, tuple[str, ...]] = {320: ("light",), 768: (), 1280: ("light", "dark")}
COLOURS = ["color-contrast", "link-in-text-block"]
RULES_OF = {"light": RULES, "dark": COLOURS}


@cache
def _script() -> str:
    axe = Path(axe_playwright_python.__file__).parent / "axe.min.js"
    return axe.read_text() + (Path(__file__).parent / "look.js").read_text()


def complaints(page: Page) -> list[str]:
    """Everything that is wrong with the screen a page shows; nothing for a good one."""
    page.evaluate(_script())
    found: list[str] = page.evaluate("look.outline()")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        for theme in ASKED[width]:
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # one of its literals
            asked = {"rules": RULES_OF[theme], "without": COLOURS if width != WIDTHS[-1] else []}
            wrong: list[str] = page.evaluate("a => look.axe(a.rules, a.without)", asked)
            found += [f"{width} px, {theme}: {each}" for each in wrong]
        found += [f"{width} px: {each}" for each in page.evaluate("look.sideways()")]
    return found + _keyboard(page)


def _keyboard(page: Page) -> list[str]:
    page.evaluate("look.watchFocus()")
    for _ in range(MOST_STOPS // AT_ONCE):
        for _ in range(AT_ONCE):
            page.keyboard.press("Tab")
        if page.evaluate("look.beenAround()"):
            break
    found: list[str] = page.evaluate("look.keyboard()")
    return found
