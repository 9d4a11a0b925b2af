"""What is asked before something is deleted for good."""

from typing import Any

from wtforms import StringField, ValidationError

from portal.forms.pages import ReasonForm

WORD = "delete"


class DeleteForm(ReasonForm):
    """A word typed on purpose, and a reason."""

    word = StringField(f"Type “{WORD}”", description="So that it does not happen by a slip.")

    def validate_word(self, field: Any) -> None:
        if (field.data or "").strip().casefold() != WORD:
            raise ValidationError(f"Type the word “{WORD}” to delete it for good.")
