"""Releases and revisions beyond those a form offers: it says so, and words find the others."""

from __future__ import annotations

import re
import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.content.drafting import Text, save_draft
from portal.content.pages import Page
from portal.content.releasing import make_release
from portal.content.shares import ShareLink
from portal.forms import finding
from portal.views import releases, shares
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, Someone, as_actor
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS
from tests.fixtures.shares import a_draft, a_link, change, on, rows
from tests.views.test_choosers import chooser
from tests.views.test_drafts_cost import counted
from tests.views.test_pages import page_id
from tests.views.test_shares import FORM


def shown(html: str, field: str) -> list[str]:
    """What a select offers."""
    return re.findall(r"<option[^>]*>([^<]*)<", chooser(html, field))


def selected(html: str, field: str) -> str:
    found = re.search(r'<option selected value="([^"]*)"', chooser(html, field))
    assert found
    return found[1]


def open_some(app: Flask, cast: Cast, *names: str) -> dict[str, str]:
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        made = {name: str(make_release(cast.acme, name, by=TESTS).id) for name in names}
        db.session.commit()
        return made


def saved(app: Flask, page: uuid.UUID, cast: Cast, who: Someone, times: int) -> None:
    """More revisions of a page by somebody."""
    with app.app_context():
        by = as_actor(who)

    def save(row: Page) -> None:
        for _ in range(times):
            text = Text(title="Menu", body=f"<p>{uuid.uuid4()}</p>")
            save_draft(row, text, cast.acme, by=by, based_on=row.draft_revision_id)

    change(app, page, cast, save)


@both_databases
def test_a_release_beyond_those_offered_is_found(
    app: Flask, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(releases, "RELEASES", 2)
    made = open_some(app, cast, "Oldest summer", "Older", "Newer", "Newest")
    page = str(page_id(app, cast))
    url = f"/a/acme/releases/gather?pages={page}"
    sign_in(client, cast.publisher)
    first = client.get(url).text
    assert shown(first, "release") == ["A new one…", "Newest", "Newer"]
    assert selected(first, "release") == made["Newest"]
    assert "There are more than the 2 below: find the others by a word." in first
    sent = {"what": "unpublish", "name": "Kept name", "release": made["Older"], "pages": page}
    found = client.post(url, data={**sent, "find-in": "release", "find-release": "SUMMER"})
    assert found.status_code == 200
    assert shown(found.text, "release") == ["A new one…", "Oldest summer", "Older"]
    assert selected(found.text, "release") == made["Older"], "what was chosen stays chosen"
    assert "Kept name" in found.text
    assert re.search(r'checked[^>]*value="unpublish"|value="unpublish"[^>]*checked', found.text)
    done = client.post(url, data={**sent, "release": made["Oldest summer"]})
    assert done.location.endswith(f"/releases/{made['Oldest summer']}/")


def test_gathering_costs_the_same_for_few_releases_and_many(
    app: Flask, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(releases, "RELEASES", 2)
    open_some(app, cast, "One")
    sign_in(client, cast.publisher)
    url = f"/a/acme/releases/gather?pages={page_id(app, cast)}"
    client.get(url)
    few = len(counted(app, lambda: client.get(url)))
    open_some(app, cast, "Two", "Three", "Four")
    assert len(counted(app, lambda: client.get(url))) == few


@both_databases
def test_a_revision_beyond_those_offered_is_found(
    app: Flask, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(shares, "REVISIONS", 2)
    page = a_draft(app, cast)
    saved(app, page, cast, cast.admin, 1)
    saved(app, page, cast, cast.editor, 12)
    sign_in(client, cast.editor)
    first = client.get(on(page)).text
    numbers = [each.partition(",")[0] for each in shown(first, "revision")]
    assert numbers == ["14 (draft)", "13"]
    assert "There are more than the 2 below: find the others by a word." in first
    draft = selected(first, "revision")
    sent = {**FORM, "revision": draft, "find-in": "revision"}
    by_number = client.post(on(page), data={**sent, "find-revision": "1"})
    assert by_number.status_code == 200
    assert 'value="The agency"' in by_number.text
    assert [each[:4] for each in shown(by_number.text, "revision")] == ["14 (", "1, E"]
    assert selected(by_number.text, "revision") == draft
    by_author = client.post(on(page), data={**sent, "find-revision": "ada adm"})
    assert [each[:4] for each in shown(by_author.text, "revision")] == ["14 (", "2, A"]
    assert rows(app, ShareLink) == []
    second = re.findall(r'value="([^"]+)"', chooser(by_author.text, "revision"))[1]
    assert client.post(on(page), data={**FORM, "revision": second}).status_code == 303
    (link,) = rows(app, ShareLink)
    assert link.revision_number == 2
    asked = client.get(f"{on(page)}?revision={second}").text
    assert selected(asked, "revision") == second, "an old one can be asked for by its address"


def test_a_huge_number_is_no_revision(
    app: Flask, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(finding, "MANY", 0)
    page = a_draft(app, cast)
    sign_in(client, cast.editor)
    sent = {**FORM, "find-in": "revision", "find-revision": "9" * 30}
    answer = client.post(on(page), data=sent)
    assert answer.status_code == 200
    assert "Nothing has" in answer.text


def test_older_links_are_on_further_pages(
    app: Flask, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("portal.content.shares.PER_PAGE", 2)
    page = a_draft(app, cast)
    for name in ("Link one", "Link two", "Link three"):
        a_link(app, cast, page, name=name)
    sign_in(client, cast.editor)
    first = client.get(on(page)).text
    assert "Link one" not in first
    assert "Link two" in first
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older
    further = client.get(older[1].replace("&amp;", "&")).text
    assert "Link one" in further
    assert "Link two" not in further
