"""Pages and posts: the list, the editor, the preview, the history."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.brand import accent_of, logo_of
from portal.content.caring import care_of
from portal.content.commenting import threads_in
from portal.content.comments import comments_on
from portal.content.content_types import names_of_types
from portal.content.copies import WorkingCopy
from portal.content.desk import counted_pages_of, pages_within
from portal.content.drafting import (
    Saved,
    authorize_edit,
    create_page,
    may_edit,
    save_draft,
    text_of,
)  # fmt: skip
from portal.content.filing import categories_of
from portal.content.flow import flow_of
from portal.content.history import events_about
from portal.content.holding import InHand, held_page
from portal.content.locking import take_over
from portal.content.naming import names_of
from portal.content.page_filters import FURTHER, STATES, read_filters
from portal.content.pages import Page, page_by_id, revision_by_id, revisions_of
from portal.content.problems import Locked, Problem, Stale
from portal.content.saved_views import saved_views
from portal.content.saving import beside_page
from portal.content.scheduling import open_schedules
from portal.content.translations import group_of
from portal.forms.finding import finding
from portal.forms.merging import is_merge, merge_page, uuid_or_none
from portal.forms.page_fields import offer_choices, read_text, show_problem
from portal.forms.pages import NewPageForm, PageForm
from portal.forms.translations import brought_up_to_date
from portal.forms.typed import move_rows, told_of_change
from portal.forms.writing import (
    around,
    asked_copy,
    copies_of,
    done_starting,
    done_writing,
    mark,
)  # fmt: skip
from portal.guards import permission
from portal.once import once
from portal.requests import current
from portal.sitepages import render_page, site_context
from portal.views.typed import beside_fields, beside_new, edit_form, new_form
from tenants.permissions import Permission as P
from tenants.prepared import keys_alone
from tenants.quotas import QuotaReached
from tenants.reaching import reach_of

bp = Blueprint("pages", __name__, url_prefix="/a/<handle>/pages")
REVISIONS = 200
WITHIN = frozenset({"below", "all"})
EDITING = (P.PAGE_EDIT, P.PAGE_EDIT_OWN)


@bp.get("/")
@permission(P.PAGE_VIEW)
def index() -> str:
    filters = read_filters(request.args, current.person.zone, current.person.person_id)
    within, counts = request.args.get("within", ""), dict[str, int]()
    before = request.args.get("before")
    if within in WITHIN:
        reach = reach_of(current.person, P.PAGE_VIEW, current.here, below=within == "below")
        found = pages_within(reach, filters, before)
    else:
        within = ""
        found, counts = counted_pages_of(current.here.id, filters, before)
    types, offered = names_of_types(current.here)
    states = [("", "All", None), *((s, s, counts.get(s)) for s in [*STATES, *FURTHER])]
    return render_template(
        "pages/index.html", found=found, filters=filters, states=states, within=within,
        views=saved_views("pages", current.here, current.person), me=current.person.person_id,
        types=types, offered=offered,
    )  # fmt: skip


@bp.route("/new", methods=["GET", "POST"])
@permission(P.PAGE_CREATE)
@once
def new() -> Any:
    copies = copies_of(None) if request.method == "GET" else []
    form = new_form(current.here, asked_copy(copies))
    reshaped = move_rows(form, request.form.get("rows"))
    if not reshaped and form.validate_on_submit():
        try:
            text = read_text(form, current.here)
            page, saved = create_page(current.here, form.type.data, text, by=current.person)
            done_starting()
        except (Problem, QuotaReached) as problem:
            show_problem(form, problem)
        else:
            return _saved(page, saved, form)
    status = 422 if form.is_submitted() and not reshaped else 200
    return render_new(form), status


@bp.route("/<uuid:page_id>/", methods=["GET", "POST"])
@permission(P.PAGE_VIEW)
def edit(page_id: uuid.UUID) -> Any:
    if request.method == "POST":
        return _save(held_page(page_id, current.here.id) or abort(404))
    page = _page(page_id)
    if not may_edit(current.person, page, current.here).allowed:
        return _read(page)
    with keys_alone():
        copies, draft = copies_of(page), revision_by_id(page.draft_revision_id, page)
    copy = asked_copy(copies)
    form = edit_form(current.here, page, draft, copy)
    if copy is not None and is_merge(copy):
        return merge_page(page, form, typed=copy.typed)
    return _editor(page, form, copies=copies)


@bp.get("/<uuid:page_id>/preview")
@permission(P.PAGE_VIEW)
def preview(page_id: uuid.UUID) -> str:
    page = _page(page_id)
    asked = request.args.get("revision")
    wanted = uuid_or_none(asked) if asked else page.draft_revision_id
    revision = revision_by_id(wanted, page)
    if revision is None:
        abort(404)
    note = f"Preview of revision {revision.number}. Only people with access to this account see it."
    line = [*current.ancestors, current.here]
    site = site_context(current.here, accent_of(line), logo_of(line)[1])
    return render_page(site, page, revision, note=note)


@bp.get("/<uuid:page_id>/history")
@permission(P.PAGE_VIEW)
def history(page_id: uuid.UUID) -> str:
    page = _page(page_id)
    events = events_about(page, request.args.get("before"))
    below = request.args.get("below", type=int)
    below = below if below is not None and below < 2**31 else None
    found = revisions_of(page, REVISIONS + 1, below)
    revisions = found[:REVISIONS]
    return render_template(
        "pages/history.html", page=page, events=events, revisions=revisions, below=below,
        older=revisions[-1].number if len(found) > REVISIONS else None, names=names_of(revisions),
    )  # fmt: skip


def _page(page_id: uuid.UUID) -> Page:
    return page_by_id(page_id, current.here.id) or abort(404)


def _save(held: InHand) -> Any:
    page, draft = held.page, held.draft
    form = edit_form(current.here, page, draft, to_save=True)
    authorize_edit(current.person, page, current.here)
    reshaped = move_rows(form, request.form.get("rows"))
    if reshaped or not form.validate():
        return _editor(page, form), 200 if reshaped or finding() else 422
    try:
        if request.form.get("act") == "take_over":
            take_over(page, current.here, by=current.person)
        beside = beside_page(page, tab := mark(), by=current.person)
        saved = save_draft(
            page, read_text(form, current.here, draft), current.here, by=current.person,
            based_on=uuid_or_none(form.based_on.data), beside=beside,
        )  # fmt: skip
    except Stale:
        return merge_page(page, form), 409
    except Locked:
        return _editor(page, form, refused=True), 409
    except Problem as problem:
        show_problem(form, problem)
        return _editor(page, form), 422
    done_writing(page, tab, beside)
    brought_up_to_date(page)
    return _saved(page, saved, form)


def render_new(form: NewPageForm) -> str:
    """Return the form for something new with all that stands beside it."""
    return render_template("pages/new.html", form=form, writing=around(None), **beside_new(form))


def _editor(
    page: Page, form: PageForm, *, refused: bool = False, copies: list[WorkingCopy] | None = None
) -> str:
    if request.method == "POST":
        offer_choices(form, current.here.id, page.id)
    with keys_alone():
        draft = revision_by_id(page.draft_revision_id, page)
        told = {
            "schedules": open_schedules(page), "draft": draft,
            "live": revision_by_id(page.live_revision_id, page),
            "writing": around(page, copies), "care": care_of(page),
            **beside_fields(page, draft, form), **_around(page),
        }  # fmt: skip
    return render_template(
        "pages/edit.html", page=page, form=form, refused=refused,
        may_publish=current.can(P.PAGE_PUBLISH), **told,
    )  # fmt: skip


def _around(page: Page) -> dict[str, Any]:
    """Return what others say of the draft, and where it stands."""
    draft = revision_by_id(page.draft_revision_id, page) or abort(404)
    flow = flow_of(page, draft, current.here, by=current.person)
    return {
        "flow": flow, "threads": threads_in(comments_on(page)), "translations": group_of(page),
    }  # fmt: skip


def _read(page: Page) -> str:
    draft = revision_by_id(page.draft_revision_id, page) or abort(404)
    return render_template(
        "pages/read.html", page=page, text=text_of(draft), schedules=open_schedules(page),
        why=may_edit(current.person, page, current.here), may_publish=current.can(P.PAGE_PUBLISH),
        categories=categories_of(current.here.id)[0], writing=around(page), **_around(page),
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
    next_step = {"publish": "publication.publish_now", "schedule": "schedules.new",
                 "review": "reviews.show"}  # fmt: skip
    endpoint = next_step.get(request.form.get("act", ""), "pages.edit")
    return redirect(url_for(endpoint, handle=here, page_id=page.id))
