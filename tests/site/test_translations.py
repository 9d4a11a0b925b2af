"""What readers are told of a page's language, and nothing of drafts."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient

from portal.content.pages import Page, revision_by_id
from portal.content.publishing import publish, unpublish
from portal.content.sites import change_site, site_of
from portal.content.translating import translate
from portal.content.trash import put_in_trash
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.pages import TESTS
from tests.site.scene import live, page_titled, statements, writing

ALTERNATE = re.compile(r'<link rel="alternate" hreflang="([^"]+)" href="http://localhost([^"]+)">')


def put_live(cast: Cast, page: Page) -> None:
    draft = revision_by_id(page.draft_revision_id, page)
    assert draft is not None
    publish(page, draft, cast.acme, by=TESTS)


@both_databases
def test_only_live_translations_are_told(app: Flask, client: FlaskClient, cast: Cast):
    with writing(app, cast.acme) as here:
        page = live(here, "Hello", kind="page")
        translate(page, here, "de", by=TESTS, title="Hallo Entwurf")
        french = translate(page, here, "fr", by=TESTS, title="Bonjour")
        locked = translate(page, here, "it", by=TESTS, title="Segreto")
        for each in (french, locked):
            put_live(cast, each)
        locked.access_password_hash = "x"
    shown = client.get("/s/acme/hello/").text
    assert '<html lang="en">' in shown
    assert ALTERNATE.findall(shown) == [
        ("en", "/s/acme/hello/"), ("x-default", "/s/acme/hello/"), ("fr", "/s/acme/bonjour/"),
    ]  # fmt: skip
    assert 'lang="fr" hreflang="fr">Français</a>' in shown
    assert "hallo" not in shown.lower()
    assert "Italiano" not in shown
    other = client.get("/s/acme/bonjour/").text
    assert '<html lang="fr">' in other
    assert '<header class="site-head" lang="en">' in other
    with writing(app, cast.acme) as here:
        put_live(cast, page_titled(here, "Hallo Entwurf"))
        unpublish(page_titled(here, "Bonjour"), here, by=TESTS)
    assert [tag for tag, _ in ALTERNATE.findall(client.get("/s/acme/hello/").text)] == [
        "en", "x-default", "de",
    ]  # fmt: skip
    with writing(app, cast.acme) as here:
        put_in_trash(page_titled(here, "Hallo Entwurf"), here, by=TESTS)
    alone = client.get("/s/acme/hello/").text
    assert ALTERNATE.findall(alone) == []


def test_the_accounts_language_where_nobody_said_another(
    app: Flask, client: FlaskClient, cast: Cast
):
    with writing(app, cast.acme) as here:
        live(here, "Hallo", kind="page")
        site = site_of(here.id)
        assert site is not None
        change_site(site, here, by=TESTS, language="de-AT")
    assert '<html lang="de-AT">' in client.get("/s/acme/hallo/").text


def test_more_languages_take_no_more_statements(app: Flask, client: FlaskClient, cast: Cast):
    def cost() -> int:
        with statements(app) as sent:
            assert client.get("/s/acme/hello/").status_code == 200
        return len(sent)

    with writing(app, cast.acme) as here:
        page = live(here, "Hello", kind="page")
        put_live(cast, translate(page, here, "de", by=TESTS, title="Hallo"))
    first = cost()
    with writing(app, cast.acme) as here:
        page = page_titled(here, "Hello")
        for tag in ("fr", "it", "nl"):
            put_live(cast, translate(page, here, tag, by=TESTS, title=tag))
    assert cost() == first
