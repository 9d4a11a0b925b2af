"""A page in other languages: what there is, what lags behind, another one, links between them."""

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.content.drafting import may_edit
from portal.content.languages import NAMES, name_of
from portal.content.linking import targets
from portal.content.pages import Page, page_by_id
from portal.content.problems import Problem
from portal.content.translating import (
    confirm,
    link,
    make_source,
    set_language,
    translate,
    unlink,
)
from portal.content.translations import Group, group_of
from portal.forms.base import add_error, choices
from portal.forms.merging import uuid_or_none
from portal.forms.translations import LinkForm, SpeakForm, TranslateForm, UpToDateForm
from portal.guards import permission
from portal.once import once
from portal.requests import current
from tenants.permissions import Permission as P
from tenants.quotas import QuotaReached

bp = Blueprint("translations", __name__, url_prefix="/a/<handle>/pages/<uuid:page_id>/translations")
EDITING = (P.PAGE_EDIT, P.PAGE_EDIT_OWN)


@bp.get("/")
@permission(P.PAGE_VIEW)
def show(page_id: uuid.UUID) -> str:
    """Show a page among its translations, and what can be done."""
    return _screen(_page(page_id))


@bp.post("/language")
@permission(*EDITING)
def speak(page_id: uuid.UUID) -> Any:
    """Say which language the page is in."""
    page, form = _page(page_id), SpeakForm()
    if form.validate():
        try:
            set_language(page, current.here, form.language.data or "", by=current.person)
        except Problem as problem:
            add_error(form.language, str(problem))
        else:
            flash(f"The page is in {name_of(form.language.data or '')}.", "good")
            return _back(page)
    return _screen(page, speak=form), 422


@bp.post("/start")
@permission(P.PAGE_CREATE)
@once
def start(page_id: uuid.UUID) -> Any:
    """Start a draft in another language."""
    page, form = _page(page_id), TranslateForm()
    if form.validate():
        try:
            made = translate(
                page, current.here, form.into.data or "", by=current.person,
                title=form.title.data or "",
            )  # fmt: skip
        except (Problem, QuotaReached) as problem:
            add_error(form.into, str(problem))
        else:
            flash("This is the draft to translate: it says what the source says.", "good")
            return redirect(url_for("pages.edit", handle=current.here.handle, page_id=made.id))
    return _screen(page, start=form), 422


@bp.post("/link")
@permission(*EDITING)
def tie(page_id: uuid.UUID) -> Any:
    """Link a page that is there already."""
    page, form = _page(page_id), LinkForm()
    other = page_by_id(uuid_or_none(form.other.data) or uuid.UUID(int=0), current.here.id)
    form.other.choices = _offered(page, other)
    if form.validate() and other is not None:
        made, source = (page, other) if form.way.data == "this" else (other, page)
        try:
            link(
                made, source, current.here, form.spoken.data or "", by=current.person,
                current=form.fresh.data,
            )  # fmt: skip
        except Problem as problem:
            add_error(form.other, str(problem))
        else:
            flash("The pages are linked.", "good")
            return _back(page)
    return _screen(page, tie=form), 422


@bp.post("/unlink")
@permission(*EDITING)
def untie(page_id: uuid.UUID) -> Any:
    """Take the page out of its group."""
    page = _page(page_id)
    return _do(
        page, lambda: unlink(page, current.here, by=current.person),
        "The page stands alone. It keeps its language and its text.",
    )  # fmt: skip


@bp.post("/source")
@permission(*EDITING)
def lead(page_id: uuid.UUID) -> Any:
    """Make the page the source of the others."""
    page = _page(page_id)
    return _do(
        page, lambda: make_source(page, current.here, by=current.person),
        "The others are made from this page from now on. Say of each whether it is up to date.",
    )  # fmt: skip


@bp.post("/up-to-date")
@permission(*EDITING)
def up_to_date(page_id: uuid.UUID) -> Any:
    """Say that the page says what its source says."""
    page, seen = _page(page_id), uuid_or_none(UpToDateForm().seen.data)
    return _do(
        page, lambda: confirm(page, current.here, seen, by=current.person),
        "It is up to date with its source.",
    )  # fmt: skip


def _do(page: Page, act: Callable[[], object], said: str) -> Any:
    try:
        act()
    except Problem as problem:
        return _screen(page, problem=str(problem)), 409
    flash(said, "good")
    return _back(page)


def _screen(page: Page, problem: str = "", **forms: Any) -> str:
    group = group_of(page)
    search = request.values.get("q", "").replace("\x00", "")[:200]
    tie = forms.get("tie") or LinkForm(formdata=None)
    if "tie" not in forms:
        tie.other.choices = _offered(page, None, search, group)
    return render_template(
        "translations/show.html", page=page, group=group, problem=problem, search=search, tie=tie,
        speak=forms.get("speak") or SpeakForm(formdata=None, language=group.language),
        start=forms.get("start") or TranslateForm(formdata=None), languages=NAMES,
        why=may_edit(current.person, page, current.here),
    )  # fmt: skip


def _offered(page: Page, other: Page | None, search: str = "", group: Group | None = None) -> Any:
    """Return pages to choose from: what fits a search, and what was chosen."""
    known = {str(each.page.id) for each in group.members} if group else set()
    found = [(t.id, t.title) for t in targets(current.here.id, search) if t.id not in known]
    if other is not None and str(other.id) not in dict(found):
        found.append((str(other.id), other.title))
    named = [(key, title or "(untitled)") for key, title in found if key != str(page.id)]
    return choices([("", "Choose a page"), *named])


def _page(page_id: uuid.UUID) -> Page:
    return page_by_id(page_id, current.here.id) or abort(404)


def _back(page: Page) -> Response:
    return redirect(url_for("translations.show", handle=current.here.handle, page_id=page.id))
