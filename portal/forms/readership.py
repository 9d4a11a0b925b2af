"""Who may read a page once it is live."""

from wtforms import PasswordField, RadioField
from wtforms.validators import Length, Optional

from portal.forms.base import choices
from portal.forms.pages import ReasonForm

SHORTEST, LONGEST = 8, 200


class _Readers:
    readers = RadioField(
        "Readers",
        choices=choices([
            ("everybody", "Everybody"),
            ("password", "Everybody who knows a password"),
            ("members", "People of this account, after they have signed in"),
        ]),
    )  # fmt: skip
    password = PasswordField(
        "Password of the page",
        [Optional(), Length(SHORTEST, LONGEST, f"Use {SHORTEST} to {LONGEST} characters.")],
        description="For “who knows a password” only. Empty: the one it has stays.",
    )


class ReadersForm(_Readers, ReasonForm):
    """Who may read, and the password."""
