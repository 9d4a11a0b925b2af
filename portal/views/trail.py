"""The audit trail of an account and everything below it."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.content.history import events_below, reads_drafts
from portal.content.problems import Problem
from portal.content.saved_views import delete_view, save_view, saved_views
from portal.content.trail_activity import MOST, activity
from portal.content.trail_filters import KEYS, TrailQuery, read_query, written
from portal.forms.trail import AddFilterForm, SaveViewForm
from portal.guards import permission
from portal.once import once
from portal.requests import current
from tenants.permissions import Permission as P

bp = Blueprint("trail", __name__, url_prefix="/a/<handle>/trail")


@bp.get("/")
@permission(P.TRAIL_VIEW)
def index() -> Any:
    current.look_with(P.TRAIL_VIEW)
    add = AddFilterForm(request.args)
    if request.args.get("value", "").strip() and add.validate():
        more = written(add.key.data or "", add.value.data or "")
        return redirect(
            url_for(".index", handle=current.here.handle, q=f"{_typed()} {more}".strip())
        )
    return _page(read_query(_typed(), current.person.zone), SaveViewForm(formdata=None))


@bp.post("/views")
@permission(P.TRAIL_VIEW)
@once
def save() -> Any:
    """Keep the filter under a name, for oneself."""
    current.look_with(P.TRAIL_VIEW)
    form = SaveViewForm()
    asked = read_query(form.q.data or "", current.person.zone)
    if form.validate() and not asked.problems:
        try:
            save_view("trail", current.here, form.name.data or "", asked.text, by=current.person)
        except Problem as problem:
            form.name.errors = [str(problem)]
        else:
            flash(f"Saved as “{form.name.data}”.", "good")
            return redirect(url_for(".index", handle=current.here.handle, q=asked.text), 303)
    return _page(asked, form)


@bp.post("/views/<uuid:view_id>/delete")
@permission(P.TRAIL_VIEW)
def delete(view_id: uuid.UUID) -> Response:
    """Delete one of one's own views."""
    if not delete_view("trail", view_id, current.here, by=current.person):
        abort(404)
    flash("The view is deleted.", "good")
    return redirect(url_for(".index", handle=current.here.handle), 303)


def _typed() -> str:
    return request.args.get("q", "")[:2000]


def _page(asked: TrailQuery, form: SaveViewForm) -> Any:
    here, before = current.here, request.args.get("before")
    content = reads_drafts(current.person, here)
    found = (
        None
        if asked.problems
        else events_below(here, asked, before, content=content, by=current.person)
    )
    days = [] if before or asked.terms or asked.problems else activity(here, current.person.zone)
    status = 422 if asked.problems or form.errors else 200
    return render_template(
        "trail/index.html", found=found, asked=asked, chips=_chips(asked), keys=KEYS, days=days,
        most=MOST, views=saved_views("trail", here, current.person), form=form, before=before,
    ), status  # fmt: skip


def _chips(asked: TrailQuery) -> list[dict[str, str]]:
    """Return each term with the address that is left without it."""
    return [
        {
            "label": term.text,
            "url": url_for(".index", handle=current.here.handle, q=asked.without(term) or None),
        }
        for term in asked.terms
    ]  # fmt: skip
