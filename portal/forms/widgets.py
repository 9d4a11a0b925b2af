"""WTForms' selects and inputs, written in one go: what they say is the same.

WTForms formats each attribute by itself, and each option of a select likewise: a hundred people to
choose from took longer than all else of a page.
"""

from copy import copy
from functools import lru_cache
from typing import Any

from markupsafe import escape
from wtforms.fields.choices import Choice
from wtforms.widgets import Input, Select, html_params
from wtforms.widgets.core import clean_key


def attributes(**given: Any) -> str:
    """Return attributes as `wtforms.widgets.html_params` does: sorted by name, escaped."""
    found: list[str] = []
    for key, value in sorted(given.items()):
        name = escape(clean_key(key))
        if value is True:
            found.append(name)
        elif value is not False:
            text = str(escape(value)).replace('"', "&quot;")
            found.append(f'{name}="{text}"')
    return " ".join(found)


class Options(Select):
    """WTForms' own select."""

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
    """Return the widget that writes the same sooner, if there is one, else the widget itself."""
    if type(widget) is Select:
        return _MULTIPLE if widget.multiple else _SINGLE
    plain = isinstance(widget, Input) and type(widget).html_params is html_params
    return _as_input(widget) if plain else widget


@lru_cache(maxsize=200)
def _as_input(widget: Input) -> Input:
    """Return the same input with its `html_params`, which is made to be set, ours."""
    made = copy(widget)
    made.html_params = attributes
    return made
