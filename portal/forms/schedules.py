"""Asking for a time."""

from datetime import datetime

from wtforms import DateTimeLocalField, HiddenField, RadioField, TextAreaField
from wtforms.validators import InputRequired

from portal.forms.base import PortalForm, ZoneField, at_most, choices


class TimeForm(PortalForm):
    """A wall time, the zone it is meant in, and a reason."""

    wall = DateTimeLocalField(
        "Date and time",
        [InputRequired("Give a date and a time, like 2026-03-29 09:00.")],
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"],
    )
    zone = ZoneField("Time zone", description="The clock you mean.")
    chosen = RadioField("Which one?", choices=[], validate_choice=False)
    reason = TextAreaField("Reason", [at_most(2000)], description="Stands in the trail.")

    def chosen_instant(self) -> datetime | None:
        """Return the instant picked among several, if one was."""
        try:
            return datetime.fromisoformat(self.chosen.data) if self.chosen.data else None
        except ValueError:
            return None


class ScheduleForm(TimeForm):
    """What is to happen to which revision, and when."""

    revision = HiddenField()

    what = RadioField(
        "What is to happen?",
        choices=choices([("publish", "Go live"), ("unpublish", "Go offline")]),
        default="publish",
    )
