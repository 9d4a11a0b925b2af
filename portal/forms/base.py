"""What every form of the portal does: bad characters and lengths get a sentence."""

import re
from collections.abc import Iterable
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from werkzeug.datastructures import CombinedMultiDict, MultiDict
from wtforms import Field, FileField, PasswordField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length, NumberRange, StopValidation, ValidationError

from portal.forms.finding import finding
from portal.forms.widgets import quicker
from portal.times import zone_names

_BREAKS = re.compile("\\s*[\n\v\f\r\x85\u2028\u2029]\\s*")


def on_one_line(text: Any) -> Any:
    """Return a single-line field's text with line breaks made spaces."""
    return _BREAKS.sub(" ", text) if isinstance(text, str) else text


class PortalForm(FlaskForm):
    """A form whose text fields refuse what cannot be stored, and keep everything typed.

    Only file fields take files: a file sent where text belongs is as good as nothing sent.
    One in which something is looked for counts as not sent, and is not valid.
    """

    class Meta(FlaskForm.Meta):
        def wrap_formdata(self, form: Any, formdata: Any) -> Any:
            if formdata is None or isinstance(formdata, MultiDict):
                return formdata
            if not FlaskForm.is_submitted(form):
                return None
            taking = {field.name for field in form if isinstance(field, FileField)}
            files = [(n, f) for n, f in request.files.items(multi=True) if n in taking]
            return CombinedMultiDict([MultiDict(files), request.form]) if files else request.form

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            kind = unbound_field.field_class
            if issubclass(kind, StringField) and not issubclass(kind, _KEEPING_BREAKS):
                filters = [*unbound_field.kwargs.get("filters", ()), on_one_line]
                options = {**options, "filters": filters}
            return super().bind_field(form, unbound_field, options)

        def render_field(self, field: Any, render_kw: Any) -> Any:
            field.widget = quicker(field.widget)
            return super().render_field(field, render_kw)

    def is_submitted(self) -> bool:
        """Tell whether the form was sent to be acted on, not to find something for a chooser."""
        return bool(super().is_submitted()) and not finding()

    def validate(self, extra_validators: Any = None) -> bool:
        if finding():
            return False
        fine = bool(super().validate(extra_validators))
        for field in self:
            if isinstance(field.data, str):
                problem = _unstorable(field.data)
                if problem:
                    field.errors = [*field.errors, problem]
                    field.data = _UNSTORABLE.sub("\ufffd", field.data)
                    fine = False
        return fine


_KEEPING_BREAKS = (TextAreaField, PasswordField)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def _unstorable(text: str) -> str:
    if "\x00" in text:
        return "This holds a NUL character, which no page can show. Remove it."
    if _UNSTORABLE.search(text):
        return "This holds half of a character. Remove it and type it again."
    return ""


def at_most(characters: int) -> Length:
    """Return the validator of a length, with its sentence."""
    return Length(max=characters, message=f"Use at most {characters:,} characters.")


class Between(NumberRange):
    """A whole number from `low` to `high`; WTForms' own fails on one too long for a float."""

    def __init__(self, low: int, high: int, message: str) -> None:
        super().__init__(low, high, message)

    def __call__(self, form: Any, field: Field) -> None:
        if isinstance(field.data, int) and not self.min <= field.data <= self.max:
            raise ValidationError(self.message)
        super().__call__(form, field)


class ZoneField(SelectField):
    """A time zone by name."""

    def __init__(self, label: str = "Time zone", **kwargs: Any) -> None:
        names = [(name, name.replace("_", " ")) for name in zone_names()]
        super().__init__(label, choices=choices(names), **kwargs)

    def pre_validate(self, _form: Any) -> None:
        if self.data not in zone_names():
            raise StopValidation("Choose a time zone from the list.")


def choices(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """Return (value, label) pairs as a field takes them."""
    return [SelectChoice(value, label) for value, label in pairs]


def add_error(field: Field, message: str) -> None:
    """Show `message` beside a field of a form that validated."""
    field.errors = [*field.errors, message]
