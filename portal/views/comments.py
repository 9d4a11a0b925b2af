"""What is said about a draft: threads, answers, settling."""

import uuid
from collections import Counter
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.content.commenting import comment, readers_of, reopen, resolve, threads_on
from portal.content.comments import Comment, comment_by_id
from portal.content.pages import Page, page_by_id, revision_by_id
from portal.content.problems import Problem
from portal.forms.base import add_error, choices
from portal.forms.comments import FIELDS, CommentForm, ReplyForm
from portal.forms.finding import finding, narrow
from portal.forms.merging import uuid_or_none
from portal.guards import permission
from portal.once import once
from portal.requests import current
from tenants.colleagues import Colleague
from tenants.permissions import Permission as P

bp = Blueprint("comments", __name__, url_prefix="/a/<handle>/pages/<uuid:page_id>/comments")


@bp.get("/")
@permission(P.PAGE_VIEW)
def index(page_id: uuid.UUID) -> str:
    """Show what was said about the page."""
    return _screen(_page(page_id), _form(readers_of(current.here)))


@bp.post("/")
@permission(P.PAGE_VIEW)
@once
def add(page_id: uuid.UUID) -> Any:
    """Say something about the page or one of its fields."""
    page = _page(page_id)
    form = _form(readers_of(current.here))
    if not form.validate():
        return _screen(page, form), 200 if finding() else 422
    draft = revision_by_id(page.draft_revision_id, page)
    try:
        row = comment(
            page, current.here, form.text.data or "", by=current.person,
            field=form.field.data or "", quote=form.quote.data or "",
            mention=_people(form), revision=draft.number if draft else 0,
        )  # fmt: skip
    except Problem as problem:
        add_error(form.text, str(problem))
        return _screen(page, form), 422
    return _to(page, row)


@bp.post("/<uuid:comment_id>/reply")
@permission(P.PAGE_VIEW)
@once
def reply(page_id: uuid.UUID, comment_id: uuid.UUID) -> Any:
    """Answer in a thread."""
    page = _page(page_id)
    first, people = _comment(page, comment_id), readers_of(current.here)
    form = ReplyForm()
    form.mention.choices = choices(_names(people))
    if not form.validate():
        return _screen(page, _form(people, blank=True), answered=(first.id, form)), 422
    try:
        row = comment(
            page, current.here, form.text.data or "", by=current.person, thread=first,
            mention=_people(form),
        )  # fmt: skip
    except Problem as problem:
        add_error(form.text, str(problem))
        return _screen(page, _form(people, blank=True), answered=(first.id, form)), 422
    return _to(page, row)


@bp.post("/<uuid:comment_id>/resolve")
@permission(P.PAGE_VIEW)
def settle(page_id: uuid.UUID, comment_id: uuid.UUID) -> Any:
    """Settle a thread."""
    page = _page(page_id)
    row = _comment(page, comment_id)
    return _do(page, row, lambda: resolve(row, page, current.here, by=current.person))


@bp.post("/<uuid:comment_id>/reopen")
@permission(P.PAGE_VIEW)
def take_up(page_id: uuid.UUID, comment_id: uuid.UUID) -> Any:
    """Take a settled thread up again."""
    page = _page(page_id)
    row = _comment(page, comment_id)
    return _do(page, row, lambda: reopen(row, page, current.here, by=current.person))


def _do(page: Page, row: Comment, act: Callable[[], object]) -> Any:
    try:
        act()
    except Problem as problem:
        flash(str(problem), "warn")
    return _to(page, row)


def _screen(
    page: Page, form: CommentForm, answered: tuple[uuid.UUID, ReplyForm] | None = None
) -> str:
    blank = ReplyForm(formdata=None)
    blank.mention.choices = form.mention.choices
    about = answered[0] if answered else uuid_or_none(request.args.get("about"))
    found, newest = threads_on(page, about)
    return render_template(
        "comments/index.html", page=page, form=form, found=found, newest=newest,
        blank=blank, answered=answered or (None, None), fields=dict(FIELDS),
        names=dict(form.names),
    )  # fmt: skip


def _form(people: list[Colleague], *, blank: bool = False) -> CommentForm:
    form = CommentForm(formdata=None) if blank else CommentForm()
    form.field.choices = choices(FIELDS)
    form.names = _names(people)
    narrow(form.mention, form.names)
    return form


def _names(people: list[Colleague]) -> list[tuple[str, str]]:
    """Return who can be told, by name; the same name twice with the address."""
    often = Counter(each.name for each in people)
    return [
        (str(each.person_id), f"{each.name} ({each.email})" if often[each.name] > 1 else each.name)
        for each in people
    ]


def _people(form: ReplyForm) -> list[uuid.UUID]:
    return [uuid.UUID(each) for each in form.mention.data or ()]


def _comment(page: Page, comment_id: uuid.UUID) -> Comment:
    return comment_by_id(comment_id, page) or abort(404)


def _page(page_id: uuid.UUID) -> Page:
    return page_by_id(page_id, current.here.id) or abort(404)


def _to(page: Page, row: Comment) -> Response:
    return redirect(
        url_for(
            "comments.index", handle=current.here.handle, page_id=page.id,
            about=row.id, _anchor=f"comment-{row.id}",
        )
    )  # fmt: skip
