"""The page editor's form with the fields of a type: made, filled, read, and its rows moved."""

from collections.abc import Mapping
from typing import Any, TypeVar

from flask import request
from werkzeug.datastructures import MultiDict
from wtforms import HiddenField

from portal.content.choosing import NONE, Candidates
from portal.content.content_types import Definition
from portal.content.field_kinds import as_typed
from portal.content.fields import Field, is_empty, plain
from portal.forms.pages import PageForm
from portal.forms.typed_finding import offer_found
from portal.forms.typed_inputs import make, name_of, row_of, shown, typed

F = TypeVar("F", bound=PageForm)


def typed_form(
    base: type[F],
    definition: Definition,
    values: Mapping[str, Any],
    offered: Candidates = NONE,
    zone: str = "UTC",
    copy: MultiDict[str, str] | None = None,
) -> F:
    """Return the form with an input for each field of the type, showing `values` unless sent.

    `copy` is what was sent before and never saved, to be shown instead. `form.definition` is the
    type. A field that was removed while somebody wrote is read as well.
    """
    sent = request.form if request.method == "POST" and copy is None else copy or MultiDict()
    fields = [f for f in definition.fields if not f.removed or _sent_names(f, sent)]
    inputs: dict[str, Any] = {name_of(f): make(f, values.get(f.key), offered, zone) for f in fields}
    inputs["type_version"] = HiddenField(default=str(definition.version))
    made: Any = type(base.__name__, (base,), inputs)
    form = made(sent or None)
    form.definition, form.sent, form.offered = definition, sent, offered
    form.moved = bool(sent) and form.type_version.data != str(definition.version)
    if form.moved:
        _take_as_it_is(form, fields)
    if not sent:
        _show(form, fields, values)
    offer_found(form)
    return form  # type: ignore[no-any-return]  # of the class made above


def typed_values(form: Any, before: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a page's fields after what was typed into the form over `before`.

    What the form does not ask for stays, and what a field cannot show stays until it is replaced.
    """
    found = dict(before)
    for field in form.definition.fields:
        name = name_of(field)
        if name not in form:
            continue
        raw = typed(field, form[name].data)
        if form.moved and name not in _sent_names(field, form.sent):
            raw = _sent_before(field, form.sent)
        if not is_empty(raw):
            found[field.key] = raw
        elif not is_empty(shown(field, found.get(field.key))):
            found.pop(field.key, None)
    return found


def kept_body(form: Any) -> str:
    """Return the text of a page whose type does not ask for one (any more): it stays as it was."""
    return "" if form.definition.with_body else getattr(form, "body_before", "")


def told_of_change(form: Any) -> str:
    """Return what to say when the type was changed while somebody wrote, or empty."""
    if not getattr(form, "moved", False):
        return ""
    definition: Definition = form.definition
    gone = [f.label for f in definition.fields if f.removed and _sent_names(f, form.sent)]
    new = [f.label for f in definition.asked if not _sent_names(f, form.sent)]
    told = f"{definition.changed_by or 'Somebody'} changed the type {definition.name} meanwhile."
    told += f" Not asked for any more: {', '.join(gone)}." if gone else ""
    told += f" New: {', '.join(new)}." if new else ""
    return f"{told} All you typed was saved."


def move_rows(form: Any, asked: str | None) -> bool:
    """Carry out a button of a group: `add:key`, `up:key:2`, `down:key:2` or `remove:key:2`.

    Tells whether there was one; nothing is saved by it.
    """
    act, _, rest = (asked or "").partition(":")
    key, _, number = rest.partition(":")
    rows = form[f"g-{key}"] if act and f"g-{key}" in form else None
    if rows is None:
        return False
    data = [entry.data for entry in rows.entries]
    place = int(number) if number.isascii() and number.isdigit() and len(number) < 5 else -1
    if act == "add":
        data.append({})
    elif 0 <= place < len(data):
        row = data.pop(place)
        if act != "remove":
            data.insert(max(0, place + (-1 if act == "up" else 1)), row)
    _refill(rows, data)
    offer_found(form)
    return True


def show_field_problem(form: Any, key: str, message: str) -> bool:
    """Show why a field cannot be kept beside it; tell whether the form has it."""
    field = next((f for f in form.definition.fields if f.key == key), None)
    if field is None or name_of(field) not in form:
        return False
    bound = form[name_of(field)]
    if field.kind == "moment":
        bound = bound.form.wall
    bound.errors = [*bound.errors, message]
    return True


def _show(form: Any, fields: list[Field], values: Mapping[str, Any]) -> None:
    for field in fields:
        bound, value = form[name_of(field)], values.get(field.key)
        if field.kind == "group":
            _refill(bound, shown(field, value) or [{}])
        elif field.kind == "moment":
            given = shown(field, value)
            bound.form.wall.data = given["wall"]
            bound.form.zone.data = given["zone"] or bound.form.zone.data
        else:
            bound.data = shown(field, value)


def _refill(rows: Any, data: list[dict[str, Any]]) -> None:
    rows.entries, rows.last_index = [], -1
    for each in data:
        rows.append_entry(each)


def _take_as_it_is(form: Any, fields: list[Field]) -> None:
    """Let what was typed for the type as it was be saved: it is looked at before publishing."""
    for field in fields:
        bound = form[name_of(field)]
        bound.validate = lambda *_: True


def _sent_names(field: Field, sent: MultiDict[str, str]) -> list[str]:
    """Return the names the input of a field may have had, of those that were sent."""
    return [
        prefix + field.key
        for prefix in ("f-", "m-", "g-")
        if any(_is_of(name, prefix + field.key) for name in sent)
    ]


def _is_of(name: str, start: str) -> bool:
    return (
        name == start
        or name in {f"{start}-wall", f"{start}-zone"}
        or (start.startswith("g-") and row_of(name, start) is not None)
    )


def _sent_before(field: Field, sent: MultiDict[str, str]) -> Any:
    """Return what was typed into an input the field had when it was of another kind."""
    if f"f-{field.key}" in sent:
        return as_typed(sent[f"f-{field.key}"])
    if sent.get(f"m-{field.key}-wall"):
        return as_typed({n: sent.get(f"m-{field.key}-{n}", "") for n in ("wall", "zone")})
    texts = [plain(sent[n]) for n in sent if row_of(n, f"g-{field.key}") is not None]
    return as_typed("\n".join(text for text in texts if text))
