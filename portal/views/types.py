"""Types of content: the list, one of them, and defining, changing, deleting and restoring them."""

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.content.content_types import (
    BUILT_IN,
    ContentType,
    Definition,
    defined,
    definitions_at,
    type_by_id,
)
from portal.content.defining_types import (
    CannotDefineType,
    change_type,
    delete_type,
    make_type,
    restore_type,
)
from portal.content.fields import KINDS
from portal.content.type_effects import is_live_somewhere, number_of_pages, numbers_of_pages
from portal.forms.base import PortalForm, add_error
from portal.forms.content_types import ConfirmTypeForm, TypeForm
from portal.guards import permission
from portal.once import once
from portal.requests import current
from tenants.db import db
from tenants.permissions import Permission as P
from tenants.strength import TooWeak

bp = Blueprint("types", __name__, url_prefix="/a/<handle>/types")
PROBLEMS = (CannotDefineType, TooWeak)


@bp.get("/")
@permission(P.PAGE_VIEW)
def index() -> str:
    here = current.here
    found = definitions_at(here, deleted=True)
    return render_template(
        "types/index.html", built_in=BUILT_IN.values(), numbers=numbers_of_pages(here.id),
        own=[t for t in found if t.account_id == here.id and not t.deleted],
        above=[t for t in found if t.account_id != here.id],
        deleted=[t for t in found if t.deleted],
        origins={account.id: account.name for account in current.ancestors},
    )  # fmt: skip


@bp.route("/new", methods=["GET", "POST"])
@permission(P.TYPE_MANAGE)
@once
def new() -> Any:
    form = TypeForm()
    made: list[ContentType] = []
    if form.validate_on_submit() and done(
        form, lambda: made.append(make_type(current.here, form.words, by=current.person))
    ):
        flash(f"The type {made[0].name} can be used here and below. Give it fields.", "good")
        return to(made[0].id)
    return render_template("types/edit.html", form=form, type=None), status(form)


@bp.get("/<uuid:type_id>/")
@permission(P.PAGE_VIEW)
def show(type_id: uuid.UUID) -> str:
    found = [t for t in definitions_at(current.here, deleted=True) if t.id == type_id]
    definition = found[0] if found else abort(404)
    here = current.here
    own = definition.account_id == here.id
    number = numbers_of_pages(here.id).get(definition.key, 0)
    live = own and is_live_somewhere(definition.key, here.tenant_id)
    return render_template(
        "types/show.html", type=definition, kinds=KINDS, own=own, live=live,
        number=number_of_pages(definition.key, here.tenant_id) if own else number,
        origins={account.id: account.name for account in current.ancestors},
    )  # fmt: skip


@bp.route("/<uuid:type_id>/edit", methods=["GET", "POST"])
@permission(P.TYPE_MANAGE)
def edit(type_id: uuid.UUID) -> Any:
    row = own_type(type_id)
    form = TypeForm(obj=row)
    if form.validate_on_submit() and unchanged(form, row):
        here, by, words = current.here, current.person, form.words
        if done(form, lambda: change_type(row, here, words, by=by)):
            flash(f"The type {row.name} is changed.", "good")
            return to(type_id)
    form.based_on.data = str(own_type(type_id).version)
    return render_template("types/edit.html", form=form, type=own_type(type_id)), status(form)


@bp.route("/<uuid:type_id>/delete", methods=["GET", "POST"])
@permission(P.TYPE_MANAGE)
def delete(type_id: uuid.UUID) -> Any:
    row, form = own_type(type_id), ConfirmTypeForm()
    here, by = current.here, current.person
    if form.validate_on_submit() and done(
        form, lambda: delete_type(row, here, by=by, reason=form.reason.data or "")
    ):
        flash(f"The type {row.name} is deleted. What was written with it stays as it is.", "good")
        return redirect(url_for("types.index", handle=here.handle))
    number = number_of_pages(row.key, here.tenant_id)
    return render_template("types/delete.html", form=form, type=row, number=number), status(form)


@bp.post("/<uuid:type_id>/restore")
@permission(P.TYPE_MANAGE)
def restore(type_id: uuid.UUID) -> Response:
    row = own_type(type_id, deleted=True)
    if tried(lambda: restore_type(row, current.here, by=current.person)):
        flash(f"The type {row.name} can be used again.", "good")
    return redirect(url_for("types.index", handle=current.here.handle))


def own_type(type_id: uuid.UUID, *, deleted: bool = False) -> ContentType:
    """Return a type that the account defined itself, or answer 404."""
    row = type_by_id(type_id, current.here.id)
    if row is None or (row.deleted_at is not None) != deleted:
        abort(404)
    return row


def definition(type_id: uuid.UUID) -> Definition:
    """Return such a type with its fields, or answer 404."""
    return defined(own_type(type_id))


def unchanged(form: Any, row: ContentType) -> bool:
    """Tell whether the type is still what the form was opened on; if not, say so in the form."""
    if form.based_on.data in {"", None, str(row.version)}:
        return True
    first = form.name if "name" in form else form.label
    add_error(
        first,
        f"{row.changed_by_label} changed this type while you were editing it. What you typed is "
        "below; look at the type in another tab, then save again.",
    )
    return False


def done(form: PortalForm, act: Callable[[], object]) -> bool:
    """Do something; when it cannot be done, undo what was begun and say why in the form."""
    try:
        act()
    except PROBLEMS as problem:
        db.session.rollback()
        about = getattr(problem, "about", "name")
        names = (about, "label", "name", "reason")
        add_error(next(form[name] for name in names if name in form), str(problem))
        return False
    return True


def tried(act: Callable[[], object]) -> bool:
    """Do something that has no form; when it cannot be done, say why on the next page."""
    try:
        act()
    except PROBLEMS as problem:
        db.session.rollback()
        flash(str(problem), "warn")
        return False
    return True


def status(form: PortalForm) -> int:
    """Return 422 for a form that was refused."""
    return 422 if request.method == "POST" and form.errors else 200


def to(type_id: uuid.UUID) -> Response:
    """Lead to the page of a type."""
    return redirect(url_for("types.show", handle=current.here.handle, type_id=type_id))
