"""An old address and where it leads."""

from wtforms import StringField
from wtforms.validators import DataRequired

from portal.forms.base import at_most
from portal.forms.pages import ReasonForm


class _FromTo:
    old = StringField(
        "Old address", [DataRequired("Give the old address."), at_most(3000)],
        description="A path on this site, such as /team/anna/.",
    )  # fmt: skip
    to = StringField(
        "Leads to", [DataRequired("Give the address of a live page."), at_most(3000)],
        description="The path of a page that is live. When that page moves, this follows.",
    )  # fmt: skip


class RedirectForm(_FromTo, ReasonForm):
    """From where to where, and why."""
