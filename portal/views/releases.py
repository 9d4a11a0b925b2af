"""Releases: which there are, one of them, and gathering pages into it."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from portal.content.problems import Problem
from portal.content.release_lists import (
    GROUPS,
    Candidate,
    candidates,
    events_of,
    open_releases,
    releases_of,
)
from portal.content.release_looks import look_over
from portal.content.releases import MOST, Release, lines_of, release_by_id
from portal.content.releasing import drop, gather, item_of, make_release
from portal.forms.base import add_error, choices
from portal.forms.finding import held, offer, words_for
from portal.forms.merging import uuid_or_none
from portal.forms.releases import AddForm, GatherForm, NameForm
from portal.guards import permission
from portal.once import once
from portal.requests import current
from tenants.db import db
from tenants.decisions import can
from tenants.permissions import Permission as P

bp = Blueprint("releases", __name__, url_prefix="/a/<handle>/releases")
RELEASES = 100


@bp.get("/")
@permission(P.SCHEDULE_VIEW)
def index() -> str:
    group = request.args.get("state", "open")
    group = group if group in GROUPS else "open"
    found = releases_of(current.here.id, group, request.args.get("before"))
    return render_template("releases/index.html", found=found, group=group, groups=GROUPS)


@bp.route("/new", methods=["GET", "POST"])
@permission(P.PAGE_PUBLISH)
@once
def new() -> Any:
    form = NameForm()
    if form.validate_on_submit():
        try:
            release = make_release(current.here, form.name.data or "", by=current.person)
        except Problem as problem:
            add_error(form.name, str(problem))
        else:
            return redirect(_url("releases.add", release.id))
    return render_template("releases/new.html", form=form), 422 if form.is_submitted() else 200


@bp.get("/<uuid:release_id>/")
@permission(P.SCHEDULE_VIEW)
def show(release_id: uuid.UUID) -> str:
    release = _release(release_id)
    lines = lines_of(release)
    seen = {
        line.item.id for line in lines if can(current.person, P.PAGE_VIEW, line.account).allowed
    }
    content = len(seen) == len(lines) and current.can(P.PAGE_VIEW).allowed
    return render_template(
        "releases/show.html", release=release, lines=lines, seen=seen,
        events=events_of(release, request.args.get("before"), content=content),
    )  # fmt: skip


@bp.route("/<uuid:release_id>/add", methods=["GET", "POST"])
@permission(P.PAGE_PUBLISH)
def add(release_id: uuid.UUID) -> Any:
    release, form = _release(release_id), AddForm()
    search = request.args.get("q", "")[:200]
    asked = _ids(form.pages.raw_data or []) if form.is_submitted() else None
    offered = candidates(current.here, current.person, search, release, asked)
    _offer(form, offered)
    if form.validate_on_submit() and release.is_open:
        try:
            count = _gather(release, form, offered)
        except Problem as problem:
            db.session.rollback()
            release = _release(release_id)
            add_error(form.pages, str(problem))
        else:
            flash(f"{count} added." if count else "They were in it already.", "good")
            return redirect(_url("releases.show", release.id))
    status = 422 if form.is_submitted() else 200
    return render_template(
        "releases/add.html", release=release, form=form, offered=offered, search=search
    ), status


@bp.route("/gather", methods=["GET", "POST"])
@permission(P.PAGE_PUBLISH)
@once
def into() -> Any:
    """Add pages chosen elsewhere, in a list or in the editor, to a release or a new one."""
    form = GatherForm()
    asked = _ids(request.values.getlist("pages"))
    offered = candidates(current.here, current.person, ids=asked)
    _offer(form, offered)
    _offer_releases(form)
    if request.method == "GET":
        form.pages.data = [str(each.page.id) for each in offered]
    if form.validate_on_submit():
        try:
            release = _wanted(form)
            count = _gather(release, form, offered)
        except Problem as problem:
            db.session.rollback()
            add_error(form.release if form.release.data else form.name, str(problem))
        else:
            flash(f"{count} added to “{release.name}”.", "good")
            return redirect(_url("releases.show", release.id))
    status = 422 if form.is_submitted() else 200
    return render_template("releases/gather.html", form=form, offered=offered), status


@bp.post("/<uuid:release_id>/renew")
@permission(P.PAGE_PUBLISH)
def renew(release_id: uuid.UUID) -> Response:
    """Have the release take a page's newest revision."""
    release = _release(release_id)
    page_id = uuid_or_none(request.form.get("page"))
    found = candidates(current.here, current.person, ids=[page_id] if page_id else [])
    if not found or item_of(release, page_id) is None:
        abort(404)
    try:
        gather(release, [found[0].page], current.here, by=current.person)
    except Problem as problem:
        return _refused(release_id, problem)
    flash(f"“{found[0].page.title or '(untitled)'}” goes live with its newest revision.", "good")
    return redirect(_url("releases.show", release_id), 303)


