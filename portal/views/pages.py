"""Pages and posts: the list, the editor, the preview, the history."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.brand import accent_of
from portal.content.content_types import KEY_LENGTH, names_of_types
from portal.content.desk import STATES, Filters, counts_of, pages_of, pages_within
from portal.content.drafting import (
    Saved,
    authorize_edit,
    create_page,
    may_edit,
    save_draft,
    text_of,
)  # fmt: skip
from portal.content.filing import categories_of
from portal.content.history import events_about
from portal.content.pages import Page, page_by_id, revision_by_id, revisions_of
from portal.content.problems import Problem, Stale
from portal.content.scheduling import open_schedules
from portal.forms.page_fields import fill, offer_choices, read_text, show_problem
from portal.forms.pages import PageForm
from portal.forms.typed import move_rows, told_of_change
from portal.guards import permission
from portal.requests import current
from portal.sitepages import render_page, site_context
from portal.views.typed import beside_fields, beside_new, edit_form, new_form
from tenants.newest import reach_of
from tenants.permissions import Permission as P
from tenants.quotas import QuotaReached

bp = Blueprint("pages", __name__, url_prefix="/a/<handle>/pages")
WITHIN = frozenset({"below", "all"})
EDITING = (P.PAGE_EDIT, P.PAGE_EDIT_OWN)


@bp.get("/")
@permission(P.PAGE_VIEW)
def index() -> str:
    filters = Filters(
        state=request.args.get("state", ""),
        type=request.args.get("type", "").replace("\x00", "")[:KEY_LENGTH],
        search=request.args.get("q", "").replace("\x00", "")[:200],
    )
    within = request.args.get("within", "")
    before = request.args.get("before")
    if within in WITHIN:
        reach = reach_of(current.person, P.PAGE_VIEW, current.here, below=within == "below")
        found, counts = pages_within(reach, filters, before), {}
    else:
        within, counts = "", counts_of(current.here.id)
        found = pages_of(current.here.id, filters, before)
    types, offered = names_of_types(current.here)
    states = [("", "All", None), *((s, s, counts.get(s)) for s in [*STATES, "scheduled"])]
    return render_template(
        "pages/index.html",
        found=found,
        filters=filters,
        states=states,
        within=within,
        types=types,
        offered=offered,
    )


@bp.route("/new", methods=["GET", "POST"])
@permission(P.PAGE_CREATE)
def new() -> Any:
    form = new_form(current.here)
    offer_choices(form, current.here.id, None)
    reshaped = move_rows(form, request.form.get("rows"))
    if not reshaped and form.validate_on_submit():
        try:
            text = read_text(form, current.here)
            page, saved = create_page(current.here, form.type.data, text, by=current.person)
        except (Problem, QuotaReached) as problem:
            show_problem(form, problem)
        else:
            return _saved(page, saved, form)
    status = 422 if form.is_submitted() and not reshaped else 200
    return render_template("pages/new.html", form=form, **beside_new(form)), status


@bp.route("/<uuid:page_id>/", methods=["GET", "POST"])
@permission(P.PAGE_VIEW)
def edit(page_id: uuid.UUID) -> Any:
    page = _page(page_id)
    if not may_edit(current.person, page, current.here).allowed and request.method != "POST":
        return _read(page)
    draft = revision_by_id(page.draft_revision_id, page)
    form = edit_form(current.here, page, draft)
    offer_choices(form, current.here.id, page.id)
    if request.method != "POST":
        fill(form, page, draft, current.here.id)
        return _editor(page, form)
    authorize_edit(current.person, page, current.here)
    reshaped = move_rows(form, request.form.get("rows"))
    if reshaped or not form.validate():
        return _editor(page, form), 200 if reshaped else 422
    try:
        text = read_text(form, current.here)
        saved = save_draft(
            page, text, current.here, by=current.person,
            based_on=_uuid(form.based_on.data),
        )  # fmt: skip
    except Stale as stale:
        form.based_on.data = str(page.draft_revision_id)
        return _editor(page, form, stale=stale), 409
    except Problem as problem:
        show_problem(form, problem)
        return _editor(page, form), 422
    return _saved(page, saved, form)


@bp.get("/<uuid:page_id>/preview")
@permission(P.PAGE_VIEW)
def preview(page_id: uuid.UUID) -> str:
    page = _page(page_id)
    asked = request.args.get("revision")
    wanted = _uuid(asked) if asked else page.draft_revision_id
    revision = revision_by_id(wanted, page)
    if revision is None:
        abort(404)
    note = f"Preview of revision {revision.number}. Only people with access to this account see it."
    accent = accent_of([*current.ancestors, current.here])
    return render_page(site_context(current.here, accent), page, revision, note=note)


@bp.get("/<uuid:page_id>/history")
@permission(P.PAGE_VIEW)
def history(page_id: uuid.UUID) -> str:
    page = _page(page_id)
    events = events_about(page, request.args.get("before"))
    return render_template(
        "pages/history.html", page=page, events=events, revisions=revisions_of(page)
    )


def _page(page_id: uuid.UUID) -> Page:
    return page_by_id(page_id, current.here.id) or abort(404)


def _uuid(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None


def _editor(page: Page, form: PageForm, stale: Stale | None = None) -> str:
    draft = revision_by_id(page.draft_revision_id, page)
    return render_template(
        "pages/edit.html", page=page, form=form, stale=stale, schedules=open_schedules(page),
        live=revision_by_id(page.live_revision_id, page), draft=draft,
        may_publish=current.can(P.PAGE_PUBLISH), **beside_fields(page, draft, form),
    )  # fmt: skip


def _read(page: Page) -> str:
    draft = revision_by_id(page.draft_revision_id, page) or abort(404)
    return render_template(
        "pages/read.html", page=page, text=text_of(draft), schedules=open_schedules(page),
        why=may_edit(current.person, page, current.here), may_publish=current.can(P.PAGE_PUBLISH),
        categories=categories_of(current.here.id),
    )  # fmt: skip


def _saved(page: Page, saved: Saved, form: PageForm) -> Response:
    here = current.here.handle
    if changed := told_of_change(form):
        flash(changed, "warn")
    if saved.changed:
        flash(f"Saved as revision {saved.revision.number}. Readers see no difference yet.", "good")
    else:
        flash("Nothing was changed, so there was nothing to save.", "info")
    for removal in saved.removed[:10]:
        flash(removal.sentence, "warn")
    next_step = {"publish": "publication.publish_now", "schedule": "schedules.new"}
    endpoint = next_step.get(request.form.get("act", ""), "pages.edit")
    return redirect(url_for(endpoint, handle=here, page_id=page.id))
