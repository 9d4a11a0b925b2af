"""No number that somebody types is too long for a form."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from flask import Flask
from wtforms import IntegerField

from portal.forms.base import PortalForm

FORMS = Path(__file__).resolve().parents[2] / "portal" / "forms"


def test_a_number_too_long_is_refused_with_a_sentence(app: Flask) -> None:
    for path in FORMS.glob("*.py"):
        import_module(f"portal.forms.{path.stem}")
    tried, waiting = 0, list(PortalForm.__subclasses__())
    while waiting:
        cls = waiting.pop()
        waiting += cls.__subclasses__()
        with app.test_request_context(method="POST"):
            names = [f.name for f in cls(meta={"csrf": False}) if isinstance(f, IntegerField)]
        for name in names:
            for digits in ("9" * 400, "-" + "9" * 400, "9" * 5000):
                sent = {name: digits}
                with app.test_request_context(method="POST", data=sent):
                    form = cls(meta={"csrf": False})
                    field = form[name]
                    assert not field.validate(form), (cls, name)
                    assert field.errors
                    assert all(len(each) < 200 for each in field.errors)
                    tried += 1
    assert tried >= 18
