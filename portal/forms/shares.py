"""Making a share link, and what somebody without an account says through one."""

from wtforms import (
    BooleanField,
    IntegerField,
    PasswordField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, Optional

from portal.content.outside import TEXT_LENGTH
from portal.content.shares import NAME_LENGTH
from portal.content.sharing import MOST_DAYS
from portal.forms.base import Between, PortalForm, at_most

SHORTEST_PASSWORD = 8


class ShareForm(PortalForm):
    """One link: to which revision, for how long, and what it lets people do."""

    name = StringField(
        "Who is it for?", [DataRequired("Say who it is for."), at_most(NAME_LENGTH)],
        description="Tells the links apart, here and in the trail. Whoever opens it sees it too.",
    )  # fmt: skip
    revision = SelectField("Revision", choices=[])
    days = IntegerField(
        "Works for how many days?",
        [InputRequired("Give a number of days."),
         Between(1, MOST_DAYS, f"Give a number of days from 1 to {MOST_DAYS}.")],
        default=7, description=f"At most {MOST_DAYS}. It can be revoked before.",
    )  # fmt: skip
    password = PasswordField(
        "Password", [
            Optional(), at_most(256),
            Length(min=SHORTEST_PASSWORD, message=f"Use at least {SHORTEST_PASSWORD} characters."),
        ],
        description="Asked for when the link is opened. Tell it by another way than the link.",
    )  # fmt: skip
    may_comment = BooleanField("They may comment", default=True)
    may_approve = BooleanField("They may say whether they approve")


class OutsideForm(PortalForm):
    """What somebody says of the text, under which name."""

    name = StringField("Your name", [DataRequired("Say who you are."), at_most(NAME_LENGTH)])
    text = TextAreaField("What you say to it", [at_most(TEXT_LENGTH)])
