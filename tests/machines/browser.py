"""A person at a browser that a load balancer sends now to this host, now to that."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from tests.fixtures.cast import PASSWORD

HIDDEN = re.compile(r'<input[^>]*name="(csrf_token|revision|based_on)"[^>]*value="([^"]*)"')
PATIENCE = 30.0


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    text: str
    location: str


class Browser:
    """Keeps its cookies whichever host it talks to; `urls` are the hosts by name."""

    def __init__(self, urls: dict[str, str]) -> None:
        self._urls, self._cookies = urls, SimpleCookie()

    def sign_in(self, host: str, email: str, password: str = PASSWORD) -> Answer:
        return self.post(host, "/sign-in", email=email, password=password)

    def get(self, host: str, path: str) -> Answer:
        return self._ask(host, "GET", path, b"", {})

    def post(self, host: str, path: str, form: str = "", **fields: str) -> Answer:
        """Fill in the form of a page (its own, unless told otherwise) and send it."""
        hidden = dict(HIDDEN.findall(self.get(host, form or path).text))
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self._ask(host, "POST", path, urlencode(hidden | fields).encode(), kind)

    def upload(self, host: str, path: str, name: str, data: bytes) -> Answer:
        """Send one file with the form of a page."""
        edge = uuid.uuid4().hex
        token = dict(HIDDEN.findall(self.get(host, path).text))["csrf_token"]
        head = 'Content-Disposition: form-data; name="{}"'
        body = b"".join(
            f"--{edge}\r\n{line}\r\n\r\n".encode() + value + b"\r\n"
            for line, value in (
                (head.format("csrf_token"), token.encode()),
                (head.format("files") + f'; filename="{name}"', data),
            )
        )
        kind = {"Content-Type": f"multipart/form-data; boundary={edge}"}
        return self._ask(host, "POST", path, body + f"--{edge}--\r\n".encode(), kind)

    def _ask(
        self, host: str, method: str, path: str, body: bytes, headers: dict[str, str]
    ) -> Answer:
        line = HTTPConnection(urlsplit(self._urls[host]).netloc, timeout=PATIENCE)
        cookie = "; ".join(f"{name}={each.value}" for name, each in self._cookies.items())
        try:
            line.request(method, path, body, headers | ({"Cookie": cookie} if cookie else {}))
            answer = line.getresponse()
            for each in answer.headers.get_all("Set-Cookie") or ():
                self._cookies.load(each)
            text = answer.read().decode("latin-1")
            return Answer(answer.status, text, answer.headers.get("Location", ""))
        finally:
            line.close()
