"""Response headers and what stands in front of the app: proxies, hosts, static files."""

from typing import Any

from flask import Flask, Response, make_response, request
from werkzeug.middleware.proxy_fix import ProxyFix

from portal.config import Config
from portal.static_files import StaticFiles

_SHARED = (
    "default-src 'none'; style-src 'self'; img-src 'self' https: data:; form-action 'self'; "
    "base-uri 'none'"
)
_UNFRAMED, _FRAMED = "frame-ancestors 'none'", "frame-ancestors 'self'"
CSP = (
    f"{_SHARED}; {_UNFRAMED}; script-src 'self'; font-src 'self'; connect-src 'self'; "
    "frame-src 'self'; manifest-src 'self'"
)
SITE_CSP = f"{_SHARED}; {_UNFRAMED}"
FRAMED_CSP = f"{_SHARED}; {_FRAMED}"
STEADY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def init_app(app: Flask, config: Config) -> None:
    """Attach the headers (ASVS 5.0 V3.4) and wrap the app."""
    app.after_request(_secure)
    if config.https:
        app.after_request(_strict_transport)
    app.wsgi_app = StaticFiles(app.wsgi_app)  # type: ignore[method-assign, assignment]  # Flask's own way to wrap


def behind_proxies(app: Flask, config: Config) -> None:
    """Believe what so many proxies in front say of a request, and no others. The outermost."""
    if config.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # Flask's own way to wrap
            app.wsgi_app, x_for=config.proxies, x_proto=config.proxies, x_host=config.proxies
        )


def unreferred(answer: Any, status: int | None = None) -> Response:
    """Return the answer as one whose address no other site ever reads in a Referer header.

    Our own forms go on naming it: over HTTPS they are refused without (Flask-WTF's strict check).
    """
    response = make_response(answer)
    response.status_code = status or response.status_code
    response.headers["Referrer-Policy"] = "same-origin"
    return response


def for_outsiders(answer: Any, status: int = 200) -> Response:
    """Return a page of a site as one for whoever was sent its secret address, and for no robot.

    Its policy lets no script run, its address stays out of every Referer header.
    """
    response = unreferred(answer, status)
    response.headers["Content-Security-Policy"] = SITE_CSP
    return hide_from_robots(response)


def hide_from_robots(response: Response) -> Response:
    """Tell robots, and whatever keeps copies, that this is not for them."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["Cache-Control"] = "no-store"
    return response


def for_our_frames(answer: Any) -> Response:
    """Return a page of a site as one that our own pages may show in a frame, and nobody else."""
    response = make_response(answer)
    response.headers["Content-Security-Policy"] = FRAMED_CSP
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _secure(response: Response) -> Response:
    on_site = request.blueprint == "site"
    response.headers.setdefault("Content-Security-Policy", SITE_CSP if on_site else CSP)
    for name, value in STEADY.items():
        response.headers.setdefault(name, value)
    if not on_site:
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def _strict_transport(response: Response) -> Response:
    response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    return response
