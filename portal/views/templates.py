"""Templates: what there is to start from, starting, saving, renaming, the trash."""

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from portal.content.content_types import definition_of
from portal.content.page_templates import (
    DAYS,
    PageTemplate,
    goes_at,
    own_template,
    own_templates,
    template_at,
    templates_at,
    trashed_templates,
)
from portal.content.pages import page_by_id
from portal.content.problems import Problem
from portal.content.starting import (
    CHANGING,
    Stale,
    Words,
    change_template,
    rename_template,
    restore_template,
    save_template,
    start_from,
    trash_template,
)
from portal.errors import Conflict
from portal.forms.base import add_error, choices
from portal.forms.templates import EditTemplateForm, SaveTemplateForm, StartForm
from portal.guards import permission
from portal.once import once
from portal.requests import current
from tenants.db import db
from tenants.permissions import Permission as P
from tenants.quotas import QuotaReached

bp = Blueprint("templates", __name__, url_prefix="/a/<handle>")


@bp.get("/templates/")
@permission(P.PAGE_VIEW)
def index() -> str:
    """Show what can be started from here, and the account's own in the trash."""
    return render_template(
        "templates/index.html", found=templates_at(current.here), days=DAYS, goes_at=goes_at,
        trashed=trashed_templates(current.here.id), changing=current.can(CHANGING),
        names={each.id: each.name for each in (*current.ancestors, current.here)},
    )  # fmt: skip


@bp.route("/templates/<uuid:template_id>/start", methods=["GET", "POST"])
@permission(P.PAGE_CREATE)
@once
def start(template_id: uuid.UUID) -> Any:
    """Show what a template says, and start a page from it."""
    template = template_at(template_id, current.here) or abort(404)
    form = StartForm(title=template.title)
    if form.validate_on_submit():
        try:
            page, hidden = start_from(
                template, current.here, by=current.person, title=form.title.data or ""
            )
        except (Problem, QuotaReached) as problem:
            add_error(form.title, str(problem))
        else:
            flash("This is the new draft. The template stays as it is.", "good")
            if hidden:
                flash(_hidden(hidden), "warn")
            return redirect(url_for("pages.edit", handle=current.here.handle, page_id=page.id))
    status = 422 if form.is_submitted() else 200
    return render_template("templates/start.html", form=form, template=template), status


@bp.route("/pages/<uuid:page_id>/template", methods=["GET", "POST"])
@permission(CHANGING)
@once
def keep(page_id: uuid.UUID) -> Any:
    """Save a page's draft as a template."""
    page = page_by_id(page_id, current.here.id) or abort(404)
    form = SaveTemplateForm(name=page.title[:200])
    own = own_templates(current.here.id)
    form.over.choices = choices(
        [("", "As a new template"), *((str(t.id), f"In place of “{t.name}”") for t in own)]
    )
    if form.validate_on_submit():
        over = next((each for each in own if str(each.id) == form.over.data), None)
        try:
            save_template(
                page, current.here, form.name.data or "", form.sentence.data or "",
                by=current.person, over=over,
            )  # fmt: skip
        except Problem as problem:
            add_error(form.name, str(problem))
        else:
            return _done("It is there to start from, here and in the accounts below.")
    status = 422 if form.is_submitted() else 200
    return render_template("templates/keep.html", form=form, page=page), status


@bp.route("/templates/<uuid:template_id>/", methods=["GET", "POST"])
@permission(CHANGING)
def edit(template_id: uuid.UUID) -> Any:
    """Have one of the account's own say something else, or call it so."""
    template, status = _own(template_id), 200
    form = EditTemplateForm(obj=template, seen=template.saved_at.isoformat())
    if form.is_submitted():
        try:
            if form.validate():
                return _saved(template, form)
            status = 422
        except Stale as problem:
            add_error(form.body, str(problem))
            status = 409
        except Problem as problem:
            add_error(form.name, str(problem))
            status = 422
    definition = definition_of(template.type, current.here.tenant_id)
    return render_template(
        "templates/edit.html", form=form, template=template, with_body=definition.with_body
    ), status


def _saved(template: PageTemplate, form: EditTemplateForm) -> Response:
    words = Words(
        form.title.data or "", form.body.data or "", form.excerpt.data or "", form.seen.data or ""
    )
    with db.session.begin_nested():
        removed = change_template(template, current.here, words, by=current.person)
        name, sentence = form.name.data or "", form.sentence.data or ""
        rename_template(template, current.here, name, sentence, by=current.person)
    for removal in removed[:10]:
        flash(removal.sentence, "warn")
    return _done("Saved.")


@bp.post("/templates/<uuid:template_id>/trash")
@permission(CHANGING)
def throw_away(template_id: uuid.UUID) -> Response:
    """Put one of the account's own into the trash."""
    row = _own(template_id)
    return _act(
        lambda: trash_template(row, current.here, by=current.person),
        f"“{row.name}” is in the trash for {DAYS} days. What was started from it stays.",
    )


@bp.post("/templates/<uuid:template_id>/restore")
@permission(CHANGING)
def take_out(template_id: uuid.UUID) -> Response:
    """Offer one in the trash again."""
    row = _own(template_id)
    return _act(
        lambda: restore_template(row, current.here, by=current.person), f"“{row.name}” is back."
    )


def _own(template_id: uuid.UUID) -> PageTemplate:
    return own_template(template_id, current.here.id) or abort(404)


def _act(act: Callable[[], None], said: str) -> Response:
    try:
        act()
    except Problem as problem:
        raise Conflict(str(problem)) from problem
    return _done(said)


def _done(said: str) -> Response:
    flash(said, "good")
    return redirect(url_for("templates.index", handle=current.here.handle), 303)


def _hidden(number: int) -> str:
    what = "1 file of the template is" if number == 1 else f"{number} files of the template are"
    return (
        f"{what} not shown on this page: of another account’s library, or in a folder that you do "
        "not see. Choose others from the library."
    )
