"""The share links of a page: which there are, one more, one revoked."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from portal.content.pages import Page, page_by_id, revision_by_id
from portal.content.problems import Problem
from portal.content.shares import Choice, revision_choices, share_by_id, shares_of
from portal.content.sharing import make_share, makers_able, may_share, revoke_share
from portal.forms.base import add_error
from portal.forms.finding import held, offer, words_for
from portal.forms.merging import uuid_or_none
from portal.forms.shares import ShareForm
from portal.guards import permission
from portal.headers import unreferred
from portal.identity.passwords import TooBusy, hash_password
from portal.mail import address_of
from portal.once import once
from portal.requests import current
from portal.times import local_time
from tenants.db import db
from tenants.decisions import Denied
from tenants.permissions import Permission as P

bp = Blueprint("shares", __name__, url_prefix="/a/<handle>/pages/<uuid:page_id>/share")
MADE = "share_made"
REVISIONS = 50


@bp.get("/")
@permission(P.PAGE_SHARE)
def index(page_id: uuid.UUID) -> Response:
    """Show the page's links, and the address of one that was made just now: once."""
    page = _page(page_id)
    form = ShareForm(formdata=None)
    _offer(form, page)
    made = session.pop(MADE, None)
    return unreferred(_screen(page, form, made if made and made[0] == str(page.id) else None))


@bp.post("/")
@permission(P.PAGE_SHARE)
@once
def make(page_id: uuid.UUID) -> Any:
    page, form = _page(page_id), ShareForm()
    _offer(form, page)
    decision = may_share(current.person, page, current.here)
    if not decision.allowed:
        raise Denied(decision)
    if not form.validate():
        return _screen(page, form), 422 if form.is_submitted() else 200
    try:
        hashed = _hashed(form)
        revision = revision_by_id(uuid_or_none(form.revision.data), page) or abort(404)
        row, token = make_share(
            page, revision, current.here, by=current.person, name=form.name.data or "",
            days=form.days.data or 0, may_comment=form.may_comment.data,
            may_approve=form.may_approve.data, password_hash=hashed,
        )  # fmt: skip
    except (Problem, TooBusy) as problem:
        add_error(form.name, str(problem))
        return _screen(page, form), 422
    session[MADE] = [str(page.id), row.name, token]
    return _back(page)


@bp.post("/<uuid:share_id>/revoke")
@permission(P.PAGE_SHARE)
def revoke(page_id: uuid.UUID, share_id: uuid.UUID) -> Response:
    page = _page(page_id)
    row = share_by_id(share_id, page) or abort(404)
    try:
        revoke_share(row, current.here, by=current.person)
    except Problem as problem:
        flash(str(problem), "warn")
    else:
        flash(f"The link “{row.name}” does not work any more.", "good")
    return _back(page)


def _hashed(form: ShareForm) -> str | None:
    """Return what is kept of the password, if there is one; holds no transaction meanwhile."""
    if not form.password.data:
        return None
    db.session.rollback()
    return hash_password(form.password.data)


def _screen(page: Page, form: ShareForm, made: list[str] | None = None) -> str:
    address = address_of("shared.show", token=made[2]) if made else ""
    shares = shares_of(page, request.args.get("before"))
    return render_template(
        "shares/index.html", page=page, form=form, shares=shares,
        able=makers_able(page, current.here), made=made, address=address,
        allowed=may_share(current.person, page, current.here),
    )  # fmt: skip


def _offer(form: ShareForm, page: Page) -> None:
    if request.method == "GET":
        asked = revision_by_id(uuid_or_none(request.args.get("revision")), page)
        form.revision.data = str(asked.id if asked else page.draft_revision_id)
    chosen = [known for each in held(form.revision) if (known := uuid_or_none(each))]
    found, cut = revision_choices(page, REVISIONS, words_for(form.revision), chosen)
    offer(form.revision, [(str(each.id), _named(each, page)) for each in found], cut=cut)


def _named(each: Choice, page: Page) -> str:
    at = local_time(each.created_at, current.person.zone)
    return f"{each.number}{_mark(each, page)}, {each.author_label}, {at}"


def _mark(each: Choice, page: Page) -> str:
    if each.id == page.draft_revision_id:
        return " (draft)"
    return " (live)" if each.id == page.live_revision_id else ""


def _page(page_id: uuid.UUID) -> Page:
    return page_by_id(page_id, current.here.id) or abort(404)


def _back(page: Page) -> Response:
    return redirect(url_for("shares.index", handle=current.here.handle, page_id=page.id), 303)
