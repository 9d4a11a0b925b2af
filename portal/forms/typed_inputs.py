"""One input for each kind of field, made from its definition; the domain's rules check it."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from wtforms import (
    Field,
    FieldList,
    FormField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import Choice

from portal.content import fields as content
from portal.content.choosing import Candidates
from portal.content.field_kinds import ROWS, Unfit, read
from portal.forms.base import PortalForm, choices

PART = "p-"
_WALL = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class SubForm(PortalForm):
    """A form inside another: the one around it holds the token."""

    class Meta(PortalForm.Meta):
        csrf = False


class MomentForm(SubForm):
    """A wall time and the zone it is meant in."""

    wall = StringField("Date and time")
    zone = StringField("Time zone")

    @property
    def wall_type(self) -> str:
        """Return the type of input that can show the time; one that is none stays as typed."""
        text = self.wall.data or ""
        return "datetime-local" if not text or _WALL.fullmatch(text) else "text"

    def validate_wall(self, field: Field) -> None:
        """Refuse what is no time; empty is fine."""
        given = {"wall": field.data or "", "zone": self.zone.data or ""}
        if given["wall"].strip():
            _refuse(self.definition, given)


class MomentField(FormField):
    """A date and time with its zone, as one field."""

    @property
    def errors(self) -> list[str]:
        """Return what is wrong with it."""
        return [message for messages in self.form.errors.values() for message in messages]


class Choosing(SelectField):
    """A select that also shows what stands in it and is not offered any more."""

    def iter_choices(self) -> Any:
        """Yield what is offered, then what is held besides."""
        found = list(super().iter_choices())
        yield from found
        if self.data and self.data not in [choice.value for choice in found]:
            label = f"{self.data[:100]} (not offered)"
            yield Choice(value=self.data, label=label, selected=True, render_kw={})


class Rows(FieldList):
    """The entries of a group, from whatever numbers they were sent under."""

    def _extract_indices(self, prefix: str, formdata: Any) -> Any:
        numbers = {row for name in formdata if (row := row_of(name, prefix)) is not None}
        return sorted(numbers)[: ROWS + 1]

    def validate(self, form: Any, *_more: Any) -> bool:
        """Check every entry; `errors` say in which something is wrong."""
        fine = [entry.validate(form) for entry in self.entries]
        wrong = [str(number) for number, good in enumerate(fine, 1) if not good]
        self.errors = [f"Look at entry {', '.join(wrong)}."] if wrong else []
        if len(self.entries) > ROWS:
            self.errors = [*self.errors, f"There can be at most {ROWS} entries."]
        return not self.errors


def row_of(name: str, group: str) -> int | None:
    """Return the entry of a group that an input is of, by their names, or None.

    One of `speakers-2` is none of `speakers`, although its name begins with it.
    """
    found = re.match(rf"{re.escape(group)}-(\d{{1,4}})-{PART}(.+)", name, re.ASCII)
    inner = found and re.search(rf"-\d{{1,4}}-{PART}", found[2], re.ASCII)
    return int(found[1]) if found and not inner else None


def name_of(field: content.Field) -> str:
    """Return the name of a field's input; kinds of several inputs begin otherwise."""
    return {"group": "g-", "moment": "m-"}.get(field.kind, "f-") + field.key


def make(field: content.Field, before: Any, offered: Candidates, zone: str) -> Any:
    """Return the unbound input of a field whose value was `before`."""
    about = {"label": field.label, "description": field.hint}
    if field.kind == "moment":
        form = type("Moment", (MomentForm,), {"definition": field})
        return MomentField(form, default=lambda: {"zone": zone}, **about)
    if field.kind == "group":
        return Rows(FormField(_row_form(field, before, offered, zone)), **about)
    validators = [_check(field, before)]
    if field.kind in {"choice", "yesno", "media", *content.REFERRING}:
        options = choices(_options(field, before, offered))
        return Choosing(choices=options, validate_choice=False, validators=validators, **about)
    kind = TextAreaField if field.multiline else StringField
    return kind(validators=validators, render_kw=_looks(field, before), **about)


def shown(field: content.Field, value: Any) -> Any:
    """Return a value as the field's input shows it; what it cannot show is empty."""
    if field.kind == "group":
        rows = value if isinstance(value, list) else []
        return [
            {PART + part.key: shown(part, row.get(part.key)) for part in field.asked}
            for row in rows
            if isinstance(row, Mapping)
        ]
    if field.kind == "moment":
        given = value if isinstance(value, Mapping) else {"wall": content.plain(value)}
        return {name: content.plain(given.get(name)) for name in ("wall", "zone")}
    if field.kind == "yesno" and isinstance(value, bool):
        return "yes" if value else "no"
    return content.plain(value)


def typed(field: content.Field, data: Any) -> Any:
    """Return what stands in an input as the domain reads it; empty when nothing does."""
    if field.kind == "group":
        return [
            row
            for each in data or []
            if not content.is_empty(
                row := {p.key: typed(p, each.get(PART + p.key)) for p in field.asked}
            )
        ]
    if field.kind == "moment":
        given = data or {}
        return {"wall": given["wall"], "zone": given.get("zone") or ""} if given.get("wall") else ""
    return data or ""


def _row_form(field: content.Field, before: Any, offered: Candidates, zone: str) -> Any:
    """Return the form of one entry. A value that stood anywhere in the group may stay."""
    rows = [row for row in before if isinstance(row, Mapping)] if isinstance(before, list) else []
    parts = {
        PART + part.key: make(part, [row.get(part.key) for row in rows], offered, zone)
        for part in field.asked
    }
    return type("Row", (SubForm,), parts)


def _check(field: content.Field, before: Any) -> Callable[[Any, Any], None]:
    stood = [*before, before] if isinstance(before, list) else [before]

    def check(_form: Any, bound: Any) -> None:
        if bound.data and bound.data not in [shown(field, value) for value in stood]:
            _refuse(field, bound.data)

    return check


def _refuse(field: content.Field, raw: Any) -> None:
    try:
        read(field, raw)
    except Unfit as problem:
        raise ValidationError(f"This {problem}") from problem


def _options(field: content.Field, before: Any, offered: Candidates) -> list[tuple[str, str]]:
    """Return what a select offers, for references also what it holds."""
    if field.kind == "yesno":
        pairs = [("yes", "Yes"), ("no", "No")]
    elif field.kind == "choice":
        pairs = [(option, option) for option in field.options]
    else:
        held: list[Any] = before if isinstance(before, list) else [before]
        pairs = [(page.id, page.title) for page in offered.of(field, held)]
    return [("", "Nothing chosen"), *pairs]


def _looks(field: content.Field, before: Any) -> dict[str, Any]:
    """Return the attributes of a text input; a date that is none is shown as it was typed."""
    text = content.plain(before)
    if field.kind == "date" and (not text or _DAY.fullmatch(text)):
        return {"type": "date"}
    if field.kind == "number":
        return {"inputmode": "decimal"}
    return {"inputmode": "url"} if field.kind == "link" else {}
