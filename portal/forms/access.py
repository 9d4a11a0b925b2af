"""Asking about access."""

from datetime import UTC, datetime
from typing import Any
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


class Asking(PortalForm):
    """A question in the URL, so that every answer can be shared."""

    class Meta:
        csrf = False  # it is sent by GET and changes nothing

    def instant(self, field: DateTimeLocalField, zone: str) -> datetime | None:
        """Return the instant in a field whose wall time is of `zone`, UTC, or None."""
        wall: datetime | None = field.data
        return wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC) if wall else None


def _time(label: str, description: str = "") -> Any:
    return DateTimeLocalField(
        label, [Optional(), in_known_years], format=FORMATS, description=description
    )


def _permission(label: str) -> Any:
    return SelectField(
        label,
        [Optional()],
        choices=choices((str(p), f"{p.sentence} ({p})") for p in Permission),
        default=str(Permission.PAGE_PUBLISH),
    )


class AccessForm(Asking):
    """Who, what and when."""

    person = SelectField("Person", [Optional()], choices=[], default="")
    permission = _permission("May do what?")
    at = _time("As of", "Empty: now. In the account's zone.")

    def moment(self, zone: str) -> datetime | None:
        """Return the instant asked about, UTC, or None for now."""
        return self.instant(self.at, zone)


class WhoForm(Asking):
    """What, and when."""

    permission = _permission("Who may")
    at = _time("As of", "Empty: now. In the account's zone.")

    def moment(self, zone: str) -> datetime | None:
        """Return the instant asked about, UTC, or None for now."""
        return self.instant(self.at, zone)


class HeldForm(Asking):
    """Whose, when, and between which instants."""

    person = SelectField("Person", [Optional()], choices=[], default="")
    at = _time("What is held as of", "Empty: now. In the account's zone.")
    since = _time("What changed since")
    until = _time("until", "Empty: now.")

    def moment(self, zone: str) -> datetime | None:
        """Return the instant asked about, UTC, or None for now."""
        return self.instant(self.at, zone)

    def between(self, zone: str) -> tuple[datetime | None, datetime | None]:
        """Return the instants between which changes are asked for, UTC."""
        return self.instant(self.since, zone), self.instant(self.until, zone)
