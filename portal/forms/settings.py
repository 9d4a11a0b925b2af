"""The settings of an account and of its site."""

from typing import Any

from wtforms import StringField
from wtforms.validators import DataRequired, InputRequired, Optional, StopValidation

from portal.forms.base import PortalForm, ZoneField, at_most
from portal.forms.languages import a_language
from tenants.accents import BadAccent, check_accent


def readable(_form: Any, field: Any) -> None:
    """Refuse a colour that cannot be read, with what was measured."""
    try:
        check_accent(field.data or "")
    except BadAccent as problem:
        raise StopValidation(str(problem)) from problem


class SettingsForm(PortalForm):
    """What the account is called, and how its site introduces itself."""

    name = StringField("Account name", [DataRequired("Give the account a name."), at_most(200)])
    zone = ZoneField("Time zone", description="The clock that new schedules start from.")
    accent = StringField(
        "Accent colour", [Optional(), at_most(20), readable],
        description="Like #3350c4, for links and buttons, here and on the site. Empty: that of the "
        "account above, or ours.",
    )  # fmt: skip
    title = StringField("Site title", [DataRequired("Give the site a title."), at_most(200)])
    tagline = StringField("Tagline", [at_most(300)], description="One line below the title.")
    language = StringField(
        "Language of the site",
        [InputRequired("Use a language tag like “en”, “de” or “pt-BR”."), a_language],
        description="A language tag (BCP 47), for readers' browsers and screen readers. Pages are "
        "in it unless they say another.",
    )  # fmt: skip
