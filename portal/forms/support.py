"""Opening a support session, breaking the glass, and the report afterwards."""

from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired

from portal.forms.base import PortalForm, at_most
from tenants.support import TICKET_LENGTH


class OpenForm(PortalForm):
    """Why, and about which ticket."""

    reason = TextAreaField(
        "Reason", [DataRequired("Say why you look in."), at_most(2000)],
        description="The account's admins read it.",
    )  # fmt: skip
    ticket = StringField(
        "Ticket reference", [DataRequired("Give the ticket this is about."), at_most(TICKET_LENGTH)]
    )


class GlassForm(PortalForm):
    """Why it cannot wait for consent; the handle typed, so that it is the right account."""

    reason = TextAreaField(
        "Reason", [DataRequired("Say why this cannot wait."), at_most(2000)],
        description="Goes at once to the account's admins and to every owner.",
    )  # fmt: skip
    typed = StringField(
        "The account's handle", [DataRequired("Type the account's handle."), at_most(63)]
    )


class ReportForm(PortalForm):
    """What was done behind the broken glass."""

    text = TextAreaField(
        "Report", [DataRequired("Say what was done, and why."), at_most(10_000)],
        description="The account's admins and all owners read it. It cannot be changed later.",
    )  # fmt: skip
