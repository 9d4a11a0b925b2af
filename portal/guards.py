"""Which door is open to whom. Every view carries one of these; a shape test walks the URL map."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import abort, redirect, request, url_for
from werkzeug.wrappers import Response

from portal.requests import SAFE_METHODS, current
from tenants.decisions import Denied, can_any
from tenants.permissions import Permission

View = TypeVar("View", bound=Callable[..., Any])


def permission(*wanted: Permission) -> Callable[[View], View]:
    """Let in whoever holds one of `wanted` at the account in the URL.

    Signed out: to the sign-in page. Not a member: 404, as if there were no such account.
    A member without the right: Denied, with the proof.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            if current.actor is None:
                return ask_to_sign_in()
            if current.account is None:
                abort(404)
            decision = can_any(current.actor, wanted, current.account)
            if not decision.allowed:
                raise Denied(decision)
            kwargs.pop("handle", None)
            return view(*args, **kwargs)

        guarded.guard = ("permission", wanted)  # type: ignore[attr-defined]  # read by the shape test
        return guarded  # type: ignore[return-value]  # same call signature, less the handle

    return decorate


def signed_in(view: View) -> View:
    """Let in anybody who is signed in. For pages about oneself."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if current.actor is None:
            return ask_to_sign_in()
        return view(*args, **kwargs)

    guarded.guard = ("signed_in", ())  # type: ignore[attr-defined]  # read by the shape test
    return guarded  # type: ignore[return-value]  # same call signature


def public(reason: str) -> Callable[[View], View]:
    """Let in everybody. The reason is compulsory and shows up in the route list."""

    def decorate(view: View) -> View:
        view.guard = ("public", reason)  # type: ignore[attr-defined]  # read by the shape test
        return view

    return decorate


def ask_to_sign_in() -> Response:
    """Send to the sign-in page, and back here afterwards when the request can be repeated."""
    if request.method not in SAFE_METHODS:
        abort(401)
    here = request.full_path if request.query_string else request.path
    return redirect(url_for("auth.sign_in", next=here))


def safe_next(target: str | None) -> str | None:
    """Return `target` when it is a path on this host, else None.

    Refuses other hosts, schemes, backslashes, control characters and `//` (ASVS 5.0 V3.7).
    """
    if not target or not target.startswith("/") or len(target) > 2000:
        return None
    if target.startswith("//") or "\\" in target or any(ord(c) < 33 for c in target):
        return None
    return target
