"""Trying out a change of access, and asking about it."""

from datetime import datetime
from typing import Any

from wtforms import DateField, RadioField, SelectField
from wtforms.validators import Optional

from portal.content.moments import end_of_day
from portal.forms.access import in_known_years
from portal.forms.base import PortalForm, choices
from tenants.permissions import Permission

KINDS = (
    ("give", "Somebody is given a role here"),
    ("end", "A role given here is taken away"),
    ("role", "A role defined here comes to more or less"),
    ("move", "This account stands below another one"),
)
EVERY = [("", "Nothing"), *((str(p), f"{p.sentence} ({p})") for p in Permission)]


class SupposeForm(PortalForm):
    """What is tried out, then what is asked."""

    kind = RadioField("What if", choices=choices(KINDS), default="give")
    bearer = SelectField("Who is given it", [Optional()], choices=[], default="")
    role = SelectField("Which role", [Optional()], choices=[], default="")
    reach = SelectField(
        "How far down",
        choices=choices([("subtree", "This account and everything below it"),
                         ("account", "This account only")]),
        default="subtree",
    )  # fmt: skip
    until = DateField("Until the end of", [Optional(), in_known_years])
    grant = SelectField("Which role is taken away", [Optional()], choices=[], default="")
    custom = SelectField("Which role changes", [Optional()], choices=[], default="")
    adds = SelectField("What it gains", [Optional()], choices=choices(EVERY), default="")
    drops = SelectField("What it loses", [Optional()], choices=choices(EVERY), default="")
    parent = SelectField("Below which account", [Optional()], choices=[], default="")
    person = SelectField("May this person", [Optional()], choices=[], default="")
    permission = SelectField(
        "do that here?",
        choices=choices((str(p), f"{p.sentence} ({p})") for p in Permission),
        default=str(Permission.PAGE_PUBLISH),
    )

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for what the chosen kind of change needs."""
        fine = super().validate(extra_validators)
        needs = {
            "give": (self.bearer, self.role), "end": (self.grant,), "role": (self.custom,),
            "move": (self.parent,),
        }  # fmt: skip
        for field in (*needs.get(self.kind.data, ()), self.person):
            if not field.data:
                field.errors = [*field.errors, "Choose one."]
                fine = False
        return fine

    def until_instant(self, zone: str) -> datetime | None:
        """Return the end of the chosen day in `zone`, as UTC, or None."""
        return end_of_day(self.until.data, zone) if self.until.data else None
