"""Tags and categories: the list, starting, renaming, merging, deleting."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.content.problems import Problem
from portal.content.term_desk import (
    delete_term,
    merge_terms,
    rename_term,
    start_term,
    term_by_id,
    term_named,
    terms_listed,
)  # fmt: skip
from portal.content.terms import Term
from portal.errors import Conflict
from portal.forms.base import add_error
from portal.forms.terms import MergeTermForm, RenameTermForm, StartTermForm
from portal.guards import permission
from portal.once import once
from portal.requests import current
from tenants.permissions import Permission as P

bp = Blueprint("terms", __name__, url_prefix="/a/<handle>/terms")
KINDS = {"category": "Categories", "tag": "Tags"}


@bp.get("/")
@permission(P.PAGE_VIEW)
def index() -> str:
    kind = request.args.get("kind", "")
    kind = kind if kind in KINDS else "category"
    search = request.args.get("q", "").replace("\x00", "")[:100]
    found = terms_listed(current.here.id, kind, search, _uuid(request.args.get("after")))
    return render_template("terms/index.html", found=found, kind=kind, kinds=KINDS, search=search)


@bp.route("/new", methods=["GET", "POST"])
@permission(P.PAGE_EDIT)
@once
def new() -> Any:
    form = StartTermForm(kind=request.args.get("kind", "category"))
    if form.validate_on_submit():
        try:
            term = start_term(current.here, form.kind.data, form.name.data or "", by=current.person)
        except Problem as problem:
            add_error(form.name, str(problem))
        else:
            return _done(term.taxonomy, f"“{term.name}” is there to be used.")
    status = 422 if form.is_submitted() else 200
    return render_template("terms/new.html", form=form), status


@bp.route("/<uuid:term_id>/", methods=["GET", "POST"])
@permission(P.PAGE_PUBLISH)
def rename(term_id: uuid.UUID) -> Any:
    term = _term(term_id)
    form = RenameTermForm(name=term.name, slug=term.slug)
    if form.validate_on_submit():
        try:
            rename_term(
                term, current.here, form.name.data or "", form.slug.data or "", by=current.person,
                reason=form.reason.data or "",
            )  # fmt: skip
        except Problem as problem:
            add_error(form.slug if "address" in str(problem) else form.name, str(problem))
        else:
            return _done(term.taxonomy, f"It is “{term.name}” now, for readers too.")
    status = 422 if form.is_submitted() else 200
    return render_template("terms/rename.html", form=form, term=term), status


@bp.route("/<uuid:term_id>/merge", methods=["GET", "POST"])
@permission(P.PAGE_PUBLISH)
def merge(term_id: uuid.UUID) -> Any:
    term = _term(term_id)
    form = MergeTermForm()
    if form.validate_on_submit():
        into = term_named(current.here.id, term.taxonomy, form.into.data or "")
        try:
            if into is None:
                raise Problem(f"There is no {term.taxonomy} with this name.")
            moved = merge_terms(
                term, into, current.here, by=current.person, reason=form.reason.data or ""
            )
        except Problem as problem:
            add_error(form.into, str(problem))
        else:
            return _done(term.taxonomy, f"“{term.name}” is “{into.name}” now. Live pages: {moved}.")
    others = [line.term for line in terms_listed(current.here.id, term.taxonomy).rows]
    status = 422 if form.is_submitted() else 200
    return render_template("terms/merge.html", form=form, term=term, others=others), status


@bp.post("/<uuid:term_id>/delete")
@permission(P.PAGE_PUBLISH)
def delete(term_id: uuid.UUID) -> Response:
    term = _term(term_id)
    try:
        delete_term(term, current.here, by=current.person)
    except Problem as problem:
        raise Conflict(str(problem)) from problem
    return _done(term.taxonomy, f"“{term.name}” is deleted.")


def _term(term_id: uuid.UUID) -> Term:
    return term_by_id(term_id, current.here.id) or abort(404)


def _done(kind: str, message: str) -> Response:
    flash(message, "good")
    return redirect(url_for("terms.index", handle=current.here.handle, kind=kind), 303)


def _uuid(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None
