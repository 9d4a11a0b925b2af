"""Setting a freeze and lifting one."""

from wtforms import DateTimeLocalField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired

from portal.content.freezes import NAME_LENGTH
from portal.forms.base import PortalForm, ZoneField, at_most

FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S"]


class FreezeForm(PortalForm):
    """A span of wall times, the zone they are meant in, its name and why."""

    name = StringField(
        "Name", [DataRequired("Give the freeze a name."), at_most(NAME_LENGTH)],
        description="Whoever is refused reads it, here and below.",
    )  # fmt: skip
    since = DateTimeLocalField(
        "From", [InputRequired("Give a date and a time, like 2026-12-20 00:00.")], format=FORMATS
    )
    until = DateTimeLocalField(
        "Until", [InputRequired("Give a date and a time, like 2027-01-02 08:00.")],
        format=FORMATS, description="From this moment on things may go live again.",
    )  # fmt: skip
    zone = ZoneField("Time zone", description="The clock you mean.")
    reason = TextAreaField(
        "Reason", [at_most(2000)], description="Stands beside it and in the trail."
    )
