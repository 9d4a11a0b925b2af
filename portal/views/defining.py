"""Defining, changing, deleting and restoring an account's own roles, each shown beforehand."""

import hashlib
import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from portal.forms.base import add_error, choices
from portal.forms.roles import ConfirmForm, RoleEditor
from portal.guards import permission
from portal.once import once
from portal.requests import current
from portal.views.roles import by_noun, own_role, role_here
from portal.views.trying import PROBLEMS, done, tried
from tenants.db import db
from tenants.decisions import Denied, can
from tenants.defining import change, define, delete
from tenants.permissions import Permission as P
from tenants.restoring import restore_role
from tenants.roles import Role, contents, role_by_id, roles_at
from tenants.strength import lacking

bp = Blueprint("defining", __name__, url_prefix="/a/<handle>/roles")


@bp.route("/new", methods=["GET", "POST"])
@permission(P.ROLE_MANAGE)
@once
def new() -> Any:
    form = RoleEditor()
    _offer(form, None)
    like = _like()
    if like is not None and not form.is_submitted():
        _fill(form, like, f"{like.name} (copy)"[:100])
    if form.validate_on_submit() and done(
        form, lambda: define(current.here, form.definition, by=current.person)
    ):
        flash(f"The role {form.name.data} can be given here and below from now on.", "good")
        return redirect(url_for("roles.index", handle=current.here.handle))
    return _editor(form, None, like)


@bp.route("/<uuid:role_id>/edit", methods=["GET", "POST"])
@permission(P.ROLE_MANAGE)
def edit(role_id: uuid.UUID) -> Any:
    role = own_role(role_id)
    form = RoleEditor()
    _offer(form, role)
    if not form.is_submitted():
        _fill(form, role, role.name)
    elif form.validate() and request.form.get("act") != "back" and _unchanged(form, role):
        here, by, wanted = current.here, current.person, form.definition
        seen, shown = tried(form, lambda: change(_again(role_id), here, wanted, by=by))
        role = own_role(role_id)
        if shown is not None and seen != form.seen.data:
            form.seen.data = seen
            return render_template(
                "roles/preview.html", form=form, role=role, preview=shown, permissions=list(P)
            )
        if shown is not None and done(form, lambda: change(role, here, wanted, by=by)):
            flash(f"The role {role.name} is changed, for everybody who holds it.", "good")
            return redirect(url_for("roles.show", handle=here.handle, role_id=role_id))
    _offer(form, role)
    return _editor(form, role)


@bp.route("/<uuid:role_id>/delete", methods=["GET", "POST"])
@permission(P.ROLE_MANAGE)
def delete_role(role_id: uuid.UUID) -> Any:
    role, form = own_role(role_id), ConfirmForm()
    here, by, reason = current.here, current.person, form.reason.data or ""
    fine = form.validate_on_submit()
    seen, shown = tried(form, lambda: delete(_again(role_id), here, by=by, reason=reason))
    role = own_role(role_id)
    if fine and shown is not None and form.seen.data == seen:
        ended: list[Any] = []
        if done(form, lambda: ended.extend(delete(role, here, by=by, reason=reason))):
            flash(f"The role {role.name} is deleted, and {len(ended)} grants of it ended. "
                  "It can be restored for 30 days.", "good")  # fmt: skip
            return redirect(url_for("roles.index", handle=here.handle))
    form.seen.data = seen
    status = 422 if form.is_submitted() and form.errors else 200
    return render_template("roles/delete.html", form=form, role=role, preview=shown), status


@bp.post("/<uuid:role_id>/restore")
@permission(P.ROLE_MANAGE)
def restore(role_id: uuid.UUID) -> Any:
    role = own_role(role_id, deleted=True)
    try:
        lines = restore_role(role, current.here, by=current.person)
    except PROBLEMS as problem:
        db.session.rollback()
        flash(str(problem), "warn")
        return redirect(url_for("roles.index", handle=current.here.handle))
    return render_template(
        "roles/restored.html", lines=lines, title=f"The role {role.name} is back",
        back=url_for("roles.show", handle=current.here.handle, role_id=role.id),
    )  # fmt: skip


def _again(role_id: uuid.UUID) -> Role:
    """Return the role anew, in the transaction that is open now."""
    return role_by_id(role_id) or abort(404)


def _like() -> Role | None:
    wanted = request.args.get("like", "")
    try:
        return role_here(uuid.UUID(wanted), deleted=False) if wanted else None
    except ValueError:
        abort(404)


def _offer(form: RoleEditor, role: Role | None) -> None:
    """Put in what the actor may choose: roles to build on, and rights he holds himself."""
    here, by = current.here, current.person
    found = contents()
    heirs = {role.id, *found.heirs(role.id)} if role else set()
    parents = [
        (str(r.id), f"{r.name}: {r.sentence}" if r.sentence else r.name)
        for r in roles_at(here)
        if r.id not in heirs and not any(lacking(by, p, here) for p in found.permissions(r.id))
    ]
    form.parent.choices = choices([("", "No other role"), *parents])
    form.permissions.choices = choices(
        (str(p), p.sentence) for p in P if lacking(by, p, here) is None
    )


def _fill(form: RoleEditor, role: Role, name: str) -> None:
    found = contents()
    form.name.data, form.sentence.data = name, role.sentence
    form.parent.data = str(found.parents.get(role.id) or "")
    form.permissions.data = sorted(found.own.get(role.id, ()))
    form.based_on.data = _version(role)


def _version(role: Role) -> str:
    """Return what tells whether a role was changed since a form was opened."""
    found = contents()
    said = (role.name, role.sentence, sorted(found.own.get(role.id, ())),
            str(found.parents.get(role.id)))  # fmt: skip
    return hashlib.sha256(repr(said).encode()).hexdigest()


def _unchanged(form: RoleEditor, role: Role) -> bool:
    version = _version(role)
    if form.based_on.data == version:
        return True
    form.based_on.data = version
    add_error(
        form.name,
        "Somebody else changed this role while you were editing it. What you typed is below; "
        "compare it with the role's page, then save again.",
    )
    return False


def _editor(form: RoleEditor, role: Role | None, like: Role | None = None) -> Any:
    here, by = current.here, current.person
    missing = {str(p): why for p in P if (why := lacking(by, p, here))}
    found = contents()
    offered = form.parent.data and not form.parent.errors
    parent = uuid.UUID(form.parent.data) if offered else None
    status = 422 if form.is_submitted() and form.errors else 200
    if here.kind == "house" and not can(by, P.STAFF_MANAGE, here).allowed:
        raise Denied(can(by, P.STAFF_MANAGE, here))
    return render_template(
        "roles/edit.html", form=form, role=role, like=like, groups=by_noun(), missing=missing,
        options={option.data: option for option in form.permissions},
        inherited=found.permissions(parent) if parent else frozenset(),
    ), status  # fmt: skip
