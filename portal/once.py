"""A form that makes something makes it once, however often the very same form is sent.

`csrf()` in the templates puts a key of the rendering into every form; `once` marks the views that
make something. Who sent what where, with which key, is digested; the digest is written with where
the answer leads to, in the transaction of what was made. A form sent twice is led where the first
one led, whatever became of its own work, which is rolled back.
"""

import copy
import hmac
import secrets
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any, TypeVar

from flask import Flask, Response, current_app, flash, g, redirect, request, session

from portal.answers import keep, kept
from portal.errors import Conflict
from portal.requests import SAFE_METHODS, attempt, current
from tenants.db import db

View = TypeVar("View", bound=Callable[..., Any])
FIELD = "once"
LONGEST = 64
TWICE = "This was sent twice. It was done once."


def init_app(app: Flask) -> None:
    """Attach the key and the look at answers. After `requests`: its commit comes after this."""
    app.jinja_env.globals["once_key"] = once_key
    app.after_request(_settle)


def once_key() -> str:
    """Return the key of the page that is being rendered, for all of its forms."""
    if "once_key" not in g:
        g.once_key = secrets.token_urlsafe(16)
    return str(g.once_key)


def once(view: View) -> View:
    """Mark a view that makes something: sent twice by one person, the same form counts once.

    For views that lead elsewhere when they have made it. A form without a key is not looked at.
    """

    @wraps(view)
    def answered_once(*args: Any, **kwargs: Any) -> Any:
        key = request.form.get(FIELD, "") if request.method not in SAFE_METHODS else ""
        if 0 < len(key) <= LONGEST:
            g.once = _digest(), copy.deepcopy(dict(session))
        return view(*args, **kwargs)

    answered_once.makes = True  # type: ignore[attr-defined]  # read by the shape test
    return answered_once  # type: ignore[return-value]  # same call signature


def _digest() -> bytes:
    """Return what is the same only for the same form, sent by the same person to the same place."""
    secret = str(current_app.secret_key).encode()
    digest = hmac.new(secret, str(current.person.person_id).encode(), "sha256")
    for part in _parts():
        said = part.encode(errors="surrogatepass")
        digest.update(len(said).to_bytes(8) + said)
    return digest.digest()


def _parts() -> Iterator[str]:
    yield request.full_path
    for name, text in request.form.items(multi=True):
        if name != "csrf_token":
            yield from (name, text)
    for name, file in request.files.items(multi=True):
        size = file.stream.seek(0, 2)
        file.stream.seek(0)
        yield from (name, file.filename or "", str(size))


def _settle(response: Response) -> Response:
    if "once" not in g:
        return response
    (key, before), status = g.pop("once"), response.status_code
    if status < 300:
        return response
    if status < 400:
        answered = attempt(lambda: _keep(key, response), response)
        if answered is response:
            return response
        response = answered
    db.session.rollback()
    return _as_first(key, before) or response


def _keep(key: bytes, response: Response) -> None:
    db.session.flush()
    if not keep(db.session(), key, response.location or request.path):
        raise Conflict(TWICE)


def _as_first(key: bytes, before: dict[str, Any]) -> Response | None:
    location = kept(db.session(), key)
    if location is None:
        return None
    current.after_commit.clear()
    session.clear()
    session.update(before)
    flash(TWICE, "info")
    return current_app.make_response(redirect(location, 303))
