"""Selects with hundreds of options, written at once.

WTForms formats each option by itself, attribute by attribute: a hundred pages to choose from took
longer than all else of the editor's form.
"""

from typing import Any

from markupsafe import escape
from wtforms.fields.choices import Choice
from wtforms.widgets import Select


class Options(Select):
    """WTForms' own select; what it writes is the same."""

    @classmethod
    def render_option(cls, choice: Choice, **kwargs: Any) -> str:
        """Return the markup of an option, escaped."""
        if choice.render_kw or kwargs or not isinstance(choice.value, str):
            return str(super().render_option(choice, **kwargs))
        chosen = "selected " if choice.selected else ""
        label = escape(choice.label or choice.value)
        return f'<option {chosen}value="{escape(choice.value)}">{label}</option>'


_SINGLE, _MULTIPLE = Options(), Options(multiple=True)


def quicker(widget: Any) -> Any:
    """Return the widget that writes the same sooner; for all but a plain select itself."""
    if type(widget) is not Select:
        return widget
    return _MULTIPLE if widget.multiple else _SINGLE
