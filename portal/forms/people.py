"""Giving a role."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from wtforms import DateField, RadioField, SelectField, TextAreaField
from wtforms.validators import DataRequired, Optional

from portal.forms.access import in_known_years
from portal.forms.base import PortalForm, at_most, choices


class GrantForm(PortalForm):
    """Who gets which role, how far down, until when, and why."""

    person = SelectField("Person", [DataRequired("Choose a person.")], choices=[])
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
        if self.until.data is None:
            return None
        last = datetime.combine(self.until.data, time(23, 59, 59), ZoneInfo(zone))
        return last.astimezone(UTC)
