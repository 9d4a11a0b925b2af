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
COLOURS = ["color-contrast", "link-in-text-block"]
_good: set[str] = (
    set()
)  # what texts are painted with, on screens where axe found their colours good


@cache
def _script() -> str:
    axe = Path(axe_playwright_python.__file__).parent / "axe.min.js"
    return axe.read_text() + (Path(__file__).parent / "look.js").read_text()


def complaints(page: Page) -> list[str]:
    """Everything that is wrong with the screen a page shows; nothing for a good one.

    Structure is the same in both themes; it changes with the width, and is asked at the widest and
    the narrowest. Colours are the same at every width, and asked in both themes: wherever a text
    is painted with what no screen before it painted one with (`look.colours`).
    """
    page.evaluate(_script())
    found: list[str] = page.evaluate("look.outline()")
    for width in sorted(WIDTHS, reverse=True):
        page.set_viewport_size({"width": width, "height": 800})
        # What a sticky bar covers hangs on how far the page is scrolled: look from its top.
        page.evaluate("window.scrollTo(0, 0)")
        if width == WIDTHS[-1]:
            found += _colours(page, "dark", COLOURS)
            found += _colours(page, "light", RULES, without=COLOURS)
        elif width == WIDTHS[0]:
            found += _axe(page, f"{width} px", RULES, without=COLOURS)
        found += [f"{width} px: {each}" for each in page.evaluate("look.sideways()")]
    return found + _keyboard(page)


def _colours(
    page: Page, theme: str, rules: list[str], without: list[str] | None = None
) -> list[str]:
    """What these rules find in a theme; of those about colours only what may be new."""
    page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # one of its literals
    painted = set(page.evaluate("look.colours()"))
    if painted <= _good:
        return _axe(page, theme, rules, without) if without else []
    found = _axe(page, theme, rules)
    if not found:
        _good.update(painted)
    return found


def _axe(page: Page, where: str, rules: list[str], without: list[str] | None = None) -> list[str]:
    wrong: list[str] = page.evaluate("a => look.axe(...a)", [rules, without or []])
    return [f"{where}: {each}" for each in wrong]


def _keyboard(page: Page) -> list[str]:
    page.evaluate("look.watchFocus()")
    for _ in range(MOST_STOPS // AT_ONCE):
        for _ in range(AT_ONCE):
            page.keyboard.press("Tab")
        if page.evaluate("look.beenAround()"):
            break
    found: list[str] = page.evaluate("look.keyboard()")
    return found
