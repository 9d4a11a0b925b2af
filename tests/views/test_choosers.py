"""Choosers of more than they offer: found by words without scripts, nothing lost, nothing told."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from portal.content import choosing, filing
from portal.content.media_foldering import make_folder
from portal.content.terms import Term
from portal.forms import finding, people_found
from portal.views import copying, media_folders, supposing
from tenants.audit import AuditEvent
from tenants.db import db
from tenants.scope import across_tenants, acting_in, tenant_scope
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS, make_page
from tests.views.test_drafts_cost import counted
from tests.views.test_pages import edited, page_id
from tests.views.typed_scene import do

# path, who asks, field, words, what is found, what is not, what was typed beside
PEOPLE = ("berlin.acme", "Ben Editor", "Pia Publisher")
CHOOSERS: tuple[tuple[Any, ...], ...] = (
    ("people/give", "admin", "person", *PEOPLE, {"because": "Typed words"}),
    ("people/many/give", "admin", "people", *PEOPLE, {"because": "Typed words"}),
    ("access/what-if", "admin", "bearer", *PEOPLE, {}),
    ("access/what-if", "admin", "person", *PEOPLE, {}),
    ("/a/acme-berlin/access/what-if", "admin", "parent", "hamb", "Acme Hamburg", "Mitte", {}),
    ("pages/{page}/care", "admin", "owner", "Pia", "Pia Publisher", "Vito Viewer",
     {"reason": "Typed words"}),
    ("pages/{page}/comments/", "editor", "mention", "Pia", "Pia Publisher", "Vito Viewer",
     {"text": "Typed words"}),
    ("pages/{page}/", "editor", "parent", "zeb", "Zebra", "Ape", {"body": "<p>Typed words</p>"}),
    ("pages/{page}/", "editor", "categories", "zeb", "Zebras", "Apes", {"title": "Typed words"}),
    ("pages/new?type=page", "editor", "parent", "zeb", "Zebra", "Ape", {"title": "Typed words"}),
    ("pages/many/move", "editor", "parent", "zeb", "Zebra", "Ape", {"reason": "Typed words"}),
    ("pages/{page}/move", "admin", "to", "hamb", "Acme Hamburg", "Mitte",
     {"reason": "Typed words"}),
    ("media/upload", "editor", "folder", "zeb", "Zebra pictures", "Ape pictures", {}),
    ("media/folders/", "admin", "parent", "zeb", "Zebra pictures", "Ape pictures",
     {"name": "Typed words"}),
    ("media/folders/{folder}/people", "admin", "bearer", *PEOPLE, {"because": "Typed words"}),
)  # fmt: skip


@pytest.fixture
def two_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    for each in (choosing, filing, finding, people_found, media_folders):
        monkeypatch.setattr(each, "OFFERED", 2)
    for asking in (supposing, copying):
        monkeypatch.setattr(asking, "PLACES", 2)
    monkeypatch.setattr(finding, "MANY", 1)


@pytest.fixture
def places(app: Flask, cast: Cast) -> dict[str, str]:
    def make() -> dict[str, str]:
        for title in ("Ape", "Bear", "Zebra"):
            make_page(cast.acme, title)
            term = Term(taxonomy="category", slug=title.lower(), name=f"{title}s",
                        tenant_id=cast.acme.tenant_id, account_id=cast.acme.id)  # fmt: skip
            db.session.add(term)
            row = make_folder(cast.acme, f"{title} pictures", restricted=False, by=TESTS)
        return {"folder": str(row.id)}

    with app.app_context(), acting_in(tenant_scope(cast.bolt.tenant_id)):
        make_page(cast.bolt, "Zebra at Bolt")
        db.session.commit()
    made: dict[str, str] = do(app, cast, make)
    return made | {"page": str(page_id(app, cast))}


def chooser(html: str, field: str) -> str:
    """The part of a page that is one chooser: a select, or the boxes to tick."""
    selects = re.findall(rf'<select[^>]*name="{field}"[^>]*>(.*?)</select>', html, re.DOTALL)
    boxes = re.findall(
        rf'<div id="{field}-choices"[^>]*>(.*?)</div>\s*</fieldset>', html, re.DOTALL
    )
    return str([*selects, *boxes][0])


def events(app: Flask) -> int:
    with app.app_context(), across_tenants("the tests look"):
        return db.session.scalar(select(func.count()).select_from(AuditEvent)) or 0


@pytest.mark.parametrize("case", CHOOSERS, ids=lambda case: f"{case[0]} {case[2]}")
@pytest.mark.usefixtures("two_fit")
def test_words_find_what_is_not_offered(
    app: Flask, client: FlaskClient, cast: Cast, places: dict[str, str], case: tuple[Any, ...]
) -> None:
    path, who, field, words, there, away, typed = case
    url = urljoin("/a/acme/", path.format(**places))
    sign_in(client, getattr(cast, who))
    if path == "pages/{page}/":
        typed = edited(client, url, **typed)
    elif path == "pages/many/move":
        typed = {**typed, "pages": places["page"]}
    before = events(app)
    sent = {**typed, "find-in": field, f"find-{field}": words}
    answer = client.post(url, data=sent)
    assert answer.status_code == 200
    shown = chooser(answer.text, field)
    assert there in shown
    assert away not in shown
    assert "Bolt" not in shown
    assert "bolt.example" not in shown
    assert "Typed words" in answer.text or not {"because", "reason", "text"} & set(typed)
    none = client.post(url, data={**sent, f"find-{field}": "no such thing"})
    assert "Nothing has" in none.text
    assert there not in chooser(none.text, field)
    assert events(app) == before


@pytest.mark.usefixtures("two_fit")
def test_enter_finds_when_the_words_changed_and_acts_when_not(
    app: Flask, client: FlaskClient, cast: Cast, places: dict[str, str]
) -> None:
    sign_in(client, cast.admin)
    url = "/a/acme/media/folders/"
    typed = {"name": "Stripes", "find-in": "", "find-parent": "zeb", "found-parent": ""}
    found = client.post(url, data=typed)
    assert found.status_code == 200
    assert "Zebra pictures" in chooser(found.text, "parent")
    assert client.post(url, data={**typed, "found-parent": "zeb"}).status_code == 302


@pytest.mark.usefixtures("two_fit")
def test_what_was_found_can_be_chosen_and_costs_the_same(
    app: Flask, client: FlaskClient, cast: Cast, places: dict[str, str]
) -> None:
    """One who is not among those offered is taken, and finding him costs what finding none does."""
    sign_in(client, cast.admin)
    page = client.get("/a/acme/people/give").text
    assert "There are more than the 2 below" in page
    assert cast.viewer.name not in chooser(page, "person")
    find = {"find-in": "person"}

    def look(words: str) -> int:
        data = find | {"find-person": words}
        return len(counted(app, lambda: client.post("/a/acme/people/give", data=data)))

    assert look("nobody at all") == look("acme") == look("Vito")
    role = re.search(r'name="role"[^>]*value="([^"]+)"', page)
    assert role
    given = {"person": str(cast.viewer.id), "role": role[1], "reach": "account"}
    assert client.post("/a/acme/people/give", data=given).status_code == 302


def test_an_account_is_found_by_its_name(client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.admin)
    url = f"/a/acme/accounts/{cast.hamburg.id}/move"
    page = client.get(url, query_string={"to": "Mitte"})
    assert page.status_code == 422
    assert re.search(r'href="[^"]*move\?to=acme-berlin-mitte"[^>]*>Acme Berlin Mitte<', page.text)
    assert "Bolt" not in client.get(url, query_string={"to": "Bolt"}).text.split("<main")[
        1
    ].replace('value="Bolt"', "")
