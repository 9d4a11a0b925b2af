"""Readers have no session: under `/s/` no cookie is read, none is set, none can be by mistake."""

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface

PREFIX = "/s/"


class SessionsOutsideSites(SecureCookieSessionInterface):
    """Flask's cookie session everywhere but on the public sites.

    There the session is Flask's null session: empty to read, an error to write, and since it is
    never saved the answer neither sets a cookie nor varies with one.
    """

    def open_session(self, app: Flask, request: Request) -> SecureCookieSession | None:
        if request.path.startswith(PREFIX):
            return self.make_null_session(app)
        return super().open_session(app, request)
