"""Importing in the browser: dry run, report, for real; and who is kept out."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from portal.content import import_runs
from portal.jobs.imports import run_waiting
from tenants.audit import excuse
from tenants.db import db
from tenants.delegation import bestow
from tenants.people import person_by_id
from tenants.permissions import Permission
from tenants.roles import Role, contain
from tenants.scope import across_tenants
from tests.content.import_scene import SMALL, looking, post_item
from tests.content.wordpress.exports import author, wxr
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS

LIST = "/a/acme/imports/"
CANARY = '"><img src=x onerror=alert(1)>'


@pytest.fixture
def admin(client: FlaskClient, cast: Cast) -> FlaskClient:
    return sign_in(client, cast.admin)


def upload(client: FlaskClient, data: bytes = SMALL, name: str = "site.xml") -> TestResponse:
    form: dict[str, Any] = {"file": (io.BytesIO(data), name), "publish": "y"}
    return client.post(f"{LIST}new", data=form, content_type="multipart/form-data")


def work(app: Flask) -> None:
    """What the scheduler and a worker would do."""
    with app.app_context():
        for import_id in import_runs.find_waiting(10):
            run_waiting(import_id)


def report(client: FlaskClient, app: Flask, data: bytes = SMALL) -> tuple[str, TestResponse]:
    """The address and the finished report of a dry run."""
    address = upload(client, data).location
    work(app)
    return address, client.get(address)


def test_a_file_is_tried_out_first(admin: FlaskClient, app: Flask):
    assert "Nothing was imported yet" in admin.get(LIST).text
    answer = upload(admin)
    assert answer.status_code == 302
    page = admin.get(answer.location).text
    assert "Dry run of site.xml" in page
    assert "Nothing is running that could take it up" in page
    assert '<noscript><meta http-equiv="refresh"' in page
    assert 'hx-trigger="every 2s"' in page
    work(app)
    page = admin.get(answer.location).text
    assert "http-equiv" not in page
    assert "hx-trigger" not in page
    assert "Live at /posts/live-post/" in page
    assert "site.xml" in admin.get(LIST).text


def test_the_report_is_narrowed_by_group_and_by_words(admin: FlaskClient, app: Flask):
    address, _ = report(admin, app)
    left = admin.get(f"{address}?group=left").text
    assert "Thrown away" in left
    assert "Live post" not in left
    assert "Idea" not in admin.get(f"{address}?q=LIVE+post").text
    assert "No line fits" in admin.get(f"{address}?q=%00&group=nonsense&part=x").text


def test_a_long_report_comes_in_parts(admin: FlaskClient, app: Flask):
    many = wxr(*(post_item(n, f"Number {n}") for n in range(1, 131)))
    address, page = report(admin, app, many)
    assert len(re.findall("Live at", page.text)) == 100
    assert len(re.findall("Live at", admin.get(f"{address}?group=created&part=2").text)) == 30


def test_importing_for_real_uses_the_same_file(admin: FlaskClient, app: Flask, cast: Cast):
    address, page = report(admin, app)
    assert "Import for real" in page.text
    answer = admin.post(f"{address}real")
    assert answer.status_code == 302
    work(app)
    page = admin.get(answer.location)
    assert "Import of site.xml" in page.text
    assert "Import for real" not in page.text
    with app.app_context(), looking(cast.acme):
        counts = [run.counts["created"] for run in import_runs.imports_of(cast.acme.id).rows]
    assert counts == [5, 5]
    assert client_answer(app, "/s/acme/posts/live-post/") == 200
    assert admin.post(f"{answer.location}real").status_code == 409


def client_answer(app: Flask, path: str) -> int:
    return app.test_client().get(path).status_code


def test_a_file_that_is_no_export_says_so_with_line_and_column(admin: FlaskClient, app: Flask):
    _, page = report(admin, app, b"<rss>\n<channel></rss>")
    assert "Nothing was imported" in page.text
    assert re.search(r"Line 2, column \d+: ", page.text)
    assert "Import for real" not in page.text


def test_what_is_written_in_an_export_is_only_text(admin: FlaskClient, app: Flask):
    data = wxr(post_item(1, f"Bold {CANARY}".replace("<", "&lt;"), f"[{CANARY}]"))
    address, page = report(admin, app, data)
    assert "Bold &#34;&gt;&lt;img" in page.text
    assert "<img src=x" not in page.text
    answer = upload(admin, data, f"a{CANARY}.xml")
    assert "<img src=x" not in admin.get(answer.location).text
    assert admin.get(address).status_code == 200


def test_the_report_as_csv_runs_nothing_in_a_spreadsheet(admin: FlaskClient, app: Flask):
    address, _ = report(admin, app, wxr(post_item(1, '=HYPERLINK("x")'), post_item(2, "@SUM(1)")))
    answer = admin.get(f"{address}report.csv")
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert rows[0] == ["Group", "Kind", "Title", "What happens"]
    assert {'\'=HYPERLINK("x")', "'@SUM(1)"} <= {row[2] for row in rows}
    assert not [cell for row in rows for cell in row if cell[:1] in set("=+-@\t\r")]


@pytest.mark.parametrize(
    ("form", "sentence"),
    [({}, "Choose a file"), ({"file": (io.BytesIO(b""), "x.xml")}, "The file is empty")],
)
def test_no_file_gets_a_sentence(admin: FlaskClient, form: dict[str, Any], sentence: str):
    answer = admin.post(f"{LIST}new", data=form, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert sentence in answer.text


def test_a_file_that_is_too_large_gets_a_sentence_with_the_limit(admin: FlaskClient, app: Flask):
    app.config["MAX_CONTENT_LENGTH"] = 1000
    answer = upload(admin, b"<" * 5000)
    assert answer.status_code == 413
    assert "larger than 32 MB" in answer.text


@pytest.mark.parametrize("who", ["viewer", "editor", "publisher", "support"])
def test_without_the_right_every_door_is_shut(
    client: FlaskClient, cast: Cast, app: Flask, who: str
):
    address, _ = report(sign_in(client, cast.admin), app)
    sign_in(client, cast.people[who])
    for path in (LIST, f"{LIST}new", address, f"{address}report.csv"):
        answer = client.get(path)
        assert answer.status_code == 403
        assert "Import content from other systems" in answer.text
    assert upload(client).status_code == 403
    assert client.post(f"{address}real").status_code == 403


def test_an_import_is_only_found_at_its_own_account(admin: FlaskClient, app: Flask):
    address, _ = report(admin, app)
    assert admin.get(address.replace("/a/acme/", "/a/acme-berlin/")).status_code == 404


def test_a_neighbours_import_is_no_different_from_none(client: FlaskClient, cast: Cast, app: Flask):
    address, _ = report(sign_in(client, cast.admin), app)
    sign_in(client, cast.bolt_admin)
    elsewhere = address.replace("/a/acme/", "/a/bolt/")
    nowhere = "/a/bolt/imports/00000000-0000-7000-8000-000000000000/"
    for door in ("", "report.csv"):
        answers = [client.get(f"{base}{door}") for base in (address, elsewhere, nowhere)]
        assert {answer.status_code for answer in answers} == {404}
    assert client.post(f"{elsewhere}real").status_code == 404
    assert client.get(f"{LIST}not-an-id/").status_code == 404


def test_of_people_only_those_learn_who_may_see_them(admin: FlaskClient, app: Flask, cast: Cast):
    head = author("ed", "Ed", cast.editor.email) + author("out", "Outsider", "no@where.example")
    items = [replace(post_item(n, f"By {w}"), creator=w) for n, w in enumerate(("ed", "out"), 1)]
    address, page = report(admin, app, wxr(*items, head=head))
    assert "Is Edda Editor here" in page.text
    make_importer(app, cast)
    importer = sign_in(app.test_client(), cast.viewer)
    for shown in (importer.get(address), importer.get(f"{address}report.csv")):
        assert "By out" in shown.text
        assert "stays with those who may see people here" in shown.text
        assert "Edda Editor" not in shown.text
        assert "No member" not in shown.text
    assert "No line fits" in importer.get(f"{address}?q=Outsider").text


def make_importer(app: Flask, cast: Cast) -> None:
    """Let Acme's viewer import, and see nobody."""
    with app.app_context(), across_tenants("a role of acme's"):
        role = Role(key="bringer", name="B", tenant_id=cast.acme.id, account_id=cast.acme.id)
        db.session.add(role)
        excuse(role, "made for a test")
        db.session.flush()
        contain(role, {str(Permission.CONTENT_IMPORT)})
        person = person_by_id(cast.viewer.id)
        bestow(person, role, cast.acme, by=TESTS)  # type: ignore[arg-type]  # one of the cast
        db.session.commit()
