"""A page's frame and text: the same for readers and previews, whatever was written."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.content.pages import Page, revision_by_id
from portal.sitepages import render_page, site_context
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.markup import complaints
from tests.site.scene import Said, live, page_titled, reading_in, redraft, term, writing

UGLY = {
    "long": ("Donaudampfschifffahrt" * 10, "<p>" + "x" * 3000 + "</p>"),
    "untitled": ("", "<p>Only a text.</p>"),
    "spaces": (" \u2003 ", "<p>Only a text.</p>"),
    "bodiless": ("Only a title", ""),
    "rtl": ("مرحبا بالعالم", "<p>هذا نص <b>عربي</b> 123</p>"),
    "markup": ('<script>alert("1")</script> & \'x\'', "<p>1 &lt; 2</p>"),
    "control": ("Bell \x07 and \x1b and \ufffe", "<p>ok</p>"),
    "bidi": ("\u202egnp.exe", "<p>\u2066x</p>"),
    "table": (
        "Wide",
        f"<table><tr>{'<td>cell cell</td>' * 40}</tr></table><pre><code>{'=' * 400}</code></pre>",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", UGLY)
def test_any_text_makes_a_good_page(app: Flask, client: FlaskClient, cast: Cast, kind: str):
    title, body = UGLY[kind]
    with writing(app, cast.acme) as acme:
        live(acme, title, Said(body, slug="ugly"))
        live(acme, title, Said(body, slug="ugly"), kind="page")
    for path in ("/", "/posts/", "/posts/ugly/", "/ugly/", "/feed.atom", "/sitemap.xml", "/no/"):
        answer = client.get(f"/s/acme{path}")
        assert answer.status_code == (404 if path == "/no/" else 200)
        assert "<script" not in answer.text.replace('<script type="application/ld+json">', "")
    if kind in {"untitled", "spaces"}:
        for path in ("/", "/posts/ugly/", "/feed.atom"):
            assert "(untitled)" in client.get(f"/s/acme{path}").text


@both_databases
def test_a_preview_is_what_readers_will_see(app: Flask, client: FlaskClient, cast: Cast):
    with writing(app, cast.acme) as acme:
        tag = term(acme, "tag", "snow", "Snow & ice")
        said = Said("<p>New <b>words</b></p>", excerpt="In short", byline="Zoë", terms=(tag,))
        page = live(acme, "First", said)
        live(acme, "Other")
        page_id = page.id
    shown = client.get("/s/acme/posts/first/").text
    with reading_in(app, cast.acme) as acme:
        page = page_titled(acme, "First")
        revision = revision_by_id(page.draft_revision_id, page)
        assert revision is not None
        assert render_page(site_context(acme), page, revision) == shown
        noted = render_page(site_context(acme), page, revision, note="A <draft> by Ada")
    assert page_id == page.id
    assert re.search(
        r'<aside class="preview-note"[^>]*>\s*A &lt;draft&gt; by Ada\s*</aside>', noted
    )
    assert '<meta name="robots" content="noindex">' in noted
    assert complaints(noted, {"Content-Security-Policy": "default-src 'none'"}) == []


def test_a_draft_without_an_address_can_be_previewed(app: Flask, cast: Cast):
    with reading_in(app, cast.acme) as acme:
        page = page_titled(acme, "Plans for spring")
        text = _draft_text(acme, page)
    assert "Plans for spring at Acme." in text
    assert "canonical" not in text


def test_a_site_that_is_not_open_yet_can_be_previewed(app: Flask, cast: Cast):
    with writing(app, cast.house) as house:
        page = live(house, "Inside")
        redraft(house, page, "Inside now", "<p>Draft words</p>")
    with reading_in(app, cast.house) as house:
        assert not site_context(house).opened
        assert "Draft words" in _draft_text(house, page_titled(house, "Inside now"))


def test_the_page_says_who_when_and_about_what(app: Flask, client: FlaskClient, cast: Cast):
    with writing(app, cast.acme) as acme:
        tag, sort = term(acme, "tag", "snow", "Snow & ice"), term(acme, "category", "é", "Été")
        said = Said(
            "<p>Long text</p>", excerpt="In short", byline="Edda Editor", terms=(tag, sort)
        )  # fmt: skip
        live(acme, "First", said)
    text = client.get("/s/acme/posts/first/").text
    assert '<meta name="description" content="In short">' in text
    assert '<meta property="og:title" content="First">' in text
    assert '<meta property="og:url" content="http://localhost/s/acme/posts/first/">' in text
    assert "Edda Editor" in text
    assert "editor@acme.example" not in text
    assert 'href="/s/acme/tags/snow/"' in text
    assert "Snow &amp; ice" in text
    assert 'href="/s/acme/categories/%C3%A9/"' in text
    assert client.get("/s/acme/categories/%C3%A9/").status_code == 200


def _draft_text(account, page: Page) -> str:
    revision = revision_by_id(page.draft_revision_id, page)
    assert revision is not None
    return render_page(site_context(account), page, revision)
