"""Selects and inputs of the portal say the same as WTForms' own."""

from typing import Any

import pytest
from markupsafe import Markup
from wtforms import (
    BooleanField,
    EmailField,
    Form,
    HiddenField,
    PasswordField,
    SearchField,
    SelectField,
    SelectMultipleField,
    StringField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, Optional
from wtforms.widgets import Select, TextArea, TextInput

from portal.forms.widgets import Options, quicker

HOSTILE = ['"', "'", "<script>", "&amp;", "\u202e", "", " ", "x" * 300, "a\nb", "é", "</select>"]
MIXED = [
    *(SelectChoice(text, f"{text} said") for text in HOSTILE),
    SelectChoice("no-label"), SelectChoice(True, "yes"), SelectChoice(7, "seven"),
    SelectChoice("kept", "Kept", render_kw={"disabled": True, "data_x": '"'}),
]  # fmt: skip
CHECKS = [Length(max=9), Optional()]
INPUTS = [PasswordField, StringField, HiddenField, EmailField, SearchField, BooleanField]
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


@pytest.mark.parametrize("kind", INPUTS)
@pytest.mark.parametrize("text", HOSTILE)
def test_an_input_says_the_same(kind: Any, text: str) -> None:
    class Asked(Form):
        which = kind(
            "Which", [Length(max=9), Optional()], default=text, render_kw={"x": Markup('"')}
        )

    field = Asked().which
    more = {"class_": "wide", "data_a_b": text, "disabled": True, "required": False, "<": 1}
    told = field(**more)
    before, field.widget = field.widget, quicker(field.widget)
    assert field.widget is not before
    assert field.widget.input_type == before.input_type
    assert field(**more) == told


def test_only_plain_ones_are_replaced() -> None:
    class Own(Select):
        """A select that somebody changed."""

    class Told(TextInput):
        html_params = staticmethod(lambda **_: "")

    for widget in (Own(), Told(), TextArea()):
        assert quicker(widget) is widget
