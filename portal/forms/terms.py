"""Tags and categories."""

from wtforms import RadioField, StringField
from wtforms.validators import DataRequired

from portal.content.filing import TAG_LENGTH
from portal.forms.base import PortalForm, at_most, choices
from portal.forms.pages import ReasonForm


class _Named:
    name = StringField("Name", [DataRequired("Give it a name."), at_most(TAG_LENGTH)])


class StartTermForm(_Named, PortalForm):
    """A new tag or category."""

    kind = RadioField(
        "What is it?",
        choices=choices([("category", "A category: ticked from a list"),
                         ("tag", "A tag: typed freely")]),
        default="category",
    )  # fmt: skip


class _Address:
    slug = StringField(
        "Address", [at_most(200)], description="The last part of its address. The old one leads "
        "to the new one.",
    )  # fmt: skip


class RenameTermForm(_Named, _Address, ReasonForm):
    """Another name, and perhaps another address."""


class _Into:
    into = StringField("Into", [DataRequired("Name what it goes into."), at_most(TAG_LENGTH)])


class MergeTermForm(_Into, ReasonForm):
    """What a term is merged into."""
