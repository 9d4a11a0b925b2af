"""What drafts say stays unread in the console; what is exported opens safely."""

from __future__ import annotations

import csv
import io

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.spreadsheets import to_csv, unformula
from portal.staff import engine
from portal.staff.cells import Cell, plain
from tenants.db import db
from tenants.delegation import bestow
from tenants.people import person_by_id
from tenants.roles import built_in
from tenants.scope import across_tenants
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS
from tests.staff.addresses import every_address
from tests.staff.rows import many, scheduled_page

SECRET = "Merger with Initech"


def test_titles_are_not_shown_to_those_who_may_not_read(
    app: Flask, client: FlaskClient, cast: Cast
):
    schedule_id = scheduled_page(app, cast.acme, SECRET)
    sign_in(client, cast.owner)
    for address in (*every_address(app), f"/console/schedules/details/?id={schedule_id}",
                    "/console/trail/?event=schedule.made", "/console/trail/?event=page.created",
                    "/console/schedules/?search=Merger"):  # fmt: skip
        assert SECRET not in client.get(address).text, address
    assert "(content not shown)" in client.get("/console/schedules/").text
    assert "(content not shown)" in client.get("/console/trail/?event=schedule.made").text


def test_no_search_answers_for_titles(app: Flask, client: FlaskClient, cast: Cast):
    scheduled_page(app, cast.acme, SECRET)
    sign_in(client, cast.owner)
    for name in ("schedules", "trail"):
        hit, miss = (
            client.get(f"/console/{name}/?search={word}").text.count("<tr")
            for word in ("Merger", "Unthinkable")
        )
        assert hit == miss
        assert "Search" not in client.get(f"/console/{name}/").text.split("<main")[1]


def test_titles_are_shown_where_one_may_read(app: Flask, client: FlaskClient, cast: Cast):
    scheduled_page(app, cast.acme, SECRET)
    scheduled_page(app, cast.bolt, SECRET + " at Bolt")
    with app.app_context(), across_tenants("tests"):
        person = person_by_id(cast.support.id)
        assert person is not None
        bestow(person, built_in("viewer"), cast.acme, by=TESTS)
        db.session.commit()
    sign_in(client, cast.support)
    for address in ("/console/schedules/", "/console/trail/?event=schedule.made"):
        text = client.get(address).text
        assert SECRET in text
        assert SECRET + " at Bolt" not in text
        assert "(content not shown)" in text


def cells_of(text: str) -> list[str]:
    return [cell for row in csv.reader(io.StringIO(text)) for cell in row]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_formulas_are_defused(app: Flask, client: FlaskClient, cast: Cast, sign: str):
    many(app, cast.acme, 1, name=f"{sign}cmd|' /C calc'!A0")
    sign_in(client, cast.owner)
    answer = client.get("/console/people/export/csv/")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=people-")
    cells = cells_of(answer.text)
    assert f"'{sign}cmd|' /C calc'!A0" in cells
    assert not [cell for cell in cells if cell.startswith(tuple("=+-@\t\r\n"))]


def test_exports_are_cut_and_say_so(
    app: Flask, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    many(app, cast.acme, 30)
    sign_in(client, cast.owner)
    for view in app.extensions["admin"][0]._views:
        monkeypatch.setattr(view, "export_max_rows", 20, raising=False)
    answer = client.get("/console/people/export/csv/")
    assert len(answer.text.splitlines()) == 21
    assert "-first-20-" in answer.headers["Content-Disposition"]
    assert "first" not in client.get("/console/accounts/export/csv/").headers["Content-Disposition"]
    assert engine.EXPORT_ROWS == 10_000


def test_exports_know_csv_only(client: FlaskClient, cast: Cast):
    sign_in(client, cast.owner)
    for kind in ("json", "xlsx", "CSV"):
        assert client.get(f"/console/people/export/{kind}/").status_code == 404


def test_values_as_text():
    assert plain([Cell("a", note="b"), None, True, 3]) == "a; ; yes; 3"
    assert unformula("a=1") == "a=1"
    assert to_csv(["T"], [['a,"b"\nc']]) == 'T\r\n"a,""b""\nc"\r\n'
