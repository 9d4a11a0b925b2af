"""Naming a release, choosing its pages, saying when it goes, taking it back."""

from wtforms import (
    BooleanField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired
from wtforms.widgets import CheckboxInput, ListWidget

from portal.content.releases import NAME_LENGTH
from portal.forms.base import Between, PortalForm, at_most, choices
from portal.forms.pages import ReasonForm
from portal.forms.schedules import TimeForm

WHAT = [("publish", "Go live with their newest revision"), ("unpublish", "Go offline")]
LATE = [
    ("publish", "Carry it out all the same"), ("skip", "Do not carry it out any more"),
    ("ask", "Hold it and ask me"),
]  # fmt: skip


class NameForm(PortalForm):
    """What a release is called."""

    name = StringField(
        "Name", [DataRequired("Give the release a name."), at_most(NAME_LENGTH)],
        description="What goes out with it, like “Spring collection”.",
    )  # fmt: skip


class _Chosen:
    pages = SelectMultipleField(
        "Pages and posts", [DataRequired("Choose at least one.")],
        option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False),
    )  # fmt: skip
    what = RadioField("What is to happen to them?", choices=choices(WHAT), default="publish")


class AddForm(_Chosen, PortalForm):
    """Pages to add to a release."""


class _Into:
    release = SelectField("Release", choices=[], default="")
    name = StringField("Name of the new release", [at_most(NAME_LENGTH)])


class GatherForm(_Chosen, _Into, PortalForm):
    """Pages, and the release they go into."""


class _Late:
    late_policy = SelectField(
        "If it comes late",
        choices=choices(LATE),
        default="publish",
        description="When nobody could carry it out in time, after an outage for example.",
    )
    late_minutes = IntegerField(
        "Late means more than so many minutes",
        [InputRequired("Say how many minutes."),
         Between(1, 100_000, "Choose from 1 to 100,000 minutes.")],
        default=60,
    )  # fmt: skip


class WhenForm(TimeForm, _Late):
    """When a release goes, and what becomes of it when it comes late."""


class UndoForm(ReasonForm):
    """Taking a release back."""

    leave_changed = BooleanField("Undo the rest, and leave those pages as they are")


class RunForm(PortalForm):
    """Carrying a release out at once."""

    reason = TextAreaField("Reason", [at_most(2000)], description="Stands in the trail.")
