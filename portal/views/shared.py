"""The door for people without an account: one revision, behind a secret address.

A link that does not exist, is over, was revoked, or whose account, page or maker stands in the way,
gets one and the same answer.
"""

import uuid

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from portal import throttling
from portal.brand import accent_of, logo_of
from portal.content.illustrating import file_name, tag_of
from portal.content.outside import comment_from_outside, opine
from portal.content.problems import Problem
from portal.content.share_files import files_of, shelf_behind
from portal.content.storage import NotStored, StoreDown
from portal.extensions import csrf
from portal.files import file_answer, files
from portal.forms.base import add_error
from portal.forms.shares import OutsideForm
from portal.guards import public
from portal.headers import for_outsiders, hide_from_robots
from portal.identity.passwords import verify
from portal.kept import typed
from portal.requests import SAFE_METHODS
from portal.share_visits import Visit, enter
from portal.sitepages import SiteContext, render, render_page, site_context
from portal.times import local_time
from tenants.db import db

bp = Blueprint("shared", __name__, url_prefix="/share")
bp.after_request(hide_from_robots)
WHOEVER = "whoever has the secret address; whether it still works is asked each time"
THANKS = {
    "comment": "Your comment was handed on. Thank you.",
    "approved": "It was handed on that you approve of this text. Thank you.",
    "changes": "It was handed on that you ask for changes. Thank you.",
}


@bp.get("/<token>")
@public(WHOEVER)
def show(token: str) -> Response:
    """Show the revision, or ask for the link's password first."""
    visit = enter(token)
    if visit.locked:
        return _locked(visit)
    visit.count()
    return _page(visit, OutsideForm(formdata=None))


@bp.get("/<token>/say")
@bp.get("/<token>/unlock")
@public(WHOEVER)
def back(token: str) -> Answer:
    """Lead whoever asks again for the address of a form to what the link shows."""
    return redirect(url_for("shared.show", token=token), 303)


@bp.post("/<token>/unlock")
@csrf.exempt  # `enter` asks for the token: there is no referrer here to be checked beside it
@public(WHOEVER)
@throttling.share_passwords
def unlock(token: str) -> Answer:
    """Open the link for this browser with its password."""
    visit = enter(token)
    stored = visit.shared.link.password_hash
    if stored is not None:
        password = request.form.get("password", "")
        if not password:
            return _locked(visit, "Type the password, then choose Open.")
        db.session.rollback()  # so that nobody waits for the lock while this is worked out
        if not verify(password, stored):
            return _locked(visit, "This is not the password. Check it and try again.")
        visit.unlock()
    return redirect(url_for("shared.show", token=token), 303)


@bp.post("/<token>/say")
@csrf.exempt  # as above
@public(WHOEVER)
@throttling.share_words
def say(token: str) -> Answer:
    """Keep a comment or an opinion, and tell those whom it concerns."""
    visit = enter(token)
    said = request.form.get("said", "comment")
    if visit.locked or said not in THANKS:
        abort(404)
    form = OutsideForm(meta={"csrf": False})
    if not form.validate():
        return _page(visit, form, 422)
    name, text = form.name.data or "", form.text.data or ""
    try:
        if said == "comment":
            comment_from_outside(visit.shared, name, text)
        else:
            opine(visit.shared, "approved" if said == "approved" else "changes", name, text)
    except Problem as problem:
        about_name = "who you are" in str(problem) or "a name of" in str(problem)
        add_error(form.name if about_name else form.text, str(problem))
        return _page(visit, form, 422)
    flash(THANKS[said], "good")
    return redirect(url_for("shared.show", token=token, _anchor="say"), 303)


@bp.get("/<token>/media/<uuid:media_id>/<tag>/<name>")
@public(WHOEVER)
def media(token: str, media_id: uuid.UUID, tag: str, name: str) -> Response:  # noqa: ARG001 - the tag decides
    """Give a file that the revision shows, as it is now; nothing else of the library is here."""
    visit = enter(token)
    row = None if visit.locked else files_of(visit.shared).get(media_id)
    if row is None:
        abort(404)
    item, version = row
    size = tag.partition("-")[2]
    made = version.renditions.get(size)
    if tag != tag_of(version, size if made else ""):
        abort(404)
    mime = str(made["mime"]) if made else version.mime
    digest = str(made["digest"]) if made else version.digest
    key = f"{version.key}{size}-{digest[:16]}" if made else f"{version.key}original"
    try:
        data = files().read(key)
    except NotStored:
        abort(404)
    except StoreDown:
        abort(503)
    return file_answer(data, mime, file_name(item, mime), digest, "no-store")


@bp.errorhandler(404)
def gone(_error: Exception) -> tuple[str, int]:
    """Say that this link does not work, whatever the cause; what was typed is given back."""
    kept = [] if request.method in SAFE_METHODS else typed()
    return render_template("shares/gone.html", typed=kept, resent=[]), 404


def _site(visit: Visit) -> SiteContext:
    line = visit.door.line
    return site_context(visit.door.account, accent_of(line), logo_of(line)[1])


def _page(visit: Visit, form: OutsideForm, status: int = 200) -> Response:
    shared = visit.shared
    base = url_for("shared.show", token=visit.token)
    until = local_time(shared.link.expires_at, shared.account.zone)
    html = render_page(
        _site(visit), shared.page, shared.revision, note="Not published", template="shared",
        files=shelf_behind(shared, base), share=shared.link, until=until, form=form,
        token=visit.token,
    )  # fmt: skip
    return for_outsiders(html, status)


def _locked(visit: Visit, error: str = "") -> Response:
    html = render("share_locked", _site(visit), error=error, token=visit.token)
    return for_outsiders(html, 422 if error else 200)
