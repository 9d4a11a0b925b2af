"""A page once more, and a page elsewhere."""

from wtforms import StringField
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
    to = StringField(
        "To the account", [DataRequired("Name the account by its handle."), at_most(63)],
        description="Its handle, as it stands in addresses.",
    )  # fmt: skip


class MovePageForm(_To, ReasonForm):
    """Where the page goes, and why."""
