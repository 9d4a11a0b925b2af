"""Sites at host names of their own, in front of everything else that answers.

A request for such a host becomes one for the site's path on the portal's host, without cookies:
nothing behind this sees another host than the portal's, and nothing of the portal is there.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import quote, urlsplit

from flask import Flask
from werkzeug.sansio.utils import host_is_trusted

from portal.config import Config
from portal.site.host_map import Hosts

Start = Callable[..., Any]
Wsgi = Callable[[dict[str, Any], Start], Iterable[bytes]]

_HOST = re.compile(r"([a-z0-9](?:[a-z0-9.-]{0,252}))\.?(?::[0-9]{1,5})?", re.IGNORECASE)
_SITE = re.compile(r"/+s/([a-z0-9-]+)(/.*|)", re.DOTALL)
_STATIC = "/static/"
_SHOWN_HERE = re.compile(r"/(?:logo|[^/]+\.css)")
"""What previews, which stay on the portal's host, need of a site."""
_PERSONAL = ("HTTP_COOKIE", "HTTP_AUTHORIZATION", "REMOTE_USER")
_FILE = {"200", "206", "304", "416"}
_UNSAID = {"set-cookie", "strict-transport-security"}
HSTS = "max-age=31536000"


def init_app(app: Flask) -> None:
    """Put it around what answers so far. What trusts proxies must come around this."""
    hosts = app.extensions["own_hosts"] = Hosts(app)
    app.wsgi_app = ByHost(app.wsgi_app, app.config["PORTAL"], hosts)  # type: ignore[assignment]


def host_of(environ: dict[str, Any]) -> str:
    """Return the host asked for, lower case, without port and final dot; empty if it is none."""
    found = _HOST.fullmatch(environ.get("HTTP_HOST", ""))
    return found[1].lower().rstrip(".") if found else ""


class ByHost:
    """A WSGI application around another."""

    def __init__(self, behind: Wsgi, config: Config, hosts: Hosts) -> None:
        self._behind, self._hosts = behind, hosts
        self._trusted = config.trusted_hosts
        self._base, self._netloc = config.base_url, urlsplit(config.base_url).netloc
        self._portal = urlsplit(config.base_url).hostname
        self._https = config.https

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer one request."""
        known = self._hosts.known()
        if not known.sites and not self._trusted:
            return self._behind(environ, start)
        host, path = host_of(environ), environ.get("PATH_INFO", "")
        named = environ.get("HTTP_HOST")
        trusted = bool(self._trusted) and host_is_trusted(named, self._trusted)
        handle = None if trusted or host == self._portal else known.sites.get(host)
        if handle is not None:
            return self._own(environ, start, host, handle, known.bases.get(handle, ""))
        if self._trusted and not trusted:
            return _plain(start, "421 Misdirected Request", "No site is served at this host.\n")
        found = _SITE.fullmatch(path)
        home = known.bases.get(found[1]) if found else None
        if found is None or home is None or _SHOWN_HERE.fullmatch(found[2]):
            return self._behind(environ, start)
        return _moved(environ, start, home, found[2] or "/")

    def _own(
        self, environ: dict[str, Any], start: Start, host: str, handle: str, home: str
    ) -> Iterable[bytes]:
        path, under = "/" + environ.get("PATH_INFO", "").removeprefix("/"), f"/s/{handle}"
        if not home:
            return _moved(environ, start, f"{self._base}{under}", path, lasting=False)
        if host != urlsplit(home).hostname:
            return _moved(environ, start, home, path)
        if path == under or path.startswith(f"{under}/"):
            return _moved(environ, start, home, path.removeprefix(under) or "/")
        behind = {name: value for name, value in environ.items() if name not in _PERSONAL}
        behind |= {"HTTP_HOST": self._netloc, "PATH_INFO": under + path}
        told = self._retold(start, under, home)
        if path.startswith(_STATIC):
            return self._file(behind | {"PATH_INFO": path}, told) or self._behind(behind, told)
        return self._behind(behind, told)

    def _file(self, environ: dict[str, Any], start: Start) -> Iterable[bytes] | None:
        """Return a file of the portal's look, None where there is none: the site says so then."""
        said: list[Any] = []
        body = self._behind(environ, lambda *answer: said.extend(answer))
        if said[0][:3] in _FILE:
            start(*said)
            return body
        if hasattr(body, "close"):
            body.close()
        return None

    def _retold(self, start: Start, under: str, home: str) -> Start:
        """Return a start of answers that says nothing of the portal's host or of sessions."""

        def retell(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            told = [
                (name, self._on_own(value, under, home) if name.lower() == "location" else value)
                for name, value in headers
                if name.lower() not in _UNSAID
            ]
            if self._https:
                told.append(("Strict-Transport-Security", HSTS))
            return start(status, told, *more)

        return retell

    def _on_own(self, location: str, under: str, home: str) -> str:
        parts = urlsplit(location)
        rest = parts.path.removeprefix(under)
        if (
            parts.netloc not in {"", self._netloc}
            or rest == parts.path
            or rest[:1] not in {"", "/"}
        ):
            return location
        return f"{home}{rest or '/'}" + (f"?{parts.query}" if parts.query else "")


def _moved(
    environ: dict[str, Any], start: Start, base: str, path: str, *, lasting: bool = True
) -> Iterable[bytes]:
    """Send on; caches ask each time, since a site can move back."""
    reads = environ.get("REQUEST_METHOD", "GET") in {"GET", "HEAD"}
    if lasting:
        status = "301 Moved Permanently" if reads else "308 Permanent Redirect"
    else:
        status = "302 Found" if reads else "307 Temporary Redirect"
    query = re.sub(r"[^\x21-\x7e]", "", environ.get("QUERY_STRING", ""))
    location = base + quote(path.encode("latin-1"), safe="/~:@!$&'()*+,;=")
    location += f"?{query}" if query else ""
    return _answer(
        start, status, b"", [("Location", location)], "public, max-age=0, must-revalidate"
    )


def _plain(start: Start, status: str, text: str) -> Iterable[bytes]:
    return _answer(start, status, text.encode(), [], "no-store")


def _answer(
    start: Start, status: str, body: bytes, more: list[tuple[str, str]], cache: str
) -> Iterable[bytes]:
    start(
        status,
        [
            ("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body))),
            ("Cache-Control", cache), ("X-Content-Type-Options", "nosniff"), *more,
        ],
    )  # fmt: skip
    return [body]
