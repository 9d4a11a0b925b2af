"""A page once more, and a page elsewhere."""

from wtforms import SelectField, StringField
from wtforms.validators import DataRequired

from portal.content.drafting import TITLE_LENGTH
from portal.forms.base import PortalForm, at_most
from portal.forms.pages import ReasonForm


class DuplicateForm(PortalForm):
    """What the copy is called."""

    title = StringField(
        "Title of the copy", [at_most(TITLE_LENGTH)], description="Its address is made from it."
    )


class _To:
    to = SelectField(
        "To the account", [DataRequired("Choose an account.")], choices=[], default="",
        validate_choice=False,
        description="Those of this customer where you may start content of this type.",
    )  # fmt: skip


class MovePageForm(_To, ReasonForm):
    """Where the page goes, and why."""
