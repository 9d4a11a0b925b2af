"""How a site looks: one of three themes, and what may be turned about each; nothing else.

Every value is one of a few, or a colour that can be read. What an account chose becomes a handful
of custom properties; no text of theirs ever stands in a stylesheet.
"""

import re
from collections.abc import Collection
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from typing import Any

from tenants.accents import ENOUGH, INK, PAPER, contrast, mixed, towards, worst


class BadLook(ValueError):
    """A colour cannot be used; `field` says which, the message why and what could be."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Palette:
    """A theme's colours on one ground. The stylesheet of the theme has the very same."""

    paper: str
    wash: str
    ink: str
    faint: str
    rule: str
    accent: str


@dataclass(frozen=True)
class Theme:
    """A way to set a site: its layout and type are a stylesheet of their own."""

    name: str
    label: str
    sentence: str
    light: Palette
    dark: Palette


@dataclass(frozen=True)
class Look:
    """What was chosen for a site. An empty value is as the theme has it."""

    theme: str = "journal"
    accent: str = ""
    accent_dark: str = ""
    tint: str = ""
    font: str = ""
    size: str = ""
    width: str = ""
    corners: str = ""


THEMES = {
    theme.name: theme
    for theme in (
        Theme(
            "journal", "Journal", "Calm and bookish: one column, serifs, a name in the middle.",
            Palette("#fdfcf9", "#f3f1ea", "#22201c", "#646058", "#ddd9ce", "#8a3b1e"),
            Palette("#171614", "#211f1c", "#eae6dd", "#aba496", "#383530", "#eda283"),
        ),
        Theme(
            "civic", "Notice-board", "Sturdy: a band of colour, dates in a margin, big menus.",
            Palette("#ffffff", "#eef2f5", "#141a21", "#4c5865", "#bcc6d0", "#0b5474"),
            Palette("#10151b", "#1b232c", "#eaeff4", "#a8b4c0", "#3b4754", "#85cdec"),
        ),
        Theme(
            "magazine", "Magazine", "Bold: huge headlines, a lead story and columns below it.",
            Palette("#ffffff", "#f5f3ee", "#0b0b0c", "#57565c", "#cfccc4", "#c4122f"),
            Palette("#0e0e10", "#1c1c20", "#f6f5f1", "#b2b0b6", "#3d3c42", "#ff8a94"),
        ),
    )
}  # fmt: skip
DEFAULT = "journal"
TINTS = {"warm": "#c07a1e", "cool": "#2d6fb5", "sage": "#4a8a58", "rose": "#b8446c"}
FONTS = {
    "serif": '"Iowan Old Style", "Palatino Linotype", Palatino, "URW Palladio L", Georgia, '
    '"Noto Serif", "DejaVu Serif", serif',
    "sans": 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", '
    "sans-serif",
    "humanist": 'Seravek, "Gill Sans Nova", Ubuntu, Calibri, "Source Sans 3", "DejaVu Sans", '
    "sans-serif",
}
SIZES = {"small": "0.94", "large": "1.1", "larger": "1.22"}
WIDTHS = {"narrow": "0.86", "wide": "1.18"}
CORNERS = {"square": "0px", "soft": "6px", "round": "16px"}
BOUNDED: dict[str, Collection[str]] = {
    "theme": THEMES, "tint": TINTS, "font": FONTS, "size": SIZES, "width": WIDTHS,
    "corners": CORNERS,
}  # fmt: skip
_COLOUR = re.compile("#[0-9a-f]{6}")
# How much of a tint stands in which colour of a palette.
_SHARES = {"light": {"paper": 0.06, "wash": 0.12, "rule": 0.2},
           "dark": {"paper": 0.07, "wash": 0.12, "rule": 0.2}}  # fmt: skip


def look_of(source: Any) -> Look:
    """Return the look kept on a site's row, or sent by a form. What is unknown counts as empty."""
    read = source.get if hasattr(source, "get") else lambda name: getattr(source, name, "")
    values = {each.name: str(read(each.name) or "").strip().lower() for each in fields(Look)}
    for name, known in BOUNDED.items():
        values[name] = values[name] if values[name] in known else ""
    values["theme"] = values["theme"] or DEFAULT
    for name in ("accent", "accent_dark"):
        values[name] = values[name] if _COLOUR.fullmatch(values[name]) else ""
    return Look(**values)


