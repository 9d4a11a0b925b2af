"""Several pages at once: which, and what beside."""

from typing import Any

from wtforms import SelectField, SelectMultipleField, StringField, ValidationError
from wtforms.validators import DataRequired
from wtforms.widgets import CheckboxInput, ListWidget

from portal.content.bulk import MOST
from portal.forms.base import at_most
from portal.forms.pages import ReasonForm


def not_too_many(_form: Any, field: Any) -> None:
    """Raise ValidationError when more are chosen than one run takes."""
    if len(field.data or ()) > MOST:
        raise ValidationError(f"Choose at most {MOST} at once.")


class SomePages:
    """Pages of this account."""

    pages = SelectMultipleField(
        "Pages and posts",
        [DataRequired("Choose at least one."), not_too_many],
        option_widget=CheckboxInput(),
        widget=ListWidget(prefix_label=False),
    )


class ManyForm(SomePages, ReasonForm):
    """Which pages, and why."""


class _Tags:
    tags = StringField(
        "Tags to add",
        [DataRequired("Name at least one tag."), at_most(2000)],
        description="Separated by commas.",
    )


class TagManyForm(SomePages, _Tags, ReasonForm):
    """Which pages get which tags."""


class _Parent:
    parent = SelectField("Below", choices=[], default="")


class MoveManyForm(SomePages, _Parent, ReasonForm):
    """Which pages come to stand below which."""