@bp.post("/<uuid:release_id>/drop")
@permission(P.PAGE_PUBLISH)
def leave_out(release_id: uuid.UUID) -> Response:
    release = _release(release_id)
    item = item_of(release, uuid_or_none(request.form.get("page"))) or abort(404)
    try:
        drop(release, item, current.here, by=current.person)
    except Problem as problem:
        return _refused(release_id, problem)
    flash("Taken out. The page stays as it is.", "good")
    return redirect(_url("releases.show", release_id), 303)


@bp.post("/<uuid:release_id>/check")
@permission(P.PAGE_PUBLISH)
def check(release_id: uuid.UUID) -> Response:
    release = _release(release_id)
    if not release.is_open:
        return _refused(release_id, Problem(f"This release is {release.state}: nothing to check."))
    look = look_over(release, current.person, by=current.person)
    if look.bad:
        flash("Not everything can go yet. What is in the way stands beside each page.", "warn")
    else:
        flash("Everything can go together.", "good")
    return redirect(_url("releases.show", release_id), 303)


def _wanted(form: GatherForm) -> Release:
    chosen = uuid_or_none(form.release.data)
    if chosen is None:
        return make_release(current.here, form.name.data or "", by=current.person)
    return _release(chosen)


def _gather(release: Release, form: Any, offered: list[Candidate]) -> int:
    chosen = set(form.pages.data)
    pages = [each.page for each in offered if str(each.page.id) in chosen]
    return gather(release, pages, current.here, by=current.person, what=form.what.data)


def _offer(form: Any, offered: list[Candidate]) -> None:
    here = current.here.id
    form.pages.choices = choices(
        (str(each.page.id), (each.page.title or "(untitled)")
         + f" ({each.page.type}, {each.page.state}"
         + ("" if each.account_id == here else f", {each.account_name}") + ")")
        for each in offered
    )  # fmt: skip


def _offer_releases(form: GatherForm) -> None:
    """Offer a new one and those that are open; before anything is chosen, the latest is."""
    chosen = [known for each in held(form.release) if (known := uuid_or_none(each))]
    found, cut = open_releases(current.here.id, RELEASES, words_for(form.release), chosen)
    offer(form.release, [(str(row.id), row.name) for row in found], [("", "A new one…")], cut=cut)
    if request.method == "GET" and found:
        form.release.data = str(found[0].id)


def _ids(texts: list[str]) -> list[uuid.UUID]:
    return [found for found in map(uuid_or_none, texts[:MOST]) if found]


def _refused(release_id: uuid.UUID, problem: Problem) -> Response:
    db.session.rollback()
    flash(str(problem), "warn")
    return redirect(_url("releases.show", release_id), 303)


def _release(release_id: uuid.UUID) -> Release:
    return release_by_id(release_id, current.here.id) or abort(404)


def _url(endpoint: str, release_id: uuid.UUID) -> str:
    return url_for(endpoint, handle=current.here.handle, release_id=release_id)
