"""A person at a browser over the wire: signed in, with a token for every form."""

from __future__ import annotations

import http.client
import time
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from itsdangerous import URLSafeTimedSerializer

from portal.identity import sessions
from tenants.db import db
from tenants.people import Person
from tests.faults.stage import Stage
from tests.fixtures.cast import Someone, as_actor
from tests.fixtures.client import CSRF, LIMITS

PATIENCE = 40.0


@dataclass(frozen=True)
class Answer:
    """What came back, and after how many seconds."""

    status: int
    text: str
    seconds: float


class Editor:
    """Somebody of the cast, signed in at the stage's web server."""

    def __init__(self, stage: Stage, someone: Someone) -> None:
        self._host = urlsplit(stage.url).netloc
        with stage.app() as (app, _):
            staff = as_actor(someone).is_staff
            row = db.session.get(Person, someone.id)
            assert row is not None
            token = sessions.start(row, LIMITS, staff=staff, address="127.0.0.1", device="tests")
            db.session.commit()
            signing = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
            cookie = {"_user_id": token, "_fresh": True, "csrf_token": CSRF}
            self._cookie = f"portal={signing.dumps(cookie)}"
            secret = str(app.secret_key)
        self._token = str(URLSafeTimedSerializer(secret, salt="wtf-csrf-token").dumps(CSRF))

    def get(self, path: str) -> Answer:
        return self._ask("GET", path, "", {})

    def post(self, path: str, **fields: str) -> Answer:
        body = urlencode(fields | {"csrf_token": self._token})
        return self._ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def schedule(self, handle: str, page_id: object, due: datetime, **more: str) -> Answer:
        """Ask for a page's newest revision to go live."""
        fields = {"wall": due.strftime("%Y-%m-%dT%H:%M:%S"), "zone": "UTC", "what": "publish"}
        fields |= {"confirmed": "1", **more}
        return self.post(f"/a/{handle}/pages/{page_id}/schedule", **fields)

    def _ask(self, method: str, path: str, body: str, headers: dict[str, str]) -> Answer:
        line = http.client.HTTPConnection(self._host, timeout=PATIENCE)
        began = time.monotonic()
        try:
            line.request(method, path, body, headers | {"Cookie": self._cookie})
            answer = line.getresponse()
            text = answer.read().decode()
            return Answer(answer.status, text, time.monotonic() - began)
        finally:
            line.close()
