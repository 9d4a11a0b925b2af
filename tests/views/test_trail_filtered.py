"""Reading a trail through a filter: the page, saved views, and what can be taken along."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.content.saved_views import SavedView
from tenants.audit import AuditEvent, record
from tenants.db import db
from tenants.events import Event
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS

TRAIL = "/a/acme/trail/"


def recorded(app: Flask, cast: Cast, name: str) -> list[AuditEvent]:
    with app.app_context(), acting_in(tenant_scope(cast.acme.id)):
        return list(db.session.scalars(select(AuditEvent).where(AuditEvent.event == name)))


def views(app: Flask, cast: Cast) -> list[tuple[str, str]]:
    with app.app_context(), acting_in(tenant_scope(cast.acme.id)):
        return [(row.name, row.query) for row in db.session.scalars(select(SavedView))]


def test_chips_take_themselves_away(client: FlaskClient, cast: Cast):
    page = sign_in(client, cast.admin).get(TRAIL, query_string={"q": "action:page outcome:done"})
    assert page.status_code == 200
    assert 'href="/a/acme/trail/?q=outcome:done"' in page.text
    assert 'href="/a/acme/trail/?q=action:page"' in page.text
    assert "started Welcome" in page.text
    assert "opened the account" not in page.text


def test_the_small_form_adds_a_part(client: FlaskClient, cast: Cast):
    asked = {"q": "outcome:done", "key": "target", "value": "Old news"}
    answer = sign_in(client, cast.admin).get(TRAIL, query_string=asked)
    assert answer.status_code == 302
    page = client.get(answer.location)
    assert "outcome:done target:&#34;Old news&#34;" in page.text
    assert "Plans for spring" not in page.text.split("<main")[1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("colour:red", "Known are actor:"),
        ("since:soon", "is no date"),
        ("outcome:x", "an outcome is"),
    ],
)
def test_a_wrong_filter_is_told_and_kept(client: FlaskClient, cast: Cast, text: str, said: str):
    page = sign_in(client, cast.admin).get(TRAIL, query_string={"q": f"{text} action:page"})
    assert page.status_code == 422
    assert said in page.text
    assert f'value="{text} action:page"' in page.text


def test_changes_stand_in_two_columns(app: Flask, client: FlaskClient, cast: Cast):
    with app.app_context(), acting_in(tenant_scope(cast.acme.id)):
        record(
            Event.ACCOUNT_CHANGED, cast.acme, by=TESTS, account_id=cast.acme.id,
            changes={"zone_name": ["UTC", "Europe/Rome"]},
        )  # fmt: skip
        db.session.commit()
    page = sign_in(client, cast.admin).get(TRAIL)
    assert re.search(
        r'<th scope="row">zone name</th><td data-label="Before"><del dir="auto">UTC</del></td>'
        r'<td data-label="After"><ins dir="auto">Europe/Rome</ins></td>',
        page.text,
    )


def test_a_view_is_saved_found_and_deleted(app: Flask, client: FlaskClient, cast: Cast):
    answer = sign_in(client, cast.admin).post(
        f"{TRAIL}views", data={"name": "Pages", "q": "action:page"}
    )
    assert answer.status_code == 303
    assert (
        client.post(
            f"{TRAIL}views", data={"name": "Pages", "q": "action:page since:7d"}
        ).status_code
        == 303
    )
    assert views(app, cast) == [("Pages", "action:page since:7d")]
    page = client.get(TRAIL).text
    assert 'href="/a/acme/trail/?q=action:page+since:7d"' in page
    delete = re.search(r'action="(/a/acme/trail/views/[^"]+/delete)"', page)
    assert delete is not None
    assert "Pages" not in sign_in(client, cast.operator).get(TRAIL).text.split("My views")[1][:300]
    assert client.post(delete[1]).status_code == 404
    assert sign_in(client, cast.admin).get(delete[1]).status_code == 405
    assert client.post(delete[1]).status_code == 303
    assert views(app, cast) == []


@pytest.mark.parametrize(
    "data",
    [{"name": "", "q": "action:page"}, {"name": "x" * 90, "q": "action:page"},
     {"name": "A", "q": ""},
     {"name": "A", "q": "since:soon"}, {"name": "A\x00", "q": "action:page"}],
)  # fmt: skip
def test_a_bad_view_is_refused_and_kept(
    app: Flask, client: FlaskClient, cast: Cast, data: dict[str, str]
):
    page = sign_in(client, cast.admin).post(f"{TRAIL}views", data=data)
    assert page.status_code == 422
    assert f'value="{data["q"]}"' in page.text
    assert views(app, cast) == []


@both_databases
def test_a_csv_holds_what_the_filter_shows_and_is_recorded(
    app: Flask, client: FlaskClient, cast: Cast
):
    with app.app_context(), acting_in(tenant_scope(cast.acme.id)):
        record(
            Event.ACCOUNT_CHANGED, cast.acme, by=TESTS, account_id=cast.acme.id,
            reason="=1+1", changes={"name": ["a", "b"]},
        )  # fmt: skip
        db.session.commit()
    data = {"q": "action:account.changed", "format": "csv"}
    answer = sign_in(client, cast.admin).post(f"{TRAIL}list", data=data)
    assert answer.headers["Content-Disposition"] == "attachment; filename=events-acme.csv"
    (row,) = csv.DictReader(io.StringIO(answer.text))
    answer.close()
    assert (row["event"], row["reason"], row["account"]) == ("account.changed", "'=1+1", "acme")
    assert json.loads(row["changes"]) == {"name": ["a", "b"]}
    (event,) = recorded(app, cast, "trail.listed")
    assert event.facts == {
        "rows": 1,
        "format": "CSV",
        "filters": "filtered by action:account.changed",
    }


def test_json_lines_hide_content_from_staff(app: Flask, client: FlaskClient, cast: Cast):
    answer = sign_in(client, cast.auditor).post(f"{TRAIL}list", data={"format": "jsonl"})
    rows = [json.loads(line) for line in answer.text.splitlines()]
    answer.close()
    assert "Plans for spring" not in answer.text
    assert any(row["event"] == "page.created" for row in rows)
    assert recorded(app, cast, "trail.listed")[0].facts["rows"] == len(rows)


def test_files_need_the_right(app: Flask, client: FlaskClient, cast: Cast):
    for address in ("list", "views"):
        assert sign_in(client, cast.viewer).post(TRAIL + address).status_code == 403
        assert sign_in(client, cast.bolt_admin).post(TRAIL + address).status_code == 404
    assert sign_in(client, cast.admin).get(f"{TRAIL}list").status_code == 405
    assert client.post(f"{TRAIL}list", data={"q": "since:soon"}).status_code == 303
    assert recorded(app, cast, "trail.listed") == []


def test_a_secondary_takes_its_own_only(client: FlaskClient, cast: Cast):
    answer = sign_in(client, cast.berlin_admin).post(
        "/a/acme-berlin/trail/list", data={"format": "jsonl"}
    )
    handles = {json.loads(line)["account"] for line in answer.text.splitlines()}
    answer.close()
    assert handles == {"acme-berlin", "acme-berlin-mitte"}


def test_the_access_list_leaves_an_event(app: Flask, client: FlaskClient, cast: Cast):
    assert sign_in(client, cast.admin).get("/a/acme/access/matrix").status_code == 200
    assert recorded(app, cast, "access.exported") == []
    assert client.get("/a/acme/access/matrix?format=csv").status_code == 200
    (event,) = recorded(app, cast, "access.exported")
    assert event.actor_label == cast.admin.email
