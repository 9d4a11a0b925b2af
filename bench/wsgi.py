"""A browser that talks to a WSGI application in its own process, the same for every one compared.

Needs nothing but Python, since the applications compared live in environments of their own.
"""

import io
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode
from wsgiref.util import setup_testing_defaults

Values = list[tuple[str, str]]


@dataclass(frozen=True)
class Answer:
    """What came back, and what it cost in milliseconds: by the clock, and of the processor."""

    status: int
    location: str
    text: str
    wall: float
    cpu: float


@dataclass
class Browser:
    """Keeps cookies."""

    app: Callable[..., Any]
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Answer:
        """Ask for a page."""
        return self._open("GET", path, b"")

    def post(self, path: str, values: Values | Mapping[str, str]) -> Answer:
        """Send a form."""
        return self._open("POST", path, urlencode(values).encode())

    def _open(self, method: str, path: str, body: bytes) -> Answer:
        where, _, query = path.partition("?")
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method, "PATH_INFO": where, "QUERY_STRING": query,
            "HTTP_HOST": "localhost", "SERVER_NAME": "localhost", "REMOTE_ADDR": "127.0.0.1",
            "wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }  # fmt: skip
        setup_testing_defaults(environ)
        said: list[Any] = []
        wall, cpu = time.perf_counter(), time.process_time()
        result = self.app(environ, lambda *told: said.extend(told))
        text = b"".join(result)
        if hasattr(result, "close"):
            result.close()
        spent = time.perf_counter() - wall, time.process_time() - cpu
        return self._answer(said[0], said[1], text, *(1000 * each for each in spent))

    def _answer(self, status: str, headers: Values, text: bytes, *spent: float) -> Answer:
        for name, value in headers:
            if name.lower() == "set-cookie":
                for key, morsel in SimpleCookie(value).items():
                    self.cookies[key] = morsel.coded_value
        location = next((value for name, value in headers if name.lower() == "location"), "")
        return Answer(int(status[:3]), location, text.decode(), *spent)


class _Form(HTMLParser):
    """Collects what a browser would send of the form that has a given field."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Values] = []
        self._area = self._select = ""
        self._text: list[str] = []

    def handle_starttag(self, tag: str, given: list[tuple[str, str | None]]) -> None:
        told = {key: value or "" for key, value in given}
        name, kind = told.get("name", ""), told.get("type", "text")
        if tag == "form":
            self.forms.append([])
        elif tag == "textarea":
            self._area, self._text = name, []
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in told:
            self._keep(self._select, told.get("value", ""))
        elif tag == "input" and name and _is_sent(kind, told):
            self._keep(name, told.get("value", "on" if kind == "checkbox" else ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea" and self._area:
            self._keep(self._area, "".join(self._text).removeprefix("\n"))
            self._area = ""
        elif tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self._text.append(data)

    def _keep(self, name: str, value: str) -> None:
        if self.forms:
            self.forms[-1].append((name, value))


def _is_sent(kind: str, told: Mapping[str, str]) -> bool:
    if kind in {"checkbox", "radio"}:
        return "checked" in told
    return kind not in {"submit", "button", "file"}


def filled(html: str, wanted: str, **changes: str) -> Values:
    """Return what a browser sends of the page's form with the field `wanted`, some values changed.

    Raises LookupError when there is no such form.
    """
    parser = _Form()
    parser.feed(html)
    for values in parser.forms:
        if any(name == wanted for name, _value in values):
            return [pair for pair in values if pair[0] not in changes] + list(changes.items())
    raise LookupError(f"No form with {wanted} on the page.")
