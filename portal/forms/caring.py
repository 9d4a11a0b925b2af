"""Who answers for a page, and by when it is looked at again."""

from wtforms import DateField, SelectField
from wtforms.validators import Optional

from portal.forms.access import in_known_years
from portal.forms.pages import ReasonForm


class _Care:
    owner = SelectField(
        "Owner", choices=[], default="",
        description="Answers for the page and is told when it is due for review.",
    )  # fmt: skip
    review_by = DateField(
        "Review by", [Optional(), in_known_years],
        description="The end of this day, in the account’s time zone. Empty: never.",
    )  # fmt: skip


class CareForm(_Care, ReasonForm):
    """The owner and the day."""
