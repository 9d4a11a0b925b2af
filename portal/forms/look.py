"""A site's look: a theme, and the few things that may be turned about it."""

from wtforms import HiddenField, RadioField, SelectField, StringField

from portal.content.themes import DEFAULT, THEMES
from portal.forms.base import PortalForm, at_most, choices

AS_THEME = ("", "The theme’s")
_TINTS = (("warm", "Warm"), ("cool", "Cool"), ("sage", "Sage"), ("rose", "Rose"))
_FONTS = (("serif", "Serif, like a book"), ("sans", "Sans-serif, like this portal"),
          ("humanist", "Humanist, softer"))  # fmt: skip
_SIZES = (("small", "Small"), ("large", "Large"), ("larger", "Larger"))
_WIDTHS = (("narrow", "Narrow"), ("wide", "Wide"))
_CORNERS = (("square", "Square"), ("soft", "Soft"), ("round", "Round"))
SHOWN = (("home", "Start page"), ("page", "A page"), ("list", "Posts"))
SCHEMES = (("", "Auto"), ("light", "Light"), ("dark", "Dark"))
DEVICES = (("desktop", "Desktop"), ("phone", "Phone"))


def _select(label: str, pairs: tuple[tuple[str, str], ...], hint: str = "") -> SelectField:
    return SelectField(label, choices=choices((AS_THEME, *pairs)), description=hint, default="")


class LookForm(PortalForm):
    """What a look is made of, and how its preview is shown."""

    based_on = HiddenField()
    theme = RadioField(
        "Theme", choices=choices((t.name, t.label) for t in THEMES.values()), default=DEFAULT
    )
    accent = StringField(
        "Accent", [at_most(20)],
        description="Like #8a3b1e, for links and what stands out. Empty: the account’s, if it has "
        "one, or the theme’s.",
    )  # fmt: skip
    accent_dark = StringField(
        "Accent on dark",
        [at_most(20)],
        description="For readers whose device is set to dark. Empty: worked out from the other.",
    )
    tint = _select("Ground", _TINTS)
    font = _select("Letters of the text", _FONTS)
    size = _select("Size of the text", _SIZES)
    width = _select("Width", _WIDTHS)
    corners = _select("Corners", _CORNERS)
    shown = RadioField("What", choices=choices(SHOWN), default="home")
    scheme = RadioField("Light or dark", choices=choices(SCHEMES), default="")
    device = RadioField("Device", choices=choices(DEVICES), default="desktop")
