"""Drawings are kept for everybody: what they are drawn from must be all they see."""

import re
from collections.abc import Set

import pytest
from flask import Flask
from jinja2 import meta, nodes
from markupsafe import Markup

from portal.config import ROOT
from portal.drawing import FREE, Drawings

TEMPLATES = ROOT / "templates"
PART = r"\w+=(?:[^,()]|\([^()]*\))+"
DRAWN = re.compile(rf'draw\(\s*"([^"]+)"((?:,\s*{PART})*)\)')


def test_a_drawing_sees_what_it_is_given_and_nothing_of_the_request(app: Flask):
    calls = [
        (name, set(re.findall(r"(\w+)=", given)))
        for path in TEMPLATES.rglob("*.html")
        for name, given in DRAWN.findall(path.read_text())
    ]
    assert len(calls) == sum(p.read_text().count("draw(") for p in TEMPLATES.rglob("*.html"))
    assert calls
    for name, given in calls:
        sees_only(app, name, given | FREE)


def sees_only(app: Flask, name: str, free: Set[str]) -> None:
    """A template, and with FREE alone those whose macros it uses; it takes in no others."""
    tree = app.jinja_env.parse((TEMPLATES / name).read_text())
    seen = meta.find_undeclared_variables(tree)
    assert seen <= free, f"{name} sees {sorted(seen - free)}"
    used = list(tree.find_all(nodes.FromImport))
    assert not any(each.with_context for each in used), f"{name} shows what it sees to others"
    named = {each.template.as_const() for each in used}
    assert set(meta.find_referenced_templates(tree)) <= named, f"{name} takes in others"
    for each in named:
        sees_only(app, each, FREE)


def test_the_judge_notices_what_a_macro_that_is_used_sees(app: Flask):
    with pytest.raises(AssertionError, match="sees"):
        sees_only(app, "components/form.html", FREE)


def test_equal_contents_are_drawn_once_and_others_anew(app: Flask):
    size = len(Drawings(app.jinja_env)("layouts/_me.html", name="Ada", email="ada@acme.example"))
    draw = Drawings(app.jinja_env, room=2 * size + 100)
    first = draw("layouts/_me.html", name="Ada", email="ada@acme.example")
    assert draw("layouts/_me.html", name="Ada", email="ada@acme.example") is first
    other = draw("layouts/_me.html", name="<b>", email="ada@acme.example")
    assert "&lt;b&gt;" in other
    assert "<b>" not in other
    for name in ("Bo", "Cy"):
        draw("layouts/_me.html", name=name, email="")
    again = draw("layouts/_me.html", name="Ada", email="ada@acme.example")
    assert again == first
    assert again is not first, "more is kept than may be"


def test_marked_up_text_is_not_taken_for_plain_text_of_the_same_letters(app: Flask):
    draw = Drawings(app.jinja_env)
    assert "<b>Ada</b>" in draw("layouts/_me.html", name=Markup("<b>Ada</b>"), email="")
    assert "<b>Ada</b>" not in draw("layouts/_me.html", name="<b>Ada</b>", email="")
