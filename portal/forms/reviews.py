"""Handing a draft in, and deciding on one."""

from datetime import datetime
from typing import Any

from wtforms import DateField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from portal.forms.access import in_known_years
from portal.forms.asking import end_of
from portal.forms.base import Between, PortalForm, at_most

_DAYS = Between(0, 365, "Give a number of days from 0 to 365.")
NOBODY = ("", "Whoever is free")


class SubmitForm(PortalForm):
    """What was shown is what is handed in: the revision travels with the form."""

    revision = HiddenField()
    note = TextAreaField(
        "Note to the reviewers", [at_most(2000)], description="What should they look at?"
    )
    assignee = SelectField("Who shall do it?", choices=[], default="")
    due = DateField(
        "Due at the end of", [Optional(), in_known_years],
        description="Empty: as the step says.",
    )  # fmt: skip

    def due_instant(self, zone: str) -> datetime | None:
        """Return the end of the chosen day in `zone`, as UTC, or None."""
        return end_of(self.due.data, zone)


class VerdictForm(PortalForm):
    """Yes or no, to the step and the revision that were shown."""

    review = HiddenField()
    step = HiddenField()
    reason = TextAreaField(
        "What you say to it", [at_most(2000)],
        description="Whoever wrote it reads this. Handing back needs a reason.",
    )  # fmt: skip


class AssignForm(PortalForm):
    """Who is to act next."""

    review = HiddenField()
    assignee = SelectField("Who shall do it?", choices=[], default="")


class StepForm(PortalForm):
    """One step that an account adds. An empty name leaves it out."""

    class Meta(PortalForm.Meta):
        csrf = False

    name = StringField("Name", [at_most(60)])
    who = SelectField("Who may act", choices=[])
    due = IntegerField("Days until due", [Optional(), _DAYS])
    remind = IntegerField("Remind, days before", [Optional(), _DAYS])
    escalate = IntegerField("Escalate, days after", [Optional(), _DAYS])

    def values(self) -> dict[str, Any]:
        """Return a Step's fields."""
        names = ("who", "due", "remind", "escalate")
        return {"name": (self.name.data or "").strip()} | {n: self[n].data for n in names}


class BecauseForm(PortalForm):
    """Why the workflow is changed."""

    because = TextAreaField("Because", [at_most(2000)], description="Stands in the trail.")
