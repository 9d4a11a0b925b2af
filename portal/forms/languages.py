"""Language tags in forms."""

from typing import Any

from wtforms.validators import StopValidation

from portal.content.languages import language_tag
from portal.content.problems import Problem


def a_language(_form: Any, field: Any) -> None:
    """Refuse what is no language tag, and spell one as it is usually spelled."""
    try:
        field.data = language_tag(field.data or "")
    except Problem as problem:
        raise StopValidation(str(problem)) from problem
