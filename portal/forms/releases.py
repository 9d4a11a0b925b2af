"""Naming a release, choosing its pages, saying when it goes, taking it back."""

from wtforms import (
    BooleanField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired
from wtforms.widgets import CheckboxInput, ListWidget

from portal.content.releases import NAME_LENGTH
from portal.forms.base import PortalForm, at_most, choices
from portal.forms.pages import ReasonForm
from portal.forms.schedules import TimeForm

WHAT = [("publish", "Go live with their newest revision"), ("unpublish", "Go offline")]


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


class WhenForm(TimeForm):
    """When a release goes, and what becomes of it when it comes late."""


class UndoForm(ReasonForm):
    """Taking a release back."""

    leave_changed = BooleanField("Undo the rest, and leave those pages as they are")


class RunForm(PortalForm):
    """Carrying a release out at once."""

    reason = TextAreaField("Reason", [at_most(2000)], description="Stands in the trail.")
