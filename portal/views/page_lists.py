"""The list of pages taken along, and views of it that somebody saved."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for

from portal.content.desk import pages_of, pages_within
from portal.content.page_export import COLUMNS, export_pages
from portal.content.page_filters import Filters, read_filters
from portal.content.problems import Problem
from portal.content.saved_views import delete_view, save_view
from portal.errors import Conflict
from portal.guards import permission
from portal.once import once
from portal.requests import current
from portal.spreadsheets import csv_file
from tenants.permissions import Permission as P
from tenants.reaching import reach_of

bp = Blueprint("page_lists", __name__, url_prefix="/a/<handle>/pages/list")
PER_READ = 1000


@bp.post("/export")
@permission(P.PAGE_VIEW)
def export() -> Any:
    """Download what the filters show, as CSV."""
    here, filters, within = current.here, _filters(), request.form.get("within", "")

    def read(before: str | None) -> Any:
        if within in {"below", "all"}:
            reach = reach_of(current.person, P.PAGE_VIEW, here, below=within == "below")
            return pages_within(reach, filters, before, PER_READ)
        return pages_of(here.id, filters, before, PER_READ)

    rows = export_pages(here, filters, read, by=current.person)
    return csv_file(f"pages-{here.handle}.csv", COLUMNS, rows)


@bp.post("/views")
@permission(P.PAGE_VIEW)
@once
def save() -> Any:
    """Keep the filters under a name."""
    filters = _filters()
    try:
        name = request.form.get("name", "")
        view = save_view("pages", current.here, name, filters.query, by=current.person)
    except Problem as problem:
        raise Conflict(str(problem)) from problem
    flash(f"Saved as “{view.name}”.", "good")
    return _back(**filters.asked)


@bp.post("/views/<uuid:list_view_id>/delete")
@permission(P.PAGE_VIEW)
def forget(list_view_id: uuid.UUID) -> Any:
    """Delete one of one's own views."""
    if not delete_view("pages", list_view_id, current.here, by=current.person):
        abort(404)
    flash("The view is deleted.", "good")
    return _back()


def _filters() -> Filters:
    return read_filters(request.form, current.person.zone, current.person.person_id)


def _back(**asked: Any) -> Any:
    return redirect(url_for("pages.index", handle=current.here.handle, **asked), 303)
