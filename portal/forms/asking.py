"""Asking for access, and answering who asks."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from wtforms import DateField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, Optional

from portal.forms.access import in_known_years
from portal.forms.base import PortalForm, at_most, choices
from portal.forms.people import RoleForm


def end_of(day: datetime | None, zone: str) -> datetime | None:
    """Return the end of a day in `zone`, as UTC, or None."""
    if day is None:
        return None
    return datetime.combine(day, time(23, 59, 59), ZoneInfo(zone)).astimezone(UTC)


class AskForm(PortalForm):
    """Why a right is needed, and for how long."""

    reason = TextAreaField(
        "What do you need it for?",
        [DataRequired("Say what you need it for."), at_most(2000)],
        description="Whoever decides reads this. It stands in the trail.",
    )
    until = DateField(
        "Until the end of", [Optional(), in_known_years], description="Empty: with no end."
    )

    def until_instant(self, zone: str) -> datetime | None:
        """Return the end of the chosen day in `zone`, as UTC, or None."""
        return end_of(self.until.data, zone)


class JoinAccountForm(PortalForm):
    """Which account, and why."""

    handle = StringField(
        "Account's handle",
        [DataRequired("Give the account's handle."), at_most(63)],
        description="The short name in its addresses, for example “acme”.",
        filters=[lambda text: text.strip().lower() if text else text],
    )
    reason = TextAreaField(
        "Why do you want to join?",
        [DataRequired("Say why you want to join."), at_most(2000)],
        description="The people who run the account read this.",
    )


class AnswerForm(RoleForm):
    """Yes, with a role; or no, with a reason."""

    answer = RadioField(
        "Answer",
        [DataRequired("Choose an answer.")],
        choices=choices([("grant", "Yes: give the role chosen below"), ("refuse", "No")]),
    )
