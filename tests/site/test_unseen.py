"""What is not live, or not live yet, shows nowhere: canaries in every kind of it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from portal.content.publishing import unpublish
from portal.content.sites import Menu, Redirect
from tenants.clock import now
from tenants.db import db
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.pages import TESTS, make_page
from tests.site.scene import Said, live, redraft, term, writing

CANARY = "Canary"
PATHS = (
    "/", "/posts/", "/posts/live-post/", "/posts/older-post/", "/live-page/", "/tags/news/",
    "/tags/secret-canary/", "/categories/news/", "/archive/", "/feed.atom", "/sitemap.xml",
    "/robots.txt", "/no-such-page/", "/x/canary-draft/", "/x/canary-future/", "/canary-draft/",
    "/posts/canary-draft/", "/posts/canary-future/", "/posts/canary-unpublished/",
    "/live-page/canary-child/", "/canary-redirect/", "/posts/future-redirect/",
)  # fmt: skip

GONE = {"/posts/canary-unpublished/", "/live-page/canary-child/"}


@pytest.fixture
def scene(app: Flask, cast: Cast) -> None:
    with writing(app, cast.acme) as acme:
        news = term(acme, "tag", "news", "News")
        sorted_under = term(acme, "category", "news", "All news")
        secret = term(acme, "tag", "secret-canary", "Canary tag")
        said = Said(terms=(news, sorted_under))
        page = live(acme, "Live page", said, kind="page")
        live(acme, "Older post", said, at=now() - timedelta(days=3))
        post = live(acme, "Live post", said, at=now() - timedelta(days=2))
        hidden = Said("<p>Canary body</p>", excerpt="Canary", byline="Canary", terms=(news, secret))
        future = live(acme, "Canary future", hidden, at=now() + timedelta(hours=1))
        child = live(acme, "Canary child", hidden, kind="page", parent=page)
        unpublish(child, acme, by=TESTS)
        gone = live(acme, "Canary unpublished", hidden)
        unpublish(gone, acme, by=TESTS)
        draft = make_page(acme, "Canary draft", "<p>Canary</p>", kind="post")
        make_page(acme, "Canary draft", "<p>Canary</p>", kind="page")
        redraft(acme, page, "Canary title", "<p>Canary new text</p>")
        redraft(acme, post, "Canary title", "<p>Canary new text</p>")
        items = [{"label": "Canary item", "page_id": str(p.id)} for p in (future, gone, draft)]
        items += [{"label": "", "page_id": str(page.id)}, {"label": "", "page_id": str(post.id)}]
        db.session.add(_row(Menu, acme, slug="main", name="Main", primary=True, items=items))
        db.session.add(_row(Redirect, acme, address="/canary-redirect/", page_id=draft.id))
        db.session.add(_row(Redirect, acme, address="/posts/future-redirect/", page_id=future.id))


@both_databases
def test_nothing_unseen_shows_anywhere(client: FlaskClient, scene: None):
    for path in PATHS:
        answer = client.get(f"/s/acme{path}")
        text = answer.text.replace(path, "").replace("canary-", "")
        assert CANARY not in text, path
        if "canary" in path or "future" in path:
            assert answer.status_code == (410 if path in GONE else 404), path
        else:
            assert answer.status_code in {200, 302, 404}, path


@both_databases
def test_the_future_shows_when_it_is_the_present(client: FlaskClient, scene: None):
    with time_machine.travel(now() + timedelta(hours=2)):
        for path in ("/", "/posts/", "/posts/canary-future/", "/tags/news/", "/feed.atom"):
            answer = client.get(f"/s/acme{path}")
            assert answer.status_code == 200
            assert "Canary future" in answer.text, path
        assert "/s/acme/posts/canary-future/" in client.get("/s/acme/sitemap.xml").text
        assert "Canary item" in client.get("/s/acme/").text
        moved = client.get("/s/acme/posts/future-redirect/")
        assert moved.headers["Location"] == "/s/acme/posts/canary-future/"


def test_a_newer_draft_leaves_what_readers_see(client: FlaskClient, scene: None):
    for path in ("/live-page/", "/posts/live-post/"):
        text = client.get(f"/s/acme{path}").text
        assert "Some words." in text
        assert "Live p" in text


def test_posts_know_the_posts_around_them(client: FlaskClient, scene: None):
    text = client.get("/s/acme/posts/live-post/").text
    assert 'rel="prev" href="/s/acme/posts/older-post/"' in text
    assert 'rel="next"' not in text
    assert (
        'rel="next" href="/s/acme/posts/live-post/"' in client.get("/s/acme/posts/older-post/").text
    )


def _row(kind, account, **values):
    return kind(tenant_id=account.tenant_id, account_id=account.id, **values)
