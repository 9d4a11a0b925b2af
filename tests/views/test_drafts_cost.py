"""What the editor's pages cost does not grow with what was typed, named or saved."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from tenants.db import db
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.views.test_drafts import TYPED, address
from tests.views.test_pages import edited
from tests.views.test_revisions import of_page

OLD, NEW = {"title": "Opening hours"}, {"title": "Opening times"}
PARTS = ("", "history", "compare", "unsaved")
SAVING = 16


def counted(app: Flask, act: Callable[[], object]) -> list[str]:
    """The statements that something sends, past knowing who asks and where."""
    sent: list[str] = []

    def note(_c: object, _cursor: object, sql: str, *_rest: object) -> None:
        sent.append(sql)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        act()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    starts = [place for place, sql in enumerate(sent) if sql.startswith("BEGIN")]
    return sent[starts[-1] + 1 :]


def test_no_page_costs_more_for_more_in_it(app: Flask, client: FlaskClient, cast: Cast):
    url = address(app, cast)
    sign_in(client, cast.editor)

    def more(times: int) -> None:
        for _ in range(times):
            for text in (OLD, NEW):
                client.post(url, data=edited(client, url, tags=f"t{times}", **text))
            revision = of_page(app, cast)[-1]
            client.post(f"{url}name", data={"revision": revision.id, "name": f"No. {times}"})
            client.post(f"{url}autosave", data=TYPED | {"copy": str(uuid.uuid4())})

    def costs() -> list[int]:
        return [len(counted(app, lambda part=part: client.get(url + part))) for part in PARTS]  # type: ignore[misc]

    more(1)
    first = costs()
    more(3)
    assert costs() == first


def test_saving_costs_a_handful(app: Flask, client: FlaskClient, cast: Cast):
    url = address(app, cast)
    sign_in(client, cast.editor)
    data = edited(client, url, copy=TYPED["copy"], title="Costs")
    client.post(f"{url}autosave", data=data)
    assert len(counted(app, lambda: client.post(url, data=data))) <= SAVING
