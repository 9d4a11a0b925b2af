"""What a type of content and its fields are to be."""

from wtforms import (
    BooleanField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired
from wtforms.widgets import CheckboxInput, ListWidget

from portal.content.defining_fields import OPTION_LENGTH, OPTIONS, FieldWords
from portal.content.defining_types import NAME_LENGTH, SENTENCE_LENGTH, TypeWords
from portal.content.fields import KINDS
from portal.forms.base import PortalForm, at_most, choices


class TypeForm(PortalForm):
    """A type's words, where it stands, and which version of it the form was opened on."""

    based_on = HiddenField()
    name = StringField(
        "Name", [DataRequired("Give the type a name."), at_most(NAME_LENGTH)],
        description="In the singular, like Event or Recipe.",
    )  # fmt: skip
    sentence = StringField(
        "In a sentence", [at_most(SENTENCE_LENGTH)], description="What people use it for."
    )
    stands = RadioField(
        "Where readers find it",
        [DataRequired("Choose where readers find it.")],
        choices=choices([("tree", "At an address of its own, in the site's tree"),
                         ("nowhere", "Nowhere by itself: other content refers to it")]),
        default="tree",
    )  # fmt: skip
    with_body = BooleanField("It has a text, beside its fields", default=True)

    @property
    def words(self) -> TypeWords:
        """Return what the form asks for. Call it when the form is valid."""
        return TypeWords(
            (self.name.data or "").strip(), (self.sentence.data or "").strip(),
            self.stands.data, bool(self.with_body.data),
        )  # fmt: skip


class FieldForm(PortalForm):
    """What a field asks for. `seen` marks the effects that were shown."""

    based_on = HiddenField()
    seen = HiddenField()
    label = StringField(
        "Name", [DataRequired("Give the field a name."), at_most(NAME_LENGTH)],
        description="Editors see it above the field, readers beside what it says.",
    )  # fmt: skip
    kind = SelectField("What it takes", choices=[], default="text")
    hint = StringField("Hint", [at_most(SENTENCE_LENGTH)], description="Helps whoever fills it in.")
    required = BooleanField(
        "Required",
        description="A draft is saved without it; it is needed before publishing.",
    )
    options = TextAreaField(
        "Choices", [at_most(OPTIONS * (OPTION_LENGTH + 1))], description="One on each line."
    )
    of = SelectMultipleField(
        "Leads to", option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False),
        description="Only content of these types; of every type when none is ticked.",
    )  # fmt: skip

    def offer(self, types: list[tuple[str, str]], *, in_group: bool) -> None:
        """Put in what can be chosen: the kinds there are, and the types to refer to."""
        kinds = KINDS.items()
        self.kind.choices = choices((k, v) for k, v in kinds if k != "group" or not in_group)
        self.of.choices = choices(types)

    def fill(self, words: FieldWords) -> None:
        """Show what a field is."""
        self.label.data, self.kind.data, self.hint.data = words.label, words.kind, words.hint
        self.required.data, self.of.data = words.required, list(words.of)
        self.options.data = "\n".join(words.options)

    @property
    def words(self) -> FieldWords:
        """Return what the form asks for. Call it when the form is valid."""
        kind = self.kind.data
        lines = [" ".join(line.split()) for line in (self.options.data or "").splitlines()]
        options = tuple(dict.fromkeys(line for line in lines if line))
        return FieldWords(
            (self.label.data or "").strip(), kind, (self.hint.data or "").strip(),
            bool(self.required.data), options if kind == "choice" else (),
            tuple(self.of.data or ()) if kind == "reference" else (),
        )  # fmt: skip


class ConfirmTypeForm(PortalForm):
    """A yes to what was shown."""

    seen = HiddenField()
    reason = StringField("Reason", [at_most(2000)], description="Stands in the trail.")
