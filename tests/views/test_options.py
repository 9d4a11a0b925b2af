"""A select of the portal says the same as WTForms' own, however many options it has."""

from typing import Any

import pytest
from wtforms import Form, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.widgets import RadioInput, Select

from portal.forms.options import Options, quicker

HOSTILE = ['"', "'", "<script>", "&amp;", "\u202e", "", " ", "x" * 300, "a\nb", "é", "</select>"]
MIXED = [
    *(SelectChoice(text, f"{text} said") for text in HOSTILE),
    SelectChoice("no-label"), SelectChoice(True, "yes"), SelectChoice(7, "seven"),
    SelectChoice("kept", "Kept", render_kw={"disabled": True, "data_x": '"'}),
]  # fmt: skip
GROUPED = [
    SelectChoice("a", "A <", optgroup="First & only"), SelectChoice("b", "B", optgroup='Se"cond')
]  # fmt: skip


@pytest.mark.parametrize("kind", [SelectField, SelectMultipleField])
@pytest.mark.parametrize("offered", [MIXED, GROUPED], ids=["mixed", "grouped"])
@pytest.mark.parametrize("chosen", ["<script>", "kept", "b", "gone", None])
def test_it_writes_what_wtforms_writes(kind: Any, offered: list[SelectChoice], chosen: str) -> None:
    class Asked(Form):
        which = kind("Which", choices=offered, default=chosen, render_kw={"class": "wide"})

    field = Asked().which
    told = field(id="one", size=4)
    widget = quicker(field.widget)
    field.widget = widget
    assert type(widget) is Options
    assert field(id="one", size=4) == told
    assert told.count("<option") == len(offered)


def test_only_a_plain_select_is_replaced() -> None:
    class Own(Select):
        """A select that somebody changed."""

    for widget in (Own(), RadioInput()):
        assert quicker(widget) is widget
