"""Saying something about a draft."""

from collections.abc import Sequence

from wtforms import SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired

from portal.forms.base import PortalForm, at_most

FIELDS = [
    ("", "The whole page"), ("title", "Title"), ("body", "Text"), ("excerpt", "Summary"),
    ("slug", "Address"), ("byline", "Byline"), ("tags", "Tags and categories"),
]  # fmt: skip


class ReplyForm(PortalForm):
    """What one answers, and who is told of it."""

    text = TextAreaField(
        "Comment", [DataRequired("Write something first."), at_most(5000)],
        description="@ and a name tells somebody of it.",
    )  # fmt: skip
    mention = SelectMultipleField("Tell these people", choices=[])


class CommentForm(ReplyForm):
    """What one says, and of what. `names` are those of everybody who could be told, by id."""

    names: Sequence[tuple[str, str]] = ()

    field = SelectField("About", choices=[])
    quote = StringField(
        "Which words", [at_most(300)], description="Copy the words you mean, if it helps."
    )
