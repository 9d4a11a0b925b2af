"""The review page: where a draft stands, handing it in, deciding on it, and what waits for me."""

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.content.drafting import may_edit
from portal.content.flow import Flow, flow_of
from portal.content.pages import Page, page_by_id, revision_by_id
from portal.content.problems import Problem
from portal.content.reviewing import approve, assign, reject, submit, withdraw
from portal.content.reviews import Review, review_by_id, verdicts_of
from portal.content.shares import opinions_of
from portal.content.waiting import mentions_of, tasks_for
from portal.content.workflows import who_words
from portal.forms.base import add_error
from portal.forms.finding import finding, narrow
from portal.forms.reviews import NOBODY, AssignForm, SubmitForm, VerdictForm
from portal.guards import permission
from portal.requests import current
from tenants.permissions import Permission as P

bp = Blueprint("reviews", __name__, url_prefix="/a/<handle>")
ON_PAGE = "/pages/<uuid:page_id>/review"


@bp.get("/waiting/")
@permission(P.ACCOUNT_VIEW)
def waiting() -> str:
    """Show what waits for whoever looks, here and below."""
    return render_template(
        "reviews/waiting.html", tasks=tasks_for(current.person, current.here),
        mentions=mentions_of(current.person, current.here),
    )  # fmt: skip


@bp.get(ON_PAGE)
@permission(P.PAGE_VIEW)
def show(page_id: uuid.UUID) -> str:
    """Show where the draft stands, the text as readers would see it, and what can be done."""
    return _screen(_page(page_id))


@bp.post(f"{ON_PAGE}/submit")
@permission(P.PAGE_EDIT, P.PAGE_EDIT_OWN)
def hand_in(page_id: uuid.UUID) -> Any:
    """Hand the draft in that was shown."""
    page, form = _page(page_id), SubmitForm()
    draft = revision_by_id(page.draft_revision_id, page) or abort(404)
    flow = _flow(page)
    _offer(form, flow)
    if not form.validate():
        return _screen(page, flow=flow, submit_form=form), 200 if finding() else 422
    if form.revision.data != str(draft.id):
        add_error(form.note, "Somebody saved in between. Look at the text, then hand it in.")
        return _screen(page, flow=flow, submit_form=form), 409
    try:
        row = submit(
            page, draft, current.here, by=current.person, note=form.note.data or "",
            assignee_id=_uuid(form.assignee.data), due_at=form.due_instant(current.here.zone),
        )  # fmt: skip
    except Problem as problem:
        add_error(form.note, str(problem))
        return _screen(page, submit_form=form), 422
    flash(f"Handed in for “{row.step}”.", "good")
    if not flow.able:
        flash("Nobody but those who wrote it can act in this step now. Tell an admin.", "warn")
    return _back(page)


@bp.post(f"{ON_PAGE}/decide")
@permission(P.PAGE_REVIEW)
def decide(page_id: uuid.UUID) -> Any:
    """Approve, or hand back with a reason."""
    page, form = _page(page_id), VerdictForm()
    row = _review(page, form.review.data)
    if not form.validate():
        return _screen(page, verdict_form=form), 422
    act = approve if request.form.get("said") == "approve" else reject
    step, reason = form.step.data or "", form.reason.data or ""
    try:
        act(row, page, current.here, by=current.person, step=step, reason=reason)
    except Problem as problem:
        add_error(form.reason, str(problem))
        return _screen(page, verdict_form=form), 422
    said = {
        "approved": "Approved in all steps: it may be published.",
        "rejected": "Handed back, with your reason. The text is as it was.",
    }
    flash(said.get(row.state, f"Approved. “{row.step}” is next."), "good")
    return _back(page)


@bp.post(f"{ON_PAGE}/assign")
@permission(P.PAGE_REVIEW, P.PAGE_EDIT, P.PAGE_EDIT_OWN)
def give(page_id: uuid.UUID) -> Any:
    """Say who shall act next."""
    page, form = _page(page_id), AssignForm()
    row = _review(page, form.review.data)
    _offer(form, _flow(page))
    if finding():
        return _screen(page, assign_form=form)
    chosen = _uuid(form.assignee.data)
    return _do(
        page, form.validate(), lambda: assign(row, page, current.here, chosen, by=current.person)
    )


@bp.post(f"{ON_PAGE}/withdraw")
@permission(P.PAGE_EDIT, P.PAGE_EDIT_OWN)
def take_back(page_id: uuid.UUID) -> Any:
    """Take the draft back from review."""
    page = _page(page_id)
    row = _review(page, request.form.get("review"))
    return _do(page, True, lambda: withdraw(row, page, current.here, by=current.person))


def _do(page: Page, fine: bool, act: Callable[[], object]) -> Any:
    if not fine:
        abort(400)
    try:
        act()
    except Problem as problem:
        return _screen(page, problem=str(problem)), 409
    flash("Done.", "good")
    return _back(page)


def _screen(page: Page, flow: Flow | None = None, problem: str = "", **forms: Any) -> str:
    flow = flow or _flow(page)
    submit_form = forms.get("submit_form") or SubmitForm(formdata=None)
    verdict_form = forms.get("verdict_form") or VerdictForm(formdata=None)
    assign_form = forms.get("assign_form") or AssignForm(formdata=None)
    row = flow.waiting
    submit_form.revision.data = str(flow.revision.id)
    if row is not None:
        verdict_form.review.data = assign_form.review.data = str(row.id)
        verdict_form.step.data = flow.standing.step.name if flow.standing.step else ""
        if "assign_form" not in forms:
            assign_form.assignee.data = str(row.assignee_id or "")
    for form in (submit_form, assign_form):
        _offer(form, flow)
    return render_template(
        "reviews/show.html", page=page, flow=flow, problem=problem, submit_form=submit_form,
        verdict_form=verdict_form, assign_form=assign_form, who=who_words(current.here),
        editing=may_edit(current.person, page, current.here), verdicts=verdicts_of(page),
        opinions=opinions_of(page, request.args.get("said_before")),
    )  # fmt: skip


def _offer(form: SubmitForm | AssignForm, flow: Flow) -> None:
    names = [(str(each.person_id), each.name) for each in flow.able]
    narrow(form.assignee, names, [NOBODY])


def _flow(page: Page) -> Flow:
    draft = revision_by_id(page.draft_revision_id, page) or abort(404)
    return flow_of(page, draft, current.here, by=current.person)


def _review(page: Page, text: str | None) -> Review:
    row = review_by_id(_uuid(text) or uuid.UUID(int=0), current.here.id)
    return row if row is not None and row.page_id == page.id else abort(404)


def _page(page_id: uuid.UUID) -> Page:
    return page_by_id(page_id, current.here.id) or abort(404)


def _uuid(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None


def _back(page: Page) -> Response:
    return redirect(url_for("reviews.show", handle=current.here.handle, page_id=page.id))
