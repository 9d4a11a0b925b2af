"""The same act for many people, and a list of people from a file."""

from flask_wtf.file import FileField
from wtforms import SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired
from wtforms.widgets import CheckboxInput, ListWidget

from portal.forms.base import PortalForm, at_most
from portal.forms.people import RoleForm


class SomePeople:
    """Several people who are here already."""

    people = SelectMultipleField(
        "People",
        [DataRequired("Choose at least one person.")],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )


class GiveManyForm(SomePeople, RoleForm):
    """Who get which role."""


class EndManyForm(PortalForm):
    """Which grants end, and why."""

    grants = SelectMultipleField(
        "Roles to take away",
        [DataRequired("Choose at least one.")],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )
    reason = TextAreaField(
        "Reason", [at_most(2000)], description="Stands in the trail, for whoever asks later."
    )


class RosterForm(PortalForm):
    """A file, or its text once it was tried out."""

    file = FileField(
        "CSV file",
        description="Columns: email, name, role, reach, until, because. Only email and role are "
        "needed. It is tried out first; nothing is done by handing it in.",
    )
    text = TextAreaField("The list as it was read")
