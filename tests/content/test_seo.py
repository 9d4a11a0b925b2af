"""What search engines and social cards are told."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.content.differences import differences
from portal.content.drafting import save_draft, text_of
from portal.content.pages import digest_now, revision_by_id
from portal.content.publishing import publish
from portal.content.seo import NAMES, Seo, is_address, seo_of, with_seo
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.pages import TESTS, make_page
from tests.site.scene import live, writing

ALL = Seo("A search title", "In <short> & sweet", "/first/", picture="/media/x.jpg")


def publish_with(app: Flask, cast: Cast, seo: Seo) -> None:
    """Put the page “Seen” live with `seo`."""
    with writing(app, cast.acme) as acme:
        page = make_page(acme, "Seen", "<p>Its words.</p>", state="live")
        draft = revision_by_id(page.draft_revision_id, page)
        assert draft is not None
        text = replace(text_of(draft), fields=with_seo(draft.fields, seo))
        saved = save_draft(page, text, acme, by=TESTS, based_on=draft.id)
        publish(page, saved.revision, acme, by=TESTS)
        assert digest_now(saved.revision) == saved.revision.digest != draft.digest
        changes = differences(draft, saved.revision)
        assert set(changes) <= set(NAMES.values())
        assert changes


def test_readers_programs_are_told_what_was_set(app: Flask, client: FlaskClient, cast: Cast):
    publish_with(app, cast, ALL)
    head = client.get("/s/acme/seen/").text
    assert "<title>A search title</title>" in head
    assert '<meta name="description" content="In &lt;short&gt; &amp; sweet">' in head
    assert '/s/acme/first/">' in head
    assert 'property="og:image" content="http' in head
    assert 'content="summary_large_image"' in head
    assert "noindex" not in head


@both_databases
def test_a_hidden_page_says_so_and_is_not_in_the_sitemap(
    app: Flask, client: FlaskClient, cast: Cast
):
    publish_with(app, cast, Seo(noindex=True))
    with writing(app, cast.acme) as acme:
        live(acme, "Other")
    assert '<meta name="robots" content="noindex">' in client.get("/s/acme/seen/").text
    sitemap = client.get("/s/acme/sitemap.xml").text
    assert "/seen/" not in sitemap
    assert "/posts/other/" in sitemap


@pytest.mark.parametrize(
    ("value", "fits"),
    [
        ("", True), ("/about/", True), ("https://example.org/a?b=c", True), ("//host/x", False),
        ("javascript:alert(1)", False), ("data:text/html,x", False), ("/\\host", False),
        ("https://", False), ("about", False), ("https://a b", False), ("/a\nb", False),
    ],
)  # fmt: skip
def test_only_web_addresses_fit(value: str, fits: bool):
    assert is_address(value) is fits
    kept = seo_of({"seo": {"canonical": value, "picture": value}})
    assert (kept.canonical, kept.picture) == ((value, value) if fits else ("", ""))


@pytest.mark.parametrize("odd", [None, 3, "x", [], {"noindex": "yes", "title": None}])
def test_what_is_odd_says_nothing(odd: object):
    assert seo_of({"seo": odd}) == Seo()


def test_only_what_was_set_is_kept():
    assert with_seo({"other": 1}, Seo()) == {"other": 1}
    assert with_seo({"other": 1}, Seo(title="x")) == {"other": 1, "seo": {"title": "x"}}
