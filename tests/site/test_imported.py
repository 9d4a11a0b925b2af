"""A published WordPress export, imported and then read through: every address a good page."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from defusedxml import ElementTree
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.content.pages import Page
from portal.content.reading import is_open
from portal.content.sites import Redirect
from portal.content.terms import PageTerm, Term
from tenants.db import db
from tests.content.import_scene import bring, looking
from tests.content.test_importing_real import FOLDER, THEME
from tests.fixtures.cast import Cast, as_actor
from tests.site.test_feeds import MAP, feed_of

pytestmark = pytest.mark.skipif(
    not THEME.is_file(),
    reason=f"no published WordPress exports in {FOLDER}; set PORTAL_WXR_DATA to their folder",
)
HERE = "http://localhost"


def test_every_address_of_an_imported_site_is_a_good_page(
    app: Flask, client: FlaskClient, cast: Cast
):
    with app.app_context():
        bring(cast.acme, as_actor(cast.admin), THEME.read_bytes())
    listed = _sitemap(client)
    assert len(listed) == 2 + 76  # home and the cast's page; 77 published, 1 behind a password
    walked = {path for start in ("/", "/posts/") for path in _pages_from(client, start)}
    walked |= set(_terms(app, cast))
    for path in sorted(listed | walked):
        answer = client.get(path)
        assert answer.status_code == 200, path
        assert "Set-Cookie" not in answer.headers
        for found in re.findall(r'href="(/s/acme/[^"]*)"', answer.text):
            walked.add(found.split("#")[0].replace("&amp;", "&"))
    for path in sorted(walked - listed):
        assert client.get(path).status_code in {200, 301, 302}, path
    feed_of(client)
    for old, new in _redirects(app, cast).items():
        answer = client.get(f"/s/acme{old}")
        assert (answer.status_code, unquote(answer.headers["Location"])) == (301, f"/s/acme{new}")


def _sitemap(client: FlaskClient) -> set[str]:
    root = ElementTree.fromstring(client.get("/s/acme/sitemap.xml").data)
    return {str(e.text).removeprefix(HERE) for e in root.iter(f"{MAP}loc")}


def _pages_from(client: FlaskClient, start: str) -> set[str]:
    found, path = set[str](), f"/s/acme{start}"
    while path and path not in found:
        found.add(path)
        link = re.search(r'rel="next" href="([^"]*)"', client.get(path).text)
        path = link[1] if link else ""
    return found


def _terms(app: Flask, cast: Cast) -> list[str]:
    folder = {"tag": "tags", "category": "categories"}
    with app.app_context(), looking(cast.acme):
        used = select(Term).join(PageTerm, PageTerm.term_id == Term.id).distinct()
        used = used.join(Page, Page.id == PageTerm.page_id).where(is_open()[0])
        return [f"/s/acme/{folder[t.taxonomy]}/{t.slug}/" for t in db.session.scalars(used)]


def _redirects(app: Flask, cast: Cast) -> dict[str, str]:
    with app.app_context(), looking(cast.acme):
        query = select(Redirect.address, Page.address).join(Page, Page.id == Redirect.page_id)
        live = query.where(Page.account_id == cast.acme.id, Page.address.is_not(None))
        return {old: new for old, new in db.session.execute(live) if old != new and new}
