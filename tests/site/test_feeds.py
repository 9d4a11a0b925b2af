"""The Atom feed keeps to RFC 4287, the sitemap to sitemaps.org."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element

from defusedxml import ElementTree
from flask import Flask
from flask.testing import FlaskClient

from portal.content import syndication
from portal.content.pages import revision_by_id
from portal.content.publishing import publish
from portal.content.translating import translate
from tenants.clock import now
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS, make_page
from tests.site.hidden import picture_id, shown_in
from tests.site.scene import Said, live, redraft, writing

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
ODD = "A\x08 <b>&amp; \ufffe \U0001f600 ]]> \u202eabc"


def feed_of(client: FlaskClient, handle: str = "acme") -> Element:
    answer = client.get(f"/s/{handle}/feed.atom")
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = ElementTree.fromstring(answer.data)
    check(root)
    return root


def check(root: Element) -> None:
    """What RFC 4287 asks of a feed and its entries."""
    assert root.tag == f"{ATOM}feed"
    for element in (root, *root.iter(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            assert len(element.findall(ATOM + name)) == 1, name
        for name in ("published", "summary", "content", "subtitle"):
            assert len(element.findall(ATOM + name)) <= 1, name
        uuid.UUID(_text(element, "id").removeprefix("urn:uuid:"))
        for moment in (*element.findall(f"{ATOM}updated"), *element.findall(f"{ATOM}published")):
            assert datetime.fromisoformat(moment.text or "").tzinfo is not None
        for link in element.findall(f"{ATOM}link"):
            assert link.get("href", "").startswith("http://localhost/s/")
        assert any(link.get("rel") == "alternate" for link in element.findall(f"{ATOM}link"))
    assert root.find(f"{ATOM}author/{ATOM}name") is not None
    assert any(link.get("rel") == "self" for link in root.findall(f"{ATOM}link"))
    ids = [element.text for element in root.iter(f"{ATOM}id")]
    assert len(set(ids)) == len(ids)


def _text(element: Element, name: str) -> str:
    found = element.find(ATOM + name)
    assert found is not None
    return found.text or ""


def test_an_empty_feed_is_a_feed(client: FlaskClient, cast: Cast):
    first, again = feed_of(client), feed_of(client)
    assert first.findall(f"{ATOM}entry") == []
    assert _text(first, "updated") == _text(again, "updated")


@both_databases
def test_the_feed_tells_of_the_newest_posts(app: Flask, client: FlaskClient, cast: Cast):
    with writing(app, cast.acme) as acme:
        for number in range(25):
            live(acme, f"Post {number}", at=now() - timedelta(hours=number))
    titles = [_text(entry, "title") for entry in feed_of(client).findall(f"{ATOM}entry")]
    assert titles == [f"Post {number}" for number in range(20)]


def test_titles_and_bodies_of_any_text_survive(app: Flask, client: FlaskClient, cast: Cast):
    body = '<p>Fish &amp; <b>chips</b> <a href="/s/acme/">here</a></p>'
    with writing(app, cast.acme) as acme:
        live(acme, ODD, Said(body, byline="Zoë & Co"))
    entry = feed_of(client).find(f"{ATOM}entry")
    assert entry is not None
    assert _text(entry, "title") == ODD.replace("\x08", "").replace("\ufffe", "")
    assert _text(entry, "content") == body
    assert _text(entry, "summary") == "Fish & chips here"
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == "Zoë & Co"


def test_links_and_pictures_lead_back_from_wherever_the_text_is_shown(
    app: Flask, client: FlaskClient, cast: Cast
):
    sign_in(client, cast.admin)
    picture = picture_id(client, "cup.png", "red")
    with writing(app, cast.acme) as acme:
        about = live(acme, "About", kind="page")
        shown = shown_in(picture, "A cup")
        live(acme, "Post", Said(f'<p><a href="page:{about.id}">us</a></p>{shown}'))
    item = json.loads(client.get("/s/acme/feed.json").text)["items"][0]
    entry = feed_of(client).find(f"{ATOM}entry")
    assert entry is not None
    for html in (item["content_html"], _text(entry, "content")):
        assert 'href="http://localhost/s/acme/about/"' in html
        assert 'src="http://localhost/s/acme/media/' in html
        assert '"/s/acme' not in html
        assert " /s/acme" not in html


def test_ids_stay_when_addresses_and_texts_change(app: Flask, client: FlaskClient, cast: Cast):
    with writing(app, cast.acme) as acme:
        post = live(acme, "Before", at=datetime(2024, 5, 1, tzinfo=UTC))
        page_id = post.id
        redraft(acme, post, "After", "<p>New words.</p>")
        post.access_password_hash = None
    feed = feed_of(client)
    entry = feed.find(f"{ATOM}entry")
    assert entry is not None
    assert _text(entry, "id") == f"urn:uuid:{page_id}"
    assert _text(entry, "title") == "Before"
    assert _text(entry, "published").startswith("2024-05-01T00:00:00")
    assert _text(feed, "updated") == _text(entry, "updated")


def test_a_very_long_body_is_left_to_its_page(app: Flask, client: FlaskClient, cast: Cast):
    with writing(app, cast.acme) as acme:
        live(acme, "Long", Said(f"<p>{'word ' * (syndication.FEED_BODY // 4)}</p>"))
    entry = feed_of(client).find(f"{ATOM}entry")
    assert entry is not None
    assert entry.find(f"{ATOM}content") is None
    assert _text(entry, "summary").startswith("word word")


def test_the_sitemap_names_live_translations(app: Flask, client: FlaskClient, cast: Cast):
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        page = make_page(cast.acme, "Hello", state="live")
        for tag, title, out in (("de", "Hallo", True), ("fr", "Salut", False)):
            made = translate(page, cast.acme, tag, by=TESTS, title=title)
            draft = revision_by_id(made.draft_revision_id, made)
            if out and draft is not None:
                publish(made, draft, cast.acme, by=TESTS)
        db.session.commit()
    root = ElementTree.fromstring(client.get("/s/acme/sitemap.xml").data)
    told = {
        entry.findtext(f"{MAP}loc"): [
            (link.get("hreflang"), link.get("href"))
            for link in entry.iter("{http://www.w3.org/1999/xhtml}link")
        ]
        for entry in root.iter(f"{MAP}url")
    }
    here = "http://localhost/s/acme/"
    both = [("en", f"{here}hello/"), ("x-default", f"{here}hello/"), ("de", f"{here}hallo/")]
    assert told[f"{here}hello/"] == told[f"{here}hallo/"] == both
    assert told[f"{here}welcome/"] == []


def test_the_sitemap_lists_what_is_live(app: Flask, client: FlaskClient, cast: Cast):
    with writing(app, cast.acme) as acme:
        live(acme, "Straße & Söhne", kind="page")
        live(acme, "Secret", kind="page", password="open the door please")
    answer = client.get("/s/acme/sitemap.xml")
    assert answer.mimetype == "application/xml"
    root = ElementTree.fromstring(answer.data)
    found = [e.text for e in root.iter(f"{MAP}loc")]
    assert found == [
        "http://localhost/s/acme/",
        "http://localhost/s/acme/welcome/",
        "http://localhost/s/acme/strasse-s%C3%B6hne/",
    ]
    robots = client.get("/s/acme/robots.txt")
    assert "Sitemap: http://localhost/s/acme/sitemap.xml" in robots.text


def test_addresses_come_from_the_configuration_not_from_the_request(
    client: FlaskClient, cast: Cast
):
    for path in ("/welcome/", "/feed.atom", "/sitemap.xml", "/robots.txt", "/welcome"):
        answer = client.get(f"/s/acme{path}", headers={"Host": "evil.example"})
        assert "evil.example" not in answer.text + str(answer.headers), path
