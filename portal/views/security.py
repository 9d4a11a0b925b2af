"""One's own security log: who signed in as oneself, from where, and what one was given."""

from flask import Blueprint, abort, render_template, request

from portal import signing
from portal.content.paging import key_of, parse_key
from portal.guards import signed_in
from portal.identity import sessions
from portal.identity.security_log import own_log
from portal.requests import current
from tenants.grant_log import grant_log

bp = Blueprint("security", __name__, url_prefix="/me/security")


@bp.get("/")
@signed_in
def log() -> str:
    person_id = current.person.person_id or abort(404)
    grants = grant_log(person_id)
    signing.enter_house()
    before = request.args.get("before")
    entries, last = own_log(person_id, grants, parse_key(before) if before else None)
    devices = sessions.live_sessions(person_id, signing.Limits.people, signing.Limits.staff)
    return render_template(
        "me/security.html", entries=entries, older=key_of(last.at, last.id) if last else None,
        before=before, devices=len(devices),
    )  # fmt: skip
