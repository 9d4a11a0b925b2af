"""The oracles: what stands in each account's rows (canaries), and whether they changed (hashes)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Engine, create_engine, select
from werkzeug.test import TestResponse

from tenants.accounts import Account
from tests.isolation.world import account_column, scoped_classes, superuser_url, table_of
from tests.shape.scene import plain

OF_THE_MOMENT = {"Set-Cookie", "Content-Length"}
_AGO = re.compile(r"\b\d{1,2} (s|min) ago\b")
HOSTILE = '"><img src=x onerror=alert(1)>{{7*7}}${7*7}'
LISTS = ("pages/", "people/", "schedules/", "trail/", "imports/", "access/", "access/matrix")


def canary(handle: str) -> re.Pattern[str]:
    """What the scene wrote into every text of every row at an account, and nowhere else."""
    return re.compile(rf"(?<![\w-]){re.escape(handle)} ?[0-9a-f]{{8}}-[0-9a-f]{{4}}-")


def everything(answer: TestResponse) -> str:
    """All that an answer tells: body and headers."""
    return answer.text + str(answer.headers)


def twin(answer: TestResponse) -> tuple[int, str, list[tuple[str, str]]]:
    """An answer without what differs on every request."""
    text = _AGO.sub("AGO", plain(answer.text))
    headers = sorted(each for each in answer.headers if each[0] not in OF_THE_MOMENT)
    return answer.status_code, text, headers


def hashes(url: str) -> dict[str, str]:
    """A hash of every row of every account, by handle, read past every lock."""
    engine = create_engine(superuser_url(url))
    try:
        return dict(_hashes(engine))
    finally:
        engine.dispose()


def _hashes(engine: Engine) -> Iterator[tuple[str, str]]:
    accounts = table_of(Account)
    with engine.connect() as connection:
        for account in connection.execute(select(accounts)).all():
            digest = hashlib.sha256()
            for cls in scoped_classes():
                where = account_column(cls)
                if where is None:
                    continue
                rows = connection.execute(select(table_of(cls)).where(where == account.id))
                for row in sorted(map(repr, rows)):
                    digest.update(row.encode())
            yield account.handle, digest.hexdigest()


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    """The accounts whose rows are not what they were."""
    return {each for each in before.keys() | after.keys() if before.get(each) != after.get(each)}


def post(client: FlaskClient, address: str, **data: Any) -> TestResponse:
    """Send a form, skipping the check of the markup."""
    return client.post(address, data=data, audit=False)
