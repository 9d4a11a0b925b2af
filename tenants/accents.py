"""An account's accent colour, and whether it can be read: WCAG 2.2, 1.4.3, 4.5 to 1."""

import re
from collections.abc import Iterable

ENOUGH = 4.5
LIGHT = ("#ffffff", "#f6f7f9", "#eff1f5", "#e9ecf2", "#fdfdfb", "#f2f3f1")
"""The light surfaces of the portal and of the sites that the accent is read on."""
DARK = ("#12151c", "#1a1e27", "#242a36", "#2a3140", "#14161b", "#1d2027")
"""The dark ones; for them a lighter accent of the same hue is worked out."""
INK, PAPER = "#0d1117", "#ffffff"

Rgb = tuple[int, int, int]


class BadAccent(ValueError):
    """The colour cannot be an accent; the message says why, and which near one could."""


def check_accent(text: str) -> str:
    """Return `text` as an accent, `#rrggbb` in lower case, or empty for none. Raises BadAccent."""
    colour = text.strip().lower()
    if not colour:
        return ""
    if not re.fullmatch("#[0-9a-f]{6}", colour):
        raise BadAccent("Give a colour as # and six digits or letters a to f, like #3350c4.")
    measured = worst(colour, LIGHT)
    if measured < ENOUGH:
        raise BadAccent(
            f"On the light surfaces this colour reaches only {measured:.2f} : 1; to be read it "
            f"needs {ENOUGH} : 1. {towards(colour, INK, LIGHT)} is the nearest darker one that "
            "does."
        )
    return colour


def worst(colour: str, surfaces: Iterable[str]) -> float:
    """Return the lowest contrast of a colour on these surfaces, rounded down to hundredths."""
    return min(int(contrast(colour, surface) * 100) / 100 for surface in surfaces)


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21."""
    light, dark = sorted((_luminance(_rgb(one)), _luminance(_rgb(other))), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def towards(colour: str, end: str, surfaces: Iterable[str]) -> str:
    """Return the first colour on the way to `end` that can be read on all `surfaces`."""
    steps = (mixed(colour, end, step / 50) for step in range(51))
    grounds = tuple(surfaces)
    return next((each for each in steps if worst(each, grounds) >= ENOUGH), end)


def mixed(one: str, other: str, share: float) -> str:
    """Return one colour with a share (0 to 1) of another in it."""
    pairs = zip(_rgb(one), _rgb(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _rgb(colour: str) -> Rgb:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(rgb: Rgb) -> float:
    """Return the relative luminance as WCAG 2.2 defines it."""
    shares = (value / 255 for value in rgb)
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
