"""Limits of an account, and policies."""

import re
from decimal import Decimal

from wtforms import BooleanField, HiddenField, StringField, TextAreaField
from wtforms.validators import ValidationError

from portal.forms.base import PortalForm, at_most
from tenants.policy_kinds import Bound, Kind, SwitchedOn
from tenants.quotas import MOST, Resource

_SIZES = {"": 1, "b": 1, "kb": 10**3, "mb": 10**6, "gb": 10**9, "tb": 10**12}


def read_amount(text: str, resource: Resource) -> int | None:
    """Return the limit that a text stands for; None for an empty one: no limit.

    Storage may be given in kB, MB, GB and TB of a thousand each. Raises ValueError with a sentence.
    """
    plain = re.sub(r"[,\s]", "", text or "").casefold()
    if not plain:
        return None
    sizes = "(b|kb|mb|gb|tb)?" if resource is Resource.STORAGE else "()"
    found = re.fullmatch(rf"([0-9]{{1,16}}(?:\.[0-9]{{1,6}})?){sizes}", plain, re.ASCII)
    amount = Decimal(found[1]) * _SIZES[found[2] or ""] if found else Decimal("0.5")
    if amount != int(amount) or amount > MOST:
        example = "like 500 MB or 20 GB" if resource is Resource.STORAGE else "like 25"
        raise ValueError(f"Give a whole number, {example}; empty for no limit.")
    return int(amount)


def _an_amount(_form: PortalForm, field: StringField) -> None:
    try:
        read_amount(field.data or "", Resource(field.short_name))
    except ValueError as problem:
        raise ValidationError(str(problem)) from problem


class LimitsForm(PortalForm):
    """The most an account may use together with everything below it."""

    people = StringField(
        Resource.PEOPLE.heading, [_an_amount], description="Each person counts once."
    )
    items = StringField(Resource.ITEMS.heading, [_an_amount])
    storage = StringField(
        Resource.STORAGE.heading, [_an_amount], description="Bytes, or with a unit: 500 MB, 20 GB."
    )
    secondaries = StringField(Resource.SECONDARIES.heading, [_an_amount])
    schedules = StringField(Resource.SCHEDULES.heading, [_an_amount])
    because = TextAreaField("Because", [at_most(2000)], description="Stands in the trail.")
    confirmed = BooleanField("Set it below what is in use; nothing more can be added then")

    def amount(self, resource: Resource) -> int | None:
        """Return what was asked for, once the form is valid."""
        return read_amount(self[resource.value].data or "", resource)


class SwitchForm(PortalForm):
    """A policy that is switched on; there is nothing to type."""

    policy = HiddenField()
    value = HiddenField()
    because = TextAreaField("Because", [at_most(2000)], description="Stands in the trail.")


class NumberForm(PortalForm):
    """A policy that is a number."""

    policy = HiddenField()
    value = StringField("Number", [at_most(20)])
    because = TextAreaField("Because", [at_most(2000)], description="Stands in the trail.")


class LinesForm(PortalForm):
    """A policy that is a list, one entry a line."""

    policy = HiddenField()
    value = TextAreaField("One a line", [at_most(10_000)])
    because = TextAreaField("Because", [at_most(2000)], description="Stands in the trail.")


def form_for(kind: Kind) -> SwitchForm | NumberForm | LinesForm:
    """Return the form that takes a value of a kind."""
    if isinstance(kind, SwitchedOn):
        return SwitchForm(value="on")
    return NumberForm() if isinstance(kind, Bound) else LinesForm()
