"""Filtering a trail, and what is set for it."""

from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Optional

from portal.content.trail_filters import KEYS, LONGEST
from portal.forms.base import Between, PortalForm, at_most, choices
from tenants.retention import LONGEST as MOST_DAYS
from tenants.retention import SHORTEST


class AddFilterForm(PortalForm):
    """One more part for the filter. Sent by GET; the answer is the address with it in."""

    class Meta:
        csrf = False  # it is sent by GET and changes nothing

    q = StringField("Filter", [at_most(LONGEST)])
    key = SelectField(
        "Narrow by",
        choices=choices([*((k, k.capitalize()) for k in KEYS), ("", "Any text")]),
    )
    value = StringField("Value", [at_most(200)])


class SaveViewForm(PortalForm):
    """A name for the filter in force."""

    name = StringField(
        "Name of the view", [DataRequired("Give the view a name."), at_most(80)],
        filters=[lambda text: text.strip() if text else text],
    )  # fmt: skip
    q = StringField("Filter", [DataRequired("Filter something first."), at_most(LONGEST)])


class RetentionForm(PortalForm):
    """How long the trail is kept."""

    days = IntegerField(
        "Keep events for (days)",
        [
            Optional(),
            Between(
                SHORTEST, MOST_DAYS,
                f"Choose a number of days from {SHORTEST} to {MOST_DAYS:,}, or leave it empty.",
            ),
        ],
        description="Empty: as long as is set above; at a master, for ever.",
    )  # fmt: skip
    reason = TextAreaField("Because", [at_most(2000)], description="Stands in the trail.")


class HoldForm(PortalForm):
    """A dispute for which the trail is kept."""

    name = StringField("Name", [DataRequired("Name the dispute."), at_most(200)],
                       description="For example the reference of the case.")  # fmt: skip
    reason = TextAreaField(
        "Reason", [DataRequired("Say why the trail is to be kept."), at_most(2000)],
        description="Stands in the trail.",
    )  # fmt: skip


class EndHoldForm(PortalForm):
    """Why a hold can go."""

    reason = TextAreaField(
        "Reason", [DataRequired("Say why the hold can end."), at_most(2000)],
        description="Stands in the trail.",
    )  # fmt: skip
