"""Old addresses that lead to pages."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.content.problems import Problem
from portal.content.redirecting import (
    add_redirect,
    redirect_by_id,
    redirects_listed,
    remove_redirect,
)
from portal.forms.base import add_error
from portal.forms.redirects import RedirectForm
from portal.guards import permission
from portal.once import once
from portal.requests import current
from tenants.permissions import Permission as P

bp = Blueprint("redirects", __name__, url_prefix="/a/<handle>/redirects")


@bp.get("/")
@permission(P.PAGE_VIEW)
def index() -> str:
    search, after = (
        request.args.get(name, "").replace("\x00", "")[:3000] for name in ("q", "after")
    )
    found = redirects_listed(current.here.id, search, after)
    return render_template("redirects/index.html", found=found, search=search)


@bp.route("/new", methods=["GET", "POST"])
@permission(P.PAGE_PUBLISH)
@once
def new() -> Any:
    form = RedirectForm()
    if form.validate_on_submit():
        old, to = form.old.data or "", form.to.data or ""
        try:
            row = add_redirect(
                current.here, old, to, by=current.person, reason=form.reason.data or ""
            )
        except Problem as problem:
            about_target = "No page" in str(problem) or "://" in to or to.startswith("//")
            add_error(form.to if about_target else form.old, str(problem))
        else:
            flash(f"{row.address} leads there from now on.", "good")
            return _back()
    status = 422 if form.is_submitted() else 200
    return render_template("redirects/new.html", form=form), status


@bp.post("/<uuid:redirect_id>/remove")
@permission(P.PAGE_PUBLISH)
def remove(redirect_id: uuid.UUID) -> Response:
    row = redirect_by_id(redirect_id, current.here.id) or abort(404)
    remove_redirect(row, current.here, by=current.person)
    flash(f"{row.address} leads nowhere any more.", "good")
    return _back()


def _back() -> Response:
    return redirect(url_for("redirects.index", handle=current.here.handle), 303)
