"""Barring somebody, and letting him in again."""

from wtforms import TextAreaField
from wtforms.validators import DataRequired

from portal.forms.base import PortalForm, at_most


class BarForm(PortalForm):
    """Why."""

    reason = TextAreaField(
        "Reason",
        [DataRequired("Say why."), at_most(2000)],
        description="Stands in the trail, for whoever asks later.",
    )
