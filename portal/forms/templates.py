"""Templates to start pages from."""

from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired

from portal.content.drafting import BODY_LENGTH, EXCERPT_LENGTH, TITLE_LENGTH
from portal.content.page_templates import NAME_LENGTH, SENTENCE_LENGTH
from portal.forms.base import PortalForm, at_most


class RenameTemplateForm(PortalForm):
    """What a template is called, and what it is for."""

    name = StringField("Name", [InputRequired("Give it a name."), at_most(NAME_LENGTH)])
    sentence = StringField(
        "What it is for",
        [at_most(SENTENCE_LENGTH)],
        description="One sentence, for whoever chooses.",
    )


class EditTemplateForm(RenameTemplateForm):
    """The same with what a template says, and when what is shown had been saved."""

    seen = HiddenField()
    title = StringField("Title", [at_most(TITLE_LENGTH)])
    body = TextAreaField("Text", [at_most(BODY_LENGTH)])
    excerpt = TextAreaField("Summary", [at_most(EXCERPT_LENGTH)])


class SaveTemplateForm(RenameTemplateForm):
    """The same for a new one, or one to be replaced."""

    over = SelectField("Save it", choices=[], default="")


class StartForm(PortalForm):
    """What the new page is called."""

    title = StringField(
        "Title", [at_most(TITLE_LENGTH)], description="That of the template when left empty."
    )
