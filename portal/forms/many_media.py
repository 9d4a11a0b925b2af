"""Several files at once: which, and what beside."""

from wtforms import BooleanField, SelectField, SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired
from wtforms.widgets import CheckboxInput, ListWidget

from portal.forms.base import PortalForm, at_most
from portal.forms.many_pages import not_too_many


class ManyFilesForm(PortalForm):
    """Files of this account's library."""

    files = SelectMultipleField(
        "Files",
        [DataRequired("Choose at least one."), not_too_many],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )


class MoveFilesForm(ManyFilesForm):
    """Which files come into which folder."""

    folder = SelectField("Folder", choices=[], default="")


class TrashFilesForm(ManyFilesForm):
    """Which files go, and why."""

    force = BooleanField(
        "Those that are used as well",
        description="The places where they stand will be empty. It takes a reason.",
    )
    reason = TextAreaField("Reason", [at_most(2000)], description="Stands in the trail.")
