"""Who may read a page; and, for people of the account, the pages that only they read."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for

from portal.brand import accent_of, logo_of
from portal.content.pages import page_by_id
from portal.content.problems import Problem
from portal.content.readership import readers_of, set_readers
from portal.content.reading import live_page_at
from portal.forms.base import add_error
from portal.forms.readership import ReadersForm
from portal.guards import permission
from portal.identity.passwords import hash_password
from portal.requests import current
from portal.sitepages import render_page, site_context
from tenants.permissions import Permission as P

bp = Blueprint("readership", __name__, url_prefix="/a/<handle>")


@bp.route("/pages/<uuid:page_id>/readers", methods=["GET", "POST"])
@permission(P.PAGE_PUBLISH)
def readers(page_id: uuid.UUID) -> Any:
    page = page_by_id(page_id, current.here.id) or abort(404)
    form = ReadersForm(readers=readers_of(page))
    if form.validate_on_submit():
        new = form.password.data if form.readers.data == "password" else ""
        try:
            set_readers(
                page, current.here, form.readers.data, hash_password(new) if new else None,
                by=current.person, reason=form.reason.data or "",
            )  # fmt: skip
        except Problem as problem:
            add_error(form.password, str(problem))
        else:
            flash("Saved.", "good")
            return redirect(url_for("pages.edit", handle=current.here.handle, page_id=page.id))
    status = 422 if form.is_submitted() else 200
    return render_template("readership/readers.html", page=page, form=form), status


@bp.get("/read/<path:page_address>")
@permission(P.PAGE_VIEW)
def read(page_address: str) -> Any:
    """Show a live page that is for members; send on to the site for one that is for everybody."""
    line = [*current.ancestors, current.here]
    site = site_context(current.here, accent_of(line), logo_of(line)[1])
    found = live_page_at(current.here.id, f"/{page_address}")
    if found is None or not site.opened:
        abort(404)
    page, revision = found
    if not page.for_members:
        return redirect(site.absolute(page.address or "/"))
    return render_page(site, page, revision, note="For people of this account only.")
