"""Revisions: any two compared, one or one field of it taken back, names for them."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.content.comparing import compare
from portal.content.content_types import definition_of
from portal.content.drafting import may_edit, text_of
from portal.content.naming import name_revision, names_of
from portal.content.pages import Page, Revision, page_by_id, revision_by_id, revisions_of
from portal.content.problems import Problem
from portal.content.restoring import restore
from portal.content.values import labels_of
from portal.errors import Conflict
from portal.forms.merging import uuid_or_none
from portal.guards import permission
from portal.requests import current
from tenants.permissions import Permission as P

bp = Blueprint("revisions", __name__, url_prefix="/a/<handle>/pages")


@bp.get("/<uuid:page_id>/compare")
@permission(P.PAGE_VIEW)
def show(page_id: uuid.UUID) -> Any:
    """Compare two revisions; without ids the draft with what is live, or with the one before."""
    page = _page(page_id)
    return _compared(page), 200


@bp.post("/<uuid:page_id>/restore")
@permission(P.PAGE_VIEW)
def take_back(page_id: uuid.UUID) -> Response:
    page = _page(page_id)
    revision = _asked(page, "revision") or abort(404)
    try:
        saved = restore(
            page, revision, request.form.get("field", ""), current.here, by=current.person,
            based_on=uuid_or_none(request.form.get("based_on")),
        )  # fmt: skip
    except Problem as problem:
        raise Conflict(f"{problem} Nothing was restored.") from problem
    if saved.changed:
        flash(f"Restored as revision {saved.revision.number}. Readers see no difference yet.",
              "good")  # fmt: skip
    else:
        flash("The draft says that already, so there was nothing to restore.", "info")
    for removal in saved.removed[:10]:
        flash(removal.sentence, "warn")
    return redirect(url_for("pages.edit", handle=current.here.handle, page_id=page.id))


@bp.post("/<uuid:page_id>/name")
@permission(P.PAGE_VIEW)
def name(page_id: uuid.UUID) -> Any:
    page = _page(page_id)
    revision = _asked(page, "revision") or abort(404)
    typed = request.form.get("name", "").replace("\x00", "")
    try:
        name_revision(page, revision, typed, current.here, by=current.person)
    except Problem as problem:
        return _compared(page, left=revision, typed=typed, error=str(problem)), 422
    flash(f"Revision {revision.number} is called “{typed.strip()}”." if typed.strip()
          else f"Revision {revision.number} has no name any more.", "good")  # fmt: skip
    here = current.here.handle
    return redirect(url_for("revisions.show", handle=here, page_id=page.id, left=revision.id))


def _page(page_id: uuid.UUID) -> Page:
    return page_by_id(page_id, current.here.id) or abort(404)


def _asked(page: Page, field: str) -> Revision | None:
    """Return the revision that is asked for, None when none is; 404 for what is none of the page's.

    Another in its place would be compared, and taken for the one in the address.
    """
    sent = request.values.get(field)
    return (revision_by_id(uuid_or_none(sent), page) or abort(404)) if sent else None


def _compared(
    page: Page, left: Revision | None = None, typed: str | None = None, error: str = ""
) -> str:
    newest = revisions_of(page)
    right = _asked(page, "right") or revision_by_id(page.draft_revision_id, page) or abort(404)
    left = left or _asked(page, "left") or _usual(page, newest, right)
    revisions = sorted({*newest, left, right}, key=lambda each: -each.number)
    labels = labels_of(definition_of(page.type, page.tenant_id))
    return render_template(
        "pages/compare.html", page=page, revisions=revisions, left=left, right=right,
        changes=compare(text_of(left), text_of(right), current.here.id, labels),
        names=names_of(revisions),
        allowed=may_edit(current.person, page, current.here), typed=typed, error=error,
    )  # fmt: skip


def _usual(page: Page, revisions: list[Revision], right: Revision) -> Revision:
    """Return what to compare with when nobody says: what readers see, or the revision before."""
    live = revision_by_id(page.live_revision_id, page)
    if live is not None and live.id != right.id:
        return live
    older = (each for each in revisions if each.number < right.number)
    return next(older, right)