def theme_of(look: Look) -> Theme:
    """Return the theme of a look."""
    return THEMES[look.theme]


def check_look(look: Look, typed: Any) -> None:
    """Refuse colours that are none, or cannot be read in this look. Raises BadLook.

    `typed` is what the look was made from: there a colour still stands as it was typed.
    """
    grounds = palettes(look)
    for field, scheme, end in (("accent", "light", INK), ("accent_dark", "dark", PAPER)):
        wanted = str(typed.get(field) or "").strip().lower()
        if wanted and not _COLOUR.fullmatch(wanted):
            raise BadLook(
                field, "Give a colour as # and six digits or letters a to f, like #8a3b1e."
            )
        if wanted:
            _refuse_unreadable(field, wanted, scheme, grounds[scheme], end)


def palettes(look: Look) -> dict[str, Palette]:
    """Return the colours of a look's theme on light and on dark, with its tint in them."""
    theme = theme_of(look)
    return {
        scheme: _tinted(palette, TINTS.get(look.tint, ""), _SHARES[scheme])
        for scheme, palette in (("light", theme.light), ("dark", theme.dark))
    }


@lru_cache(maxsize=1024)
def stylesheet_of(look: Look, inherited: str = "") -> str:
    """Return the custom properties of a look, empty when all is as the theme has it.

    `inherited` is the accent of the account, for a look without one of its own. Whatever is
    given, accents in the stylesheet reach 4.5 to 1 on every ground of the look.
    """
    values = _fixed(look)
    accent = look.accent or inherited
    if accent or look.accent_dark or look.tint:
        values |= _colours(look, accent)
    text = ";".join(f"--{name}:{value}" for name, value in values.items())
    return f":root{{{text}}}\n" if text else ""


def accents(look: Look, inherited: str = "") -> tuple[str, str]:
    """Return the accents that readers see, on light and on dark."""
    grounds, theme = palettes(look), theme_of(look)
    accent = look.accent or inherited
    light, dark = accent or theme.light.accent, look.accent_dark or accent or theme.dark.accent
    return (
        towards(light, INK, _surfaces(grounds["light"])),
        towards(dark, PAPER, _surfaces(grounds["dark"])),
    )


def _fixed(look: Look) -> dict[str, str]:
    chosen = {
        "font": FONTS.get(look.font), "scale": SIZES.get(look.size),
        "wide": WIDTHS.get(look.width), "corner": CORNERS.get(look.corners),
    }  # fmt: skip
    return {name: value for name, value in chosen.items() if value}


def _colours(look: Look, accent: str) -> dict[str, str]:
    grounds, seen = palettes(look), accents(look, accent)
    on = tuple(PAPER if contrast(each, PAPER) >= ENOUGH else INK for each in seen)
    pairs = {"accent": seen, "on-accent": on}
    if look.tint:
        for name in ("paper", "wash", "rule"):
            pairs[name] = (getattr(grounds["light"], name), getattr(grounds["dark"], name))
    return {name: f"light-dark({light},{dark})" for name, (light, dark) in pairs.items()}


def _tinted(palette: Palette, tint: str, shares: dict[str, float]) -> Palette:
    if not tint:
        return palette
    mixes = {name: mixed(getattr(palette, name), tint, share) for name, share in shares.items()}
    return Palette(**(asdict(palette) | mixes))


def _surfaces(palette: Palette) -> tuple[str, str]:
    return palette.paper, palette.wash


def _refuse_unreadable(field: str, colour: str, scheme: str, palette: Palette, end: str) -> None:
    if worst(colour, _surfaces(palette)) >= ENOUGH:
        return
    grounds = {"the page": palette.paper, "its panels": palette.wash}
    name = min(grounds, key=lambda each: contrast(colour, grounds[each]))
    way = "darker" if end == INK else "lighter"
    raise BadLook(
        field,
        f"The accent on {name} ({grounds[name]}), {scheme}: this pair reaches only "
        f"{worst(colour, [grounds[name]]):.2f} : 1; to be read it needs {ENOUGH} : 1. "
        f"{towards(colour, end, _surfaces(palette))} is the nearest {way} colour that does.",
    )
