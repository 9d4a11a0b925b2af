"""How a browser stays signed in: flask-login over the rows of `identity.sessions`."""

import hashlib
from datetime import timedelta

from flask import Flask, request, session
from flask.sessions import SecureCookieSessionInterface
from flask_login import UserMixin, login_user, logout_user

from portal.config import Config
from portal.extensions import login_manager
from portal.identity import sessions
from portal.requests import current
from tenants import directory
from tenants.people import Person
from tenants.scope import acting_in, tenant_scope

KEPT_OVER_SIGN_IN = ("invitation",)
"""What of the cookie outlives signing in: it says where one was going, never who one is."""


class SignedIn(UserMixin):
    """What flask-login carries: the device's session. Its id is the device's secret token."""

    def __init__(self, row: sessions.Device, token: str) -> None:
        self.row = row
        self.token = token

    def get_id(self) -> str:
        """Return the token; flask-login puts it into the signed cookie."""
        return self.token


class Limits:
    """The session limits in force in this process."""

    people = sessions.Limits(timedelta(days=14), timedelta(days=30))
    staff = sessions.Limits(timedelta(hours=1), timedelta(hours=12))


class SignedCookies(SecureCookieSessionInterface):
    """Flask's signed cookie, signed with HMAC-SHA-256 instead of SHA-1."""

    digest_method = staticmethod(hashlib.sha256)


def init_app(app: Flask, config: Config) -> None:
    """Attach flask-login and take the limits from the configuration."""
    Limits.people = _limits(config.session_idle, config.session_absolute)
    Limits.staff = _limits(config.staff_session_idle, config.staff_session_absolute)
    app.session_interface = SignedCookies()
    app.config["PERMANENT_SESSION_LIFETIME"] = Limits.people.absolute
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False
    login_manager.init_app(app, add_context_processor=False)
    login_manager.session_protection = None
    login_manager.user_loader(_load)


def enter_house() -> None:
    """Give the rest of the request the scope of the house, where events about people stand."""
    house = directory.house()
    if house is not None:
        current.stack.enter_context(acting_in(tenant_scope(house.id)))


def sign_in(person: Person, *, staff: bool) -> sessions.Device:
    """Sign this browser in as `person`, with a fresh token and a cookie emptied of all but
    KEPT_OVER_SIGN_IN.

    The cookie of staff goes when the browser closes; other people's stays as long as the session
    may last. The session's row decides, whatever the cookie says.
    """
    kept = {name: session[name] for name in KEPT_OVER_SIGN_IN if name in session}
    session.clear()
    session.update(kept)
    session.permanent = not staff
    token = sessions.start(
        person,
        Limits.staff if staff else Limits.people,
        staff=staff,
        address=request.remote_addr or "",
        device=request.user_agent.string,
    )
    device = sessions.find(token, Limits.people, Limits.staff)
    if device is None:
        raise RuntimeError("A session was started that cannot be found.")
    login_user(SignedIn(device, token))
    return device


def sign_out() -> None:
    """Forget this browser's token and everything else in its cookie."""
    logout_user()
    session.clear()


def _load(token: str) -> SignedIn | None:
    device = sessions.find(token, Limits.people, Limits.staff)
    return SignedIn(device, token) if device else None


def _limits(idle: int, absolute: int) -> sessions.Limits:
    return sessions.Limits(timedelta(seconds=idle), timedelta(seconds=absolute))
