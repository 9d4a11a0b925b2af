"""What happened, and what outsiders said, beyond the first page: links lead to the last."""

from __future__ import annotations

import html
import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.content.media_upload import prepare, upload
from portal.content.moments import moment_at
from portal.content.outside import opine
from portal.content.pages import Page, Revision, revision_by_id
from portal.content.scheduling import schedule
from portal.content.shares import ShareLink
from portal.content.sharing import Shared
from portal.files import files
from tenants.audit import record
from tenants.clock import now
from tenants.db import db
from tenants.event_types import EventType
from tenants.events import Event
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS, make_page
from tests.fixtures.shares import a_draft, a_link
from tests.releases.scene import gathered
from tests.views.test_drafts_cost import counted

AT_A_TIME = 3


@pytest.fixture(autouse=True)
def short_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("shares", "history"):
        monkeypatch.setattr(f"portal.content.{module}.PER_PAGE", AT_A_TIME)


def walk(client: FlaskClient, url: str, pattern: str) -> list[list[str]]:
    """What each page shows of a pattern, from the first to the last, as links lead."""
    found: list[list[str]] = []
    while url:
        answer = client.get(url)
        assert answer.status_code == 200
        found.append(re.findall(pattern, answer.text))
        newest = re.search(r'rel="prev" href="([^"]+)"', answer.text)
        assert bool(newest) == (len(found) > 1), "back to the newest, but not from there"
        older = re.search(r'rel="next" href="([^"]+)"', answer.text)
        url = html.unescape(older[1]) if older else ""
    return found


def told(cast: Cast, row: Any, kind: EventType, times: int) -> None:
    """More happens to a row, all of it at once; each with a reason of its own."""
    facts: dict[str, Any] = dict.fromkeys(kind.keys, "x")
    for number in range(times):
        record(kind, row, by=TESTS, changes={}, reason=f"Reason {number:02}.",
               account_id=cast.acme.id, tenant_id=cast.acme.tenant_id, **facts)  # fmt: skip


def a_release(cast: Cast) -> tuple[str, Any, EventType]:
    release = gathered(cast, TESTS, [])
    return f"/a/acme/releases/{release.id}/", release, Event.RELEASE_CANCELLED


def a_schedule(cast: Cast) -> tuple[str, Any, EventType]:
    page = make_page(cast.acme, "Soon")
    draft = revision_by_id(page.draft_revision_id, page)
    assert draft is not None
    moment = moment_at(now() + timedelta(days=40), "Europe/Berlin")
    row = schedule(page, "publish", draft, moment, cast.acme, by=TESTS)
    return f"/a/acme/schedules/{row.id}/", row, Event.SCHEDULE_CANCELLED


def a_page(cast: Cast) -> tuple[str, Any, EventType]:
    page = make_page(cast.acme, "Old")
    return f"/a/acme/pages/{page.id}/history", page, Event.PAGE_LOCKED


def a_file(cast: Cast) -> tuple[str, Any, EventType]:
    prepared = prepare("x.csv", b"a,b\n1,2\n", {"text/csv"})
    media, _ = upload(cast.acme, prepared, None, by=TESTS, files=files())
    return f"/a/acme/media/{media.id}/", media, Event.MEDIA_CHANGED


@both_databases
@pytest.mark.parametrize("make", [a_release, a_schedule, a_page, a_file])
def test_all_that_happened_is_reached(
    app: Flask, client: FlaskClient, cast: Cast, make: Callable[[Cast], tuple[str, Any, EventType]]
):
    sign_in(client, cast.admin)
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        url, row, kind = make(cast)
        told(cast, row, kind, 7)
        db.session.commit()
    pages = walk(client, url, r"Reason \d+\.")
    assert sorted(each for page in pages for each in page) == [f"Reason {n:02}." for n in range(7)]
    assert max(map(len, pages)) == AT_A_TIME
    few = len(counted(app, lambda: client.get(url)))
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        told(cast, db.session.merge(row), kind, 40)
        db.session.commit()
    assert len(counted(app, lambda: client.get(url))) == few
    assert client.get(f"{url}?before=no-key").status_code == 200


@both_databases
def test_all_that_outsiders_think_is_reached(app: Flask, client: FlaskClient, cast: Cast):
    page_id = a_draft(app, cast)
    a_link(app, cast, page_id)
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        link = db.session.scalars(select(ShareLink)).one()
        page = db.session.get_one(Page, page_id)
        shared = Shared(link, page, db.session.get_one(Revision, link.revision_id), cast.acme)
        for number in range(7):
            opine(shared, "changes", f"Max {number}", f"Opinion {number}.")
        db.session.commit()
    sign_in(client, cast.editor)
    url = f"/a/acme/pages/{page_id}/review"
    pages = walk(client, url, r"Opinion \d\.")
    assert [each for page in pages for each in page] == [f"Opinion {n}." for n in range(6, -1, -1)]
    assert [len(each) for each in pages] == [3, 3, 1]
    assert client.get(f"{url}?said_before=no-key").status_code == 200
    beyond = client.get(
        f"{url}?said_before=2001-01-01T00:00:00%2B00:00~{uuid.UUID(int=0).hex}"
    ).text
    assert "Newest" in beyond, "who asks for what is older than all still gets back"
