"""What people see when something cannot be done: a clear sentence, the right status."""

from typing import Any

import structlog
from flask import Flask, Response, current_app, make_response, render_template, request
from flask_limiter import RateLimitExceeded
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, InvalidRequestError
from sqlalchemy.orm.exc import ObjectDeletedError, StaleDataError
from werkzeug.exceptions import HTTPException

from portal.identity.passwords import TooBusy
from portal.kept import resent, typed
from portal.proofs import proof_of
from portal.requests import SAFE_METHODS, current
from portal.throttling import seconds_to_wait
from tenants.audit import record
from tenants.db import db
from tenants.decisions import Decision, Denied
from tenants.directory import givers
from tenants.events import Event
from tenants.outages import is_outage
from tenants.quotas import QuotaReached
from tenants.scope import Scope, aside

log = structlog.get_logger()
# A row that lacks something or breaks a check: no race makes it, so it is a fault of ours.
NOT_RACES = frozenset({"23502", "23514", "SQLITE_CONSTRAINT_NOTNULL", "SQLITE_CONSTRAINT_CHECK"})
PAGES = frozenset({400, 401, 403, 404, 409, 413, 422, 429, 500, 503})


class Conflict(HTTPException):
    """409: somebody or something else was there first; the description says what to do."""

    code = 409


def init_app(app: Flask) -> None:
    """Attach the handlers."""
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Denied, _denied)
    app.register_error_handler(CSRFError, _csrf)
    app.register_error_handler(RateLimitExceeded, _limited)
    app.register_error_handler(TooBusy, _busy)
    app.register_error_handler(QuotaReached, _no_room)
    app.register_error_handler(IntegrityError, _same_moment)
    app.register_error_handler(InvalidRequestError, _perhaps_gone)
    app.register_error_handler(StaleDataError, _gone)
    app.register_error_handler(Exception, _unforeseen)


def _page(code: int, message: str = "", **extra: Any) -> Response:
    name = code if code in PAGES else (500 if code >= 500 else 400)
    if request.method not in SAFE_METHODS and code != 413:
        extra |= _given_back()
    extra.setdefault("request_id", getattr(current, "request_id", ""))
    text = render_template(f"errors/{name}.html", message=message, **extra)
    response = make_response(text, code)
    response.headers["Cache-Control"] = "no-store"
    return response


def _given_back() -> dict[str, Any]:
    """Return what was typed, for the page to show; nothing of a form too large to be read."""
    try:
        return {"typed": typed(), "resent": resent(), "resend_to": request.path}
    except HTTPException:
        return {}


def _http(error: HTTPException) -> Response | HTTPException:
    if error.code is None or error.code < 400:
        return error
    # What goes wrong while an error's page or the end of a request is made comes wrapped in a 500.
    original = getattr(error, "original_exception", None)
    if is_outage(original):
        return _database(original)
    if error.code == 401:
        return _signed_out()
    message = error.description if error.code in {409, 422} else ""
    response = _page(error.code, message or "")
    if error.code == 405 and getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(error.valid_methods)  # type: ignore[attr-defined]
    return response


def _denied(error: Denied) -> Response:
    db.session.rollback()
    current.stack.close()
    decision = error.decision
    if request.method not in SAFE_METHODS:
        record_refusal(decision)
    people = givers(decision.permission, decision.account, house=decision.actor.is_staff)
    return _page(403, str(error), proof=proof_of(decision, people))


def record_refusal(decision: Decision) -> None:
    """Record a refused write in a transaction of its own. Roll the request's own back before."""
    account = decision.account
    scope = Scope("tenant", tenant_id=account.tenant_id, whole_tenant=True)
    with aside(scope) as session:
        record(
            Event.ACTION_REFUSED, account, by=decision.actor, session=session, outcome="refused",
            account_id=account.id, changes={}, reason=decision.sentence,
            permission=str(decision.permission), account=account.name,
        )  # fmt: skip


def _signed_out() -> Response:
    return _page(401, "You are signed out, so nothing was saved.")


def _csrf(_error: CSRFError) -> Response:
    if current.actor is None and _is_for_people():
        return _signed_out()  # the token went with the cookie: to sign in is what helps
    return _page(
        400,
        "This form was open for too long, or since before you signed in, or was sent from another "
        "site. Nothing was changed.",
        back_url=request.path,
    )


def _is_for_people() -> bool:
    """Tell whether the view that was asked is for people who are signed in."""
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "guard", ("public",))[0] != "public"


def _limited(_error: RateLimitExceeded) -> Response:
    seconds = seconds_to_wait()
    response = _page(429, "Too many tries in a short time.", retry_after=seconds)
    response.headers["Retry-After"] = str(seconds)
    return response


def _busy(error: TooBusy) -> Response:
    response = _page(503, str(error))
    response.headers["Retry-After"] = "60"
    return response


def _database(error: Any) -> Response:
    db.session.rollback()
    log.error("database", error=str(getattr(error, "orig", None) or error))
    response = _page(
        503,
        "The database is busy or out of reach. Nothing was changed; try again.",
        retry_after=5,
    )
    response.headers["Retry-After"] = "5"
    return response


def _same_moment(error: IntegrityError) -> Response:
    db.session.rollback()
    name = getattr(error.orig, "sqlstate", None) or getattr(error.orig, "sqlite_errorname", "")
    if name in NOT_RACES:
        return _unforeseen(error)
    log.warning("same moment", path=request.path, error=str(error.orig))
    return _page(
        409,
        "Somebody else did the same at the same moment. Nothing of yours was changed; try again.",
        back_url=request.path,
    )


def _perhaps_gone(error: InvalidRequestError) -> Response:
    """Answer for a row that could not be read anew: somebody deleted it since it was found."""
    gone = isinstance(error, ObjectDeletedError) or "Could not refresh instance" in str(error)
    return _gone(error) if gone else _unforeseen(error)


def _gone(error: Exception) -> Response:
    db.session.rollback()
    log.warning("gone meanwhile", path=request.path, error=str(error))
    return _page(
        409,
        "Somebody else deleted this at the same moment. Nothing of yours was changed.",
        back_url=request.path,
    )


def _no_room(error: QuotaReached) -> Response:
    db.session.rollback()
    return _page(409, f"{error} Nothing was changed.", back_url=request.path)


def _unforeseen(error: Exception) -> Response:
    if is_outage(error):
        return _database(error)
    db.session.rollback()
    log.error("unforeseen", path=request.path, exc_info=error)
    return _page(500)
