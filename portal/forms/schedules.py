"""Asking for a time."""

from datetime import datetime
from typing import Any

from wtforms import DateTimeLocalField, HiddenField, IntegerField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Optional

from portal.content.schedules import LATE_MINUTES, MOST_LATE_MINUTES, Late
from portal.forms.base import Between, PortalForm, ZoneField, at_most, choices

FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"]


def _instant(picked: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(picked) if picked else None
    except ValueError:
        return None


class TimeForm(PortalForm):
    """A wall time, the zone it is meant in, what happens when it comes late, and a reason."""

    wall = DateTimeLocalField(
        "Date and time",
        [InputRequired("Give a date and a time, like 2026-03-29 09:00.")],
        format=FORMATS,
    )
    zone = ZoneField("Time zone", description="The clock you mean.")
    chosen = RadioField("Which one?", choices=[], validate_choice=False)
    late_policy = RadioField(
        "If it comes late",
        choices=choices([
            ("publish", "Do it all the same, as soon as it can be"),
            ("skip", "Skip it"),
            ("ask", "Hold it and ask"),
        ]),
        default="publish",
        description="Only an outage makes it late. The last two ask how late is too late.",
    )  # fmt: skip
    late_minutes = IntegerField(
        "Too late after",
        [
            Optional(),
            Between(1, MOST_LATE_MINUTES, f"Give 1 to {MOST_LATE_MINUTES:,} minutes."),
        ],
        default=LATE_MINUTES,
    )
    reason = TextAreaField("Reason", [at_most(2000)], description="Stands in the trail.")

    def chosen_instant(self) -> datetime | None:
        """Return the instant picked among several, if one was."""
        return _instant(self.chosen.data)

    @property
    def late(self) -> Late:
        """Return what is to happen when it comes late."""
        return Late(self.late_policy.data, self.late_minutes.data or LATE_MINUTES)


class ScheduleForm(TimeForm):
    """What is to happen to which revision, and when."""

    revision = HiddenField()

    what = RadioField(
        "What is to happen?",
        choices=choices([
            ("publish", "Go live"),
            ("unpublish", "Go offline"),
            ("window", "Go live, and offline again"),
        ]),
        default="publish",
    )  # fmt: skip
    wall_end = DateTimeLocalField("Offline again", [Optional()], format=FORMATS)
    chosen_end = RadioField("Which one?", choices=[], validate_choice=False)

    def chosen_end_instant(self) -> datetime | None:
        """Return the instant of the end picked among several, if one was."""
        return _instant(self.chosen_end.data)

    def validate(self, extra_validators: Any = None) -> bool:
        fine = super().validate(extra_validators)
        if self.what.data == "window" and self.wall_end.data is None and not self.wall_end.errors:
            self.wall_end.errors = ["Give the date and time at which it goes offline again."]
            return False
        return fine
