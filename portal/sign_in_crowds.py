"""In front of the application: of a crowd that signs in, few come through to it at once.

To be turned away costs next to nothing: no form is read, no template rendered, nobody asked. So a
flood of sign-ins leaves the processors to those who read and write.
"""

from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any

from flask import Flask
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Response

from portal.config import Config
from portal.identity.gate import Gate, TooBusy

SIGN_IN = "/sign-in"
BUSY = "/sign-in/busy"
Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class SignInCrowds:
    """A WSGI application around another: one sign-in at a time in a process, two more may wait.

    `base_url` is where the application is asked what to say to those it has no place for.
    """

    def __init__(self, behind: Wsgi, base_url: str) -> None:
        self._behind, self._base_url = behind, base_url
        self._gate = Gate(at_once=1, waiting=2, seconds=5)

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        if environ.get("PATH_INFO") != SIGN_IN or environ["REQUEST_METHOD"] != "POST":
            return self._behind(environ, start)
        try:
            with self._gate.turn():
                return self._behind(environ, start)
        except TooBusy:
            return self._busy(environ, start)

    @cached_property
    def _busy(self) -> Response:
        asked = EnvironBuilder(path=BUSY, base_url=self._base_url).get_environ()
        return Response.from_app(self._behind, asked, buffered=True)


def init_app(app: Flask, config: Config) -> None:
    """Put it around what answers so far."""
    crowds = app.extensions["sign_in_crowds"] = SignInCrowds(app.wsgi_app, config.base_url)
    app.wsgi_app = crowds  # type: ignore[method-assign, assignment]  # Flask's own way to wrap
