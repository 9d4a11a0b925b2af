"""An account's look: a small stylesheet made from its accent colour.

It is a file of its own, from our own host: pages carry no style of theirs.
"""

from collections.abc import Sequence

from tenants.accents import DARK, ENOUGH, INK, LIGHT, PAPER, contrast, mixed, towards
from tenants.accounts import AccountRef


def accent_of(line: Sequence[AccountRef]) -> str:
    """Return the accent of the last account of a line from the house down, or of the nearest above.

    Only accounts of its own tenant count: the house's look is not its customers'.
    """
    own = (each.accent for each in reversed(line) if each.tenant_id == line[-1].tenant_id)
    return next((accent for accent in own if accent), "")


def logo_of(line: Sequence[AccountRef]) -> tuple[AccountRef | None, str]:
    """Return whose logo the last account of a line from the house down shows, and the logo's name.

    Its own, or that of the nearest above in its tenant; None and empty when there is none.
    """
    own = (each for each in reversed(line) if each.tenant_id == line[-1].tenant_id and each.logo)
    owner = next(own, None)
    return owner, owner.logo if owner else ""


def stylesheet(accent: str) -> str:
    """Return the CSS that gives the portal and the sites this accent, light and dark.

    Text on it and its own tints can be read in both: 4.5 to 1 or better.
    """
    light, dark = _block(accent, LIGHT, PAPER, INK), _block(_dark(accent), DARK, INK, PAPER)
    return (
        f":root {{ {light} }}\n"
        "@media (prefers-color-scheme: dark) "
        f'{{ :root:not([data-theme="light"]) {{ {dark} }} }}\n'
        f':root[data-theme="dark"] {{ {dark} }}\n'
    )


def _dark(accent: str) -> str:
    return towards(accent, PAPER, DARK)


def _block(accent: str, surfaces: tuple[str, ...], ground: str, end: str) -> str:
    soft = mixed(surfaces[0], accent, 0.12)
    on_accent = ground if contrast(accent, ground) >= ENOUGH else end
    values = {
        "accent": accent,
        "accent-hover": mixed(accent, end, 0.2),
        "on-accent": on_accent,
        "accent-soft": soft,
        "accent-text": towards(accent, end, (*surfaces, soft)),
    }
    return " ".join(f"--{name}: {value};" for name, value in values.items())
