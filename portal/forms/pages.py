"""The page editor's form."""

from wtforms import (
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired
from wtforms.widgets import CheckboxInput, ListWidget

from portal.content.drafting import BODY_LENGTH, EXCERPT_LENGTH, TITLE_LENGTH
from portal.forms.base import PortalForm, at_most, choices
from portal.forms.seo import SeoFields


class PageForm(SeoFields, PortalForm):
    """Everything a revision says, and which revision it was written on."""

    based_on = HiddenField()
    title = StringField("Title", [at_most(TITLE_LENGTH)])
    body = TextAreaField("Text", [at_most(BODY_LENGTH)])
    excerpt = TextAreaField(
        "Summary", [at_most(EXCERPT_LENGTH)], description="Shown in lists and to search engines."
    )
    slug = StringField(
        "Address", [at_most(500)], description="The last part of the address. Made from the title "
        "when left empty.",
    )  # fmt: skip
    byline = StringField(
        "Byline", [at_most(TITLE_LENGTH)], description="The name readers see. Usually the author's."
    )
    parent = SelectField("Below", choices=[], default="")
    tags = StringField("Tags", [at_most(2000)], description="Separated by commas.")
    categories = SelectMultipleField(
        "Categories", option_widget=CheckboxInput(), widget=ListWidget(prefix_label=False)
    )


class NewPageForm(PageForm):
    """The same, for something that does not exist yet."""

    type = RadioField(
        "What is it?",
        [DataRequired("Choose a page or a post.")],
        choices=choices([("post", "A post: dated, in the list of posts"),
                         ("page", "A page: timeless, in the site's tree")]),
        default="post",
    )  # fmt: skip


class PublishForm(PortalForm):
    """What was shown is what goes live: the revision travels with the form."""

    revision = HiddenField()
    reason = TextAreaField(
        "Reason", [at_most(2000)], description="Stands in the trail, for whoever asks later."
    )


class ReasonForm(PortalForm):
    """A deliberate act, with a reason for the trail."""

    reason = TextAreaField(
        "Reason", [at_most(2000)], description="Stands in the trail, for whoever asks later."
    )
