"""The fields of a type: added, changed, ordered, removed, brought back; each loss shown before."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, flash, render_template, request
from werkzeug.wrappers import Response

from portal.content.content_types import BUILT_IN, Definition, definitions_at
from portal.content.defining_fields import (
    FieldWords,
    add_field,
    bring_back_field,
    change_field,
    changed,
    move_field,
    remove_field,
    words_of,
)
from portal.content.fields import Field
from portal.content.type_effects import Effects, effects_of
from portal.forms.content_types import ConfirmTypeForm, FieldForm
from portal.guards import permission
from portal.once import once
from portal.requests import current
from portal.views.types import definition, done, own_type, status, to, tried, unchanged
from tenants.permissions import Permission as P

bp = Blueprint("type_fields", __name__, url_prefix="/a/<handle>/types/<uuid:type_id>/fields")


@bp.route("/new", methods=["GET", "POST"])
@permission(P.TYPE_MANAGE)
@once
def new(type_id: uuid.UUID) -> Any:
    of_type, form = definition(type_id), FieldForm()
    group = _group(of_type)
    _offer(form, in_group=group is not None)
    if _wants(form) and unchanged(form, own_type(type_id)):
        words = form.words
        made = changed(Field(uuid.uuid4(), "", "", "text"), words)
        effects = _unseen(form, of_type, words, _with(of_type, group, made))
        if effects is not None:
            return _preview(form, of_type, None, effects)
        row, here, by = own_type(type_id), current.here, current.person
        under = group.id if group else None
        if done(form, lambda: add_field(row, here, words, by=by, group_id=under)):
            flash(f"{words.label} is asked for from now on.", "good")
            return to(type_id)
    return _editor(form, definition(type_id), None, group)


@bp.route("/<uuid:field_id>/edit", methods=["GET", "POST"])
@permission(P.TYPE_MANAGE)
def edit(type_id: uuid.UUID, field_id: uuid.UUID) -> Any:
    of_type, form = definition(type_id), FieldForm()
    field, group = _field(of_type, field_id)
    _offer(form, in_group=group is not None)
    if not form.is_submitted():
        form.fill(words_of(field))
    elif _wants(form) and unchanged(form, own_type(type_id)):
        words = form.words
        effects = _unseen(form, of_type, words, _with(of_type, group, changed(field, words)))
        if effects is not None:
            return _preview(form, of_type, field, effects)
        row, here, by = own_type(type_id), current.here, current.person
        if done(form, lambda: change_field(row, here, field_id, words, by=by)):
            flash(f"{words.label} is changed. Nothing that was typed is lost.", "good")
            return to(type_id)
    return _editor(form, definition(type_id), field, group)


@bp.route("/<uuid:field_id>/remove", methods=["GET", "POST"])
@permission(P.TYPE_MANAGE)
def remove(type_id: uuid.UUID, field_id: uuid.UUID) -> Any:
    of_type, form = definition(type_id), ConfirmTypeForm()
    field, group = _field(of_type, field_id)
    row, here, by = own_type(type_id), current.here, current.person
    if form.validate_on_submit() and done(form, lambda: remove_field(row, here, field_id, by=by)):
        flash(f"{field.label} is asked for no more. What was typed into it is kept.", "good")
        return to(type_id)
    after = _with(of_type, group, replace(field, removed=True))
    return render_template(
        "types/remove.html", form=form, type=of_type, field=field,
        effects=effects_of(of_type, after, here, by=by),
    ), status(form)  # fmt: skip


@bp.post("/<uuid:field_id>/move")
@permission(P.TYPE_MANAGE)
def move(type_id: uuid.UUID, field_id: uuid.UUID) -> Response:
    of_type = definition(type_id)
    _field(of_type, field_id)
    row, here, by = own_type(type_id), current.here, current.person
    steps = -1 if request.form.get("to") == "up" else 1
    tried(lambda: move_field(row, here, field_id, steps, by=by))
    return to(type_id)


@bp.post("/<uuid:field_id>/back")
@permission(P.TYPE_MANAGE)
def back(type_id: uuid.UUID, field_id: uuid.UUID) -> Response:
    field, _ = _field(definition(type_id), field_id, removed=True)
    row, here, by = own_type(type_id), current.here, current.person
    if tried(lambda: bring_back_field(row, here, field_id, by=by)):
        flash(f"{field.label} is asked for again, with all that was typed into it.", "good")
    return to(type_id)


def _field(
    of_type: Definition, field_id: uuid.UUID, *, removed: bool = False
) -> tuple[Field, Field | None]:
    try:
        field, group = of_type.field(field_id)
    except LookupError:
        abort(404)
    return (field, group) if field.removed == removed else abort(404)


def _group(of_type: Definition) -> Field | None:
    """Return the group that a new field is to be part of, if the address names one."""
    wanted = request.args.get("group", "")
    if not wanted:
        return None
    found = (f for f in of_type.asked if f.kind == "group" and str(f.id) == wanted)
    return next(found, None) or abort(404)


def _offer(form: FieldForm, *, in_group: bool) -> None:
    own = [(t.key, t.name) for t in definitions_at(current.here)]
    ours = [(t.key, t.name) for t in BUILT_IN.values() if t.key != "block"]
    form.offer([*ours, *own], in_group=in_group)


def _wants(form: FieldForm) -> bool:
    """Tell whether the form was sent to be carried out, and not to be written on."""
    return form.validate_on_submit() and request.form.get("act") != "back"


def _with(of_type: Definition, group: Field | None, field: Field) -> Sequence[Field]:
    """Return the type's fields with one of them, or of its group's, changed or added."""
    if group is not None:
        field = replace(group, parts=_put(group.parts, field))
    return _put(of_type.fields, field)


def _put(fields: tuple[Field, ...], field: Field) -> tuple[Field, ...]:
    if all(each.id != field.id for each in fields):
        return (*fields, field)
    return tuple(field if each.id == field.id else each for each in fields)


def _unseen(
    form: FieldForm, of_type: Definition, words: FieldWords, after: Sequence[Field]
) -> Effects | None:
    """Return what is to be shown before it is done; None when nothing is, or when it was."""
    effects = effects_of(of_type, after, current.here, by=current.person)
    told = repr((of_type.version, words, effects.total, effects.number, effects.shown))
    mark = hashlib.sha256(told.encode()).hexdigest()
    if not effects.number or form.seen.data == mark:
        return None
    form.seen.data = mark
    return effects


def _preview(form: FieldForm, of_type: Definition, field: Field | None, effects: Effects) -> str:
    return render_template(
        "types/preview.html", form=form, type=of_type, field=field, effects=effects
    )


def _editor(form: FieldForm, of_type: Definition, field: Field | None, group: Field | None) -> Any:
    form.based_on.data = str(of_type.version)
    return render_template(
        "types/field.html", form=form, type=of_type, field=field, group=group
    ), status(form)
