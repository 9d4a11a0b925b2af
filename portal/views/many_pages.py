"""The same act for many pages, what became of each, and undoing it."""

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for

from portal.content.bulk import MOST, UNDO_WITHIN, do_to_many, pages_by_ids, run_by_id, undo
from portal.content.bulk_acts import ACTS, EDITING, Act, Wanted
from portal.content.filing import tags_named
from portal.content.pages import Page
from portal.content.problems import Problem
from portal.errors import Conflict
from portal.forms.base import add_error, choices
from portal.forms.many_pages import ManyForm, MoveManyForm, TagManyForm
from portal.forms.page_fields import offer_parents
from portal.guards import permission
from portal.once import once
from portal.requests import current
from tenants.permissions import Permission as P

bp = Blueprint("many_pages", __name__, url_prefix="/a/<handle>/pages/many")
MINUTES = int(UNDO_WITHIN.total_seconds() // 60)
FORMS = {"tag": TagManyForm, "move": MoveManyForm}


def _view(act: Act) -> Callable[[], Any]:
    def view() -> Any:
        form = FORMS.get(act.name, ManyForm)()
        pages = _offer(form)
        if form.validate_on_submit():
            chosen = [pages[key] for key in dict.fromkeys(form.pages.data)]
            try:
                run = do_to_many(act, chosen, current.here, _wanted(form), by=current.person)
            except Problem as problem:
                add_error(form["tags" if "tags" in form else "pages"], str(problem))
            else:
                return redirect(
                    url_for("many_pages.show", handle=current.here.handle, run_id=run.id), 303
                )
        status = 422 if form.is_submitted() else 200
        back = url_for("pages.index", handle=current.here.handle)
        return render_template("many_pages/confirm.html", act=act, form=form, back=back), status

    view.__name__ = act.name
    return permission(*act.permissions)(once(view))


for _act in ACTS.values():
    bp.add_url_rule(f"/{_act.name}", view_func=_view(_act), methods=["GET", "POST"])


@bp.get("/<uuid:run_id>/")
@permission(P.PAGE_VIEW)
def show(run_id: uuid.UUID) -> str:
    run = run_by_id(run_id, current.here.id, ACTS, current.person) or abort(404)
    return render_template(
        "many_pages/outcomes.html", run=run, act=ACTS[run.act], minutes=MINUTES, what="Page",
        back=url_for("pages.index", handle=current.here.handle),
        undo_url=url_for("many_pages.take_back", handle=current.here.handle, run_id=run.id),
        address=lambda key: url_for("pages.edit", handle=current.here.handle, page_id=key),
    )  # fmt: skip


@bp.post("/<uuid:run_id>/undo")
@permission(P.PAGE_PUBLISH, *EDITING)
def take_back(run_id: uuid.UUID) -> Any:
    run = run_by_id(run_id, current.here.id, ACTS, current.person) or abort(404)
    try:
        undone = undo(run, ACTS[run.act], current.here, by=current.person)
    except Problem as problem:
        raise Conflict(str(problem)) from problem
    return redirect(url_for("many_pages.show", handle=current.here.handle, run_id=undone.id), 303)


def _offer(form: ManyForm) -> dict[str, Page]:
    """Offer the chosen pages for a last look; an id that is none of this account's is no choice."""
    ids = [found for found in map(_uuid, request.values.getlist("pages")[: MOST + 1]) if found]
    pages = {str(page.id): page for page in pages_by_ids(ids, current.here.id)}
    form.pages.choices = choices(
        (key, f"{page.title or '(untitled)'} ({page.type}, {page.state})")
        for key, page in pages.items()
    )
    if not form.is_submitted():
        form.pages.data = list(pages)
    if "parent" in form:
        offer_parents(form["parent"], current.here.id, without=pages)
    return pages


def _wanted(form: ManyForm) -> Wanted:
    tags = tags_named(current.here, form["tags"].data.split(",")) if "tags" in form else []
    parent = form["parent"].data if "parent" in form else ""
    return Wanted(
        term_ids=tuple(str(tag.id) for tag in tags),
        parent_id=uuid.UUID(parent) if parent else None,
        reason=form.reason.data or "",
    )


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
