"""What stands before the application: published answers as bytes, without a database or a template.

An answer is made once, by the application, and kept in this process and for all others
(`site_copy`). What readers could see otherwise is heard of within a second, see `changes`. Of many
who ask for what does not hold any more, one has it made anew, see `making`.
"""

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

from flask import Flask, current_app
from werkzeug.sansio.utils import host_is_trusted

from portal.config import Config
from portal.site.changes import Hearing
from portal.site.making import OLD_AFTER_WORDS, Maker
from portal.site.memory import Memory

HOST = "portal.site_host"
"""Where in a request's environment the site's own host stands, when it was asked by that."""
GRACE = OLD_AFTER_WORDS / Config.site_seconds
"""Looks at the log during which what has just changed is made beside those who ask.

At the usual pace that is as long as old words may be given.
"""
SITES = "/s/"
FILES = "/media/"


class Front:
    """A WSGI application before another. `most` is bytes at hand, `every` seconds between looks."""

    def __init__(self, app: Flask, inner: Any, *, most: int, every: float) -> None:
        self._app, self.inner = app, inner
        self._memory = Memory(most)
        self._hearing = Hearing(app, self._memory, every)
        self._maker = Maker(app, inner, self._memory, GRACE * every)

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer from what is at hand, or have the application answer."""
        place = self._place(environ)
        if place is None:
            return self.inner(environ, start)  # type: ignore[no-any-return]  # WSGI
        self._hearing.glance()
        kept = self._memory.get(place)
        if environ.get("QUERY_STRING") and (kept is None or not kept.whole):
            return self.inner(environ, start)  # type: ignore[no-any-return]  # WSGI
        if kept is None or not kept.holds():
            status, headers, body = self._maker.renew(place, kept, environ).answer(environ)
        else:
            status, headers, body = kept.answer(environ)
        start(status, headers)
        return [body]

    def forget(self) -> None:
        """Let go of all that is at hand, and of what was heard."""
        self._hearing.begin()

    def _place(self, environ: dict[str, Any]) -> str | None:
        """Return what an answer is kept by, or None for what is not of a site or not to be kept."""
        path: str = environ.get("PATH_INFO", "")
        if not path.startswith(SITES) or environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return None
        if FILES in path:
            return None
        own = environ.get(HOST)
        if own:
            return f"//{own}{path}"
        trusted = self._app.config["TRUSTED_HOSTS"]
        if trusted and not _is_trusted(environ.get("HTTP_HOST", ""), tuple(trusted)):
            return None
        return path


@lru_cache(1024)
def _is_trusted(host: str, trusted: tuple[str, ...]) -> bool:
    return host_is_trusted(host, list(trusted))


def init_app(app: Flask, config: Config) -> None:
    """Put the layer before the application, unless it is given no memory."""
    if config.site_memory:
        front = Front(app, app.wsgi_app, most=config.site_memory, every=config.site_seconds)
        app.extensions["site_front"] = front
        app.wsgi_app = front  # type: ignore[method-assign, assignment]  # Flask's own way to wrap


def forget() -> None:
    """Have this process let go of all answers at hand. For tests and commands."""
    front: Front | None = current_app.extensions.get("site_front")
    if front is not None:
        front.forget()
