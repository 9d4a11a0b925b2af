"""Our own stylesheets, scripts and pictures: WhiteNoise’s, encoded when first asked for."""

from collections.abc import Iterable
from typing import Any

from werkzeug.wsgi import ClosingIterator
from whitenoise import WhiteNoise

from portal.coded import Coded, coded, packed
from portal.config import ROOT

TEXTS = ("text/", "image/svg+xml", "application/json", "application/manifest+json")
_PARTS = ("HTTP_RANGE", "HTTP_IF_RANGE", "HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE")
AN_HOUR = 3600


class StaticFiles:
    """A WSGI application before another, for what stands below `/static/`."""

    def __init__(self, inner: Any) -> None:
        self._files = WhiteNoise(
            inner, root=str(ROOT / "static"), prefix="static/", max_age=AN_HOUR,
            immutable_file_test=lambda _path, url: "vendor/" in url,
        )  # fmt: skip
        self._coded: dict[str, Coded] = {}

    def __call__(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        """Give a file, or have the application answer."""
        path = environ.get("PATH_INFO", "")
        if path not in self._files.files or environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return self._files(environ, start)  # type: ignore[no-any-return]  # WSGI
        found = self._coded.get(path) or self._encoded(path, environ)
        if found is None or "HTTP_RANGE" in environ:
            return self._files(environ, start)  # type: ignore[no-any-return]  # WSGI
        status, headers, body = found.answer(environ)
        start(status, headers)
        return [body]

    def _encoded(self, path: str, environ: dict[str, Any]) -> Coded | None:
        """Return a text in all codings, None for what is packed already. There are but so many."""
        asked = {name: value for name, value in environ.items() if name not in _PARTS}
        told: list[Any] = []
        whole = self._files({**asked, "REQUEST_METHOD": "GET"}, lambda *said: told.extend(said))
        parts = ClosingIterator(whole)
        try:
            status, headers = told[:2]
            kind = next((value for name, value in headers if name == "Content-Type"), "")
            if not kind.startswith(TEXTS):
                return None
            body = b"".join(parts)
        finally:
            parts.close()
        headers = [each for each in headers if each[0] != "Vary"]
        found = coded(status, [*headers, ("Vary", "Accept-Encoding")], body, *packed(body))
        self._coded[path] = found
        return found
