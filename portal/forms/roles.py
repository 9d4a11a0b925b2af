"""What a role is to be."""

import uuid

from wtforms import HiddenField, SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired
from wtforms.widgets import CheckboxInput, ListWidget

from portal.forms.base import PortalForm, at_most
from tenants.defining import NAME_LENGTH, SENTENCE_LENGTH, Definition
from tenants.permissions import Permission


class RoleEditor(PortalForm):
    """A role's words, its parent and its own permissions, and which contents it was opened on."""

    based_on = HiddenField()
    seen = HiddenField()
    name = StringField("Name", [DataRequired("Give the role a name."), at_most(NAME_LENGTH)])
    sentence = StringField(
        "In a sentence", [at_most(SENTENCE_LENGTH)], description="What whoever holds it does."
    )
    parent = SelectField(
        "Builds on", choices=[], default="",
        description="It has all that role has, also what that role is given later.",
    )  # fmt: skip
    permissions = SelectMultipleField(
        "Rights of its own", option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )

    @property
    def definition(self) -> Definition:
        """Return what the form asks for. Call it when the form is valid."""
        return Definition(
            (self.name.data or "").strip(), (self.sentence.data or "").strip(),
            frozenset(Permission(name) for name in self.permissions.data or ()),
            uuid.UUID(self.parent.data) if self.parent.data else None,
        )  # fmt: skip


class ConfirmForm(PortalForm):
    """A yes to what was shown."""

    seen = HiddenField()
    reason = StringField("Reason", [at_most(2000)], description="Stands in the trail.")


class GroupForm(PortalForm):
    """What a group is called."""

    name = StringField("Name", [DataRequired("Give the group a name."), at_most(NAME_LENGTH)])
    sentence = StringField(
        "In a sentence", [at_most(SENTENCE_LENGTH)], description="Who belongs to it."
    )


class MemberForm(PortalForm):
    """Who is put into a group, and why."""

    person = SelectField("Person", [DataRequired("Choose a person.")], choices=[])
    because = StringField("Because", [at_most(2000)], description="Stands in the trail.")
