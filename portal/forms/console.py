"""What the staff console asks before it changes anything."""

from wtforms import TextAreaField
from wtforms.validators import DataRequired

from portal.forms.base import PortalForm, at_most


class ActForm(PortalForm):
    """Why. Staff change what belongs to others, so the reason is compulsory."""

    reason = TextAreaField(
        "Reason",
        [DataRequired("Say why; those it concerns read it in their trail."), at_most(2000)],
        description="Stands in the trail of the account it concerns.",
    )
