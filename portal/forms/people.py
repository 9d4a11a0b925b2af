"""Giving a role, and offering one by mail."""

from datetime import datetime

from wtforms import DateField, EmailField, RadioField, SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Optional

from portal.content.moments import end_of_day
from portal.forms.access import in_known_years
from portal.forms.auth import an_email
from portal.forms.base import PortalForm, at_most, choices


# WTForms orders fields as they are made: what comes first in a form is a class of its own.
class Someone:
    """A person who is here already, or a group."""

    person = SelectField(
        "Person or group", [DataRequired("Choose a person or a group.")], choices=[]
    )


class Somebody:
    """Whoever reads the mail sent to an address."""

    email = EmailField("E-mail", [InputRequired("Give an e-mail address."), an_email])


class RoleForm(PortalForm):
    """Which role, how far down, until when, and why."""

    role = RadioField("Role", [DataRequired("Choose a role.")], choices=[])
    reach = RadioField(
        "Reach",
        choices=choices([("subtree", "This account and everything below it"),
                         ("account", "This account only")]),
        default="subtree",
    )  # fmt: skip
    until = DateField(
        "Until the end of", [Optional(), in_known_years], description="Empty: with no end."
    )
    because = TextAreaField("Because", [at_most(2000)], description="Stands in the trail.")

    def until_instant(self, zone: str) -> datetime | None:
        """Return the end of the chosen day in `zone`, as UTC, or None."""
        return end_of_day(self.until.data, zone) if self.until.data else None


class GrantForm(Someone, RoleForm):
    """Who gets which role."""


class InviteForm(Somebody, RoleForm):
    """Who is offered which role."""
