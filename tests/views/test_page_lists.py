"""The list of pages: filters, sorts, keys, saved views, CSV."""

from __future__ import annotations

import csv
import io
import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.content import desk
from portal.content.drafting import Text, create_page
from portal.content.filing import tags_named
from portal.content.page_filters import STATES, read_filters
from portal.content.saved_views import SavedView
from tenants.clock import now
from tenants.db import db
from tenants.scope import across_tenants, acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.client import sign_in
from tests.fixtures.pages import make_page
from tests.identity.common import events
from tests.views.test_within import statements

HOME = "/a/acme/pages/"
LIST = "/a/acme/pages/list"


def furnish(app: Flask, cast: Cast) -> None:
    """A post of the author's, tagged; and older pages of nobody's."""
    with app.app_context():
        author = as_actor(cast.author)
        with acting_in(tenant_scope(cast.acme.tenant_id)):
            tags = tuple(str(t.id) for t in tags_named(cast.acme, ["Stripes"]))
            create_page(cast.acme, "post", Text(title="Zebra", term_ids=tags), by=author)
            old = make_page(cast.acme, "Aardvark")
            old.changed_at = now() - timedelta(days=400)
            db.session.info.setdefault("recorded", set()).add(("Page", old.id))
            db.session.commit()


def titles(client: FlaskClient, **asked: Any) -> list[str]:
    page = client.get(HOME, query_string=asked).text
    return re.findall(r'<a href="/a/acme[a-z-]*/pages/[0-9a-f-]{36}/" dir="auto">([^<]*)</a>', page)


@both_databases
def test_filters_narrow_and_sorts_order(app: Flask, client: FlaskClient, cast: Cast):
    furnish(app, cast)
    sign_in(client, cast.author)
    everything = ["Aardvark", "Old news", "Plans for spring", "Welcome", "Zebra"]
    assert titles(client, sort="title") == everything
    assert titles(client, sort="title-down") == everything[::-1]
    assert titles(client, sort="oldest")[0] == "Aardvark"
    assert titles(client)[-1] == "Aardvark"
    assert titles(client, author="me") == ["Zebra"]
    assert titles(client, author=str(cast.author.id)) == ["Zebra"]
    assert titles(client, tag="stripes") == ["Zebra"]
    assert titles(client, tag="nothing") == []
    assert titles(client, type="post") == ["Zebra"]
    assert titles(client, type="nobody-defined-it") == []
    assert titles(client, state="live", q="wel") == ["Welcome"]
    day = (now() - timedelta(days=30)).date().isoformat()
    assert "Aardvark" not in titles(client, since=day, sort="title")
    assert len(titles(client, since=day)) == 4
    assert titles(client, author="me", within="all") == ["Zebra"]
    unknown = {"author": "x", "since": "soon", "sort": "colour", "type": "Y!", "state": "z"}
    assert len(titles(client, **unknown)) == 5


@both_databases
@pytest.mark.parametrize("sort", ["", "oldest", "title", "title-down"])
def test_every_page_stands_on_one_part_of_the_list(
    app: Flask, cast: Cast, sort: str, monkeypatch: pytest.MonkeyPatch
):
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        for number in range(7):
            make_page(cast.acme, f"Same {number % 2}")
        db.session.commit()
        filters = read_filters({"sort": sort}, "UTC", None)
        whole = [row.id for row in desk.pages_of(cast.acme.id, filters).rows]
        seen, before = [], None
        while True:
            part = desk.pages_of(cast.acme.id, filters, before, 3)
            seen += [row.id for row in part.rows]
            before = part.older
            if before is None:
                break
        assert seen == whole
        assert len(whole) == 10
        for bad in ("x", "x~y", "2026-01-01~" + uuid.uuid4().hex, "\x00~" + uuid.uuid4().hex):
            desk.pages_of(cast.acme.id, filters, bad)


def test_views_are_saved_used_and_deleted(app: Flask, client: FlaskClient, cast: Cast):
    furnish(app, cast)
    sign_in(client, cast.author)
    sent = {"name": " My  drafts ", "author": "me", "sort": "title", "evil": "x"}
    answer = client.post(f"{LIST}/views", data=sent)
    assert answer.status_code == 303
    listed = client.get(answer.location).text
    assert "My drafts" in listed
    with app.app_context(), across_tenants("tests"):
        view = db.session.scalars(select(SavedView)).one()
        assert view.query == f"author={cast.author.id}&sort=title"
    assert client.post(f"{LIST}/views", data={"name": ""}).status_code == 409
    assert client.get(f"{LIST}/views/{view.id}/delete").status_code == 405
    assert "My drafts" not in sign_in(client, cast.editor).get(HOME).text
    assert client.post(f"{LIST}/views/{view.id}/delete").status_code == 404
    sign_in(client, cast.author)
    assert client.post(f"{LIST}/views/{view.id}/delete").status_code == 303
    assert "My drafts" not in client.get(HOME).text


@both_databases
def test_csv_holds_what_the_list_shows_and_no_formula(app: Flask, client: FlaskClient, cast: Cast):
    furnish(app, cast)
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        make_page(cast.acme, "=HYPERLINK(1)")
        make_page(cast.berlin, "Zebra in Berlin")
        db.session.commit()
    sign_in(client, cast.viewer)
    answer = client.post(f"{LIST}/export", data={"sort": "title", "state": "draft"})
    assert answer.mimetype == "text/csv"
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["title"] for row in rows] == [
        "'=HYPERLINK(1)", "Aardvark", "Plans for spring", "Zebra",
    ]  # fmt: skip
    assert rows[-1]["author"] == cast.author.name
    told = events(app, "pages.exported")[-1]
    assert (told.facts["rows"], told.actor_label) == (4, cast.viewer.email)
    wide = client.post(f"{LIST}/export", data={"q": "Zebra", "within": "below"}).text
    assert "acme-berlin" in wide
    narrow = sign_in(client, cast.berlin_editor).post(
        "/a/acme-berlin/pages/list/export", data={"q": "Zebra", "within": "all"}
    )
    assert len(narrow.text.strip().splitlines()) == 2


def test_who_may_take_it_along(client: FlaskClient, cast: Cast):
    for who, status in (("auditor", 403), ("bolt_admin", 404)):
        sign_in(client, cast.people[who])
        assert client.post(f"{LIST}/export").status_code == status
        assert client.post(f"{LIST}/views", data={"name": "x"}).status_code == status
    assert sign_in(client, cast.viewer).get(f"{LIST}/export").status_code == 405


def test_a_list_takes_a_fixed_number_of_statements(app: Flask, client: FlaskClient, cast: Cast):
    furnish(app, cast)
    sign_in(client, cast.editor)
    address = f"{HOME}?author=me&tag=stripes&since=2026-01-01&sort=title"
    few = statements(app, client, address)
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        for number in range(12):
            make_page(cast.acme, f"More {number}")
        db.session.commit()
    assert statements(app, client, address) == few


def test_what_is_not_counted_to_the_end_is_said_to_be_more(
    client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    counts = dict.fromkeys([*STATES, "scheduled", "held", "languages"], 7) | {"live": 1000}
    monkeypatch.setattr(desk, "counts_of", lambda _account_id: counts)
    page = sign_in(client, cast.editor).get("/a/acme/pages/").text
    assert "1,000+</span>" in page
    assert "1000</span>" not in page
    assert page.count(">7</span>") == len(STATES)
