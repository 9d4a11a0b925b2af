"""Asking about access."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from wtforms import DateField, DateTimeLocalField, SelectField
from wtforms.validators import Optional, ValidationError

from portal.content.moments import YEARS
from portal.forms.base import PortalForm, choices
from tenants.permissions import Permission

FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d"]


def in_known_years(_form: PortalForm, field: DateTimeLocalField | DateField) -> None:
    """Refuse years no account is there in."""
    if field.data and not YEARS[0] <= field.data.year <= YEARS[1]:
        raise ValidationError(f"Choose a time between the years {YEARS[0]} and {YEARS[1]}.")


class AccessForm(PortalForm):
    """Who, what and when. Read from the URL, so that every answer can be shared."""

    class Meta:
        csrf = False  # it is sent by GET and changes nothing

    person = SelectField("Person", [Optional()], choices=[], default="")
    permission = SelectField(
        "May do what?",
        [Optional()],
        choices=choices((str(p), f"{p.sentence} ({p})") for p in Permission),
        default=str(Permission.PAGE_PUBLISH),
    )
    at = DateTimeLocalField(
        "As of",
        [Optional(), in_known_years],
        format=FORMATS,
        description="Empty: now. In the account's zone.",
    )

    def moment(self, zone: str) -> datetime | None:
        """Return the instant asked about, UTC, or None for now."""
        wall: datetime | None = self.at.data
        return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) if wall else None
