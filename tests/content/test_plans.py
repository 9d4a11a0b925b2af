"""SQLite looks rows up by what a statement names, not by reading all that a tenant has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.content import due
from portal.jobs.outcomes import tell_outcomes
from portal.jobs.preflight import look_ahead
from tests.content.due_scene import also_scheduled, make_due, scheduled
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.statements import listening
from tests.views.test_drafts import address
from tests.views.test_pages import edited

WHOLE = re.compile(r"SCAN (?!json_each|anon_|\(|CONSTANT|VIRTUAL)|\(tenant_id=\?\)")
OF_ACCOUNT = re.compile(
    WHOLE.pattern + r"|(page|schedule) USING INDEX \w+ \(account_id=\?( AND due_at<\?)?\)"
)
MANY = 12
SMALL = frozenset(
    {
        "access_request", "bearer", "chain", "climb", "closed_folder", "content_type", "freeze",
        "installation", "page_template", "policy", "rights",
        "role", "role_parent", "role_permission", "term",
    }
)  # fmt: skip


@contextmanager
def whole_tenants(app: Flask, refused: re.Pattern[str] = WHOLE) -> Iterator[list[str]]:
    """Note each statement that is planned to read all rows of a table, or all of a tenant's.

    `refused` matches the steps of plans that are noted.
    """
    found: list[str] = []

    def look(_c: object, cursor: Any, sql: str, values: Any, _ctx: object, many: bool) -> None:
        if not sql.startswith(("SELECT", "WITH", "UPDATE", "DELETE")):
            return
        asked = cursor.connection.cursor()
        asked.execute(f"EXPLAIN QUERY PLAN {sql}", values[0] if many else values)
        for *_, step in asked.fetchall():
            if refused.search(step) and step.split()[1] not in SMALL:
                found.append(f"{step}: {sql}")
        asked.close()

    with listening(app, look):
        yield found


@pytest.mark.usefixtures("inside")
def test_what_is_due_is_found_by_itself(app: Flask, cast: Cast) -> None:
    new, page = scheduled(cast)
    old, _ = scheduled(cast, "Old", "unpublish")
    later = also_scheduled(cast, page, "unpublish")
    for each in (new, old, later):
        make_due(each)
    with whole_tenants(app) as found:
        assert due.publish_due() == 3
    assert not found


@pytest.mark.usefixtures("inside")
def test_what_is_due_soon_and_what_ended_is_found_by_itself(app: Flask, cast: Cast) -> None:
    """Both hold SQLite's lock while they look, which the schedules that are due wait for."""
    for number in range(MANY):
        scheduled(cast, f"Soon {number}")
    ended, _ = scheduled(cast, "Old", "unpublish")
    make_due(ended)
    due.publish_due()
    with whole_tenants(app, OF_ACCOUNT) as found:
        assert look_ahead() == MANY
        assert tell_outcomes() > 0
    assert not found


def test_a_save_and_a_publication_look_at_their_page_only(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    url = address(app, cast)
    sign_in(client, cast.publisher)
    form = edited(client, url, title="Opening times")
    with whole_tenants(app) as found:
        client.post(url, data=form, follow_redirects=True)
        page = edited(client, url)
        client.post(f"{url}publish", data=page, follow_redirects=True)
    assert not found
