"""Search, feeds of terms, related posts, the sitemap's parts, and what machines are told."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete

from portal.content.live_words import LiveWords
from portal.jobs.words import note_words
from tenants.db import db
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.site.scene import Said, live, redraft, statements, term, writing

NOON = datetime(2026, 3, 15, 12, tzinfo=UTC)


def found(client: FlaskClient, words: str, **asked: str) -> list[str]:
    answer = client.get("/s/acme/search/", query_string={"q": words, **asked})
    assert answer.status_code == 200
    return re.findall(r'<h2 dir="auto"><a [^>]*>([^<]*)</a>', answer.text)


def facts_of(client: FlaskClient, path: str) -> dict[str, Any]:
    told = re.search(r'ld\+json">(.*?)</script>', client.get(f"/s/acme{path}").text, re.DOTALL)
    assert told
    return dict(json.loads(told[1]))


@both_databases
def test_search_is_in_what_is_live(app: Flask, client: FlaskClient, cast: Cast):
    with writing(app, cast.acme) as acme:
        live(acme, "Ferries", Said("<p>The <b>harbour</b> sleeps.</p>"), at=NOON)
        page = live(acme, "Old news", Said("<p>Harbours of yore</p>"), at=NOON - timedelta(days=1))
        redraft(acme, page, "Newer", "<p>Airports</p>")
    with writing(app, cast.bolt) as bolt:
        live(bolt, "Elsewhere", Said("<p>harbour</p>"))
    assert found(client, "harbour") == ["Ferries", "Old news"]
    assert found(client, "HARB yor") == ["Old news"]
    assert found(client, "airports") == []
    text = client.get("/s/acme/search/?q=harbour").text
    assert "The <mark>harbour</mark> sleeps." in text
    assert '<meta name="robots" content="noindex">' in text
    with writing(app, cast.acme):
        db.session.execute(delete(LiveWords))
    assert found(client, "harbour") == ["Ferries"]
    with app.app_context():
        assert (note_words(), note_words()) == (1, 0)
    assert found(client, "harbour") == ["Ferries", "Old news"]


def test_search_goes_on_and_says_when_there_is_nothing(app: Flask, client: FlaskClient, cast: Cast):
    with writing(app, cast.acme) as acme:
        for number in range(12):
            live(acme, f"Snow {number:02}", at=NOON - timedelta(hours=number))
    assert found(client, "snow") == [f"Snow {n:02}" for n in range(10)]
    more = re.search(r'before=([^"]*)"', client.get("/s/acme/search/?q=snow").text)
    assert more
    assert found(client, "snow", before=more[1]) == ["Snow 10", "Snow 11"]
    assert "Nothing was found" in client.get("/s/acme/search/?q=elephants").text
    assert "no word in this" in client.get("/s/acme/search/?q=!!!").text
    long = client.get("/s/acme/search/", query_string={"q": "snow " * 40})
    assert (long.status_code, "Use at most 100" in long.text) == (422, True)


def test_a_page_that_stood_at_search_first_stays(app: Flask, client: FlaskClient, cast: Cast):
    with writing(app, cast.acme) as acme:
        page = live(acme, "Search us", kind="page")
        page.address = "/search/"
    assert "Search us</h1>" in client.get("/s/acme/search/").text
    assert found(client, "search us") == ["Search us"]


def test_terms_have_feeds_of_their_own(app: Flask, client: FlaskClient, cast: Cast):
    with writing(app, cast.acme) as acme:
        snow = term(acme, "tag", "snow", "Snow & ice")
        live(acme, "Other", at=NOON)
        body = '<p>Fish &amp; <b>chips</b> <a href="/s/acme/">here</a></p>'
        live(acme, "White", Said(body, byline="Zoë", terms=(snow,)), at=NOON)
    answer = client.get("/s/acme/tags/snow/feed.json")
    assert answer.mimetype == "application/feed+json"
    feed = json.loads(answer.data)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == "http://localhost/s/acme/tags/snow/feed.json"
    assert feed["home_page_url"] == "http://localhost/s/acme/tags/snow/"
    (item,) = feed["items"]
    assert item["url"] == "http://localhost/s/acme/posts/white/"
    assert (item["content_html"], item["tags"]) == (body, ["Snow & ice"])
    assert item["authors"] == [{"name": "Zoë"}]
    assert datetime.fromisoformat(item["date_published"]) == NOON
    assert len(json.loads(client.get("/s/acme/feed.json").data)["items"]) == 2
    assert client.get("/s/acme/categories/snow/feed.json").status_code == 404
    atom = client.get("/s/acme/tags/snow/feed.atom")
    assert '<category term="snow" label="Snow &amp; ice"/>' in atom.text
    listed = client.get("/s/acme/tags/snow/").text
    assert 'type="application/feed+json"' in listed
    assert 'href="/s/acme/tags/snow/feed.atom"' in listed


@both_databases
def test_related_posts_share_most(app: Flask, client: FlaskClient, cast: Cast):
    with writing(app, cast.acme) as acme:
        a, b = term(acme, "tag", "a", "A"), term(acme, "tag", "b", "B")
        live(acme, "One", Said(terms=(a, b)), at=NOON)
        for title, terms, days in (("Both", (a, b), 9), ("Old", (a,), 5), ("New", (b,), 1),
                                   ("Oldest", (a,), 20), ("None", (), 2)):  # fmt: skip
            live(acme, title, Said(terms=terms), at=NOON - timedelta(days=days))
    text = client.get("/s/acme/posts/one/").text.partition('id="related"')[2].partition("</ul>")[0]
    assert re.findall(r'dir="auto">([^<]*)</a>', text) == ["Both", "New", "Old"]
    assert 'id="related"' not in client.get("/s/acme/posts/none/").text


def test_the_index_of_tags_goes_on_to_the_last(
    app: Flask, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("portal.content.archives.MOST_TERMS", 3)
    with writing(app, cast.acme) as acme:
        terms = tuple(term(acme, "tag", f"tag-{number}", f"Tag {number}") for number in range(7))
        live(acme, "All of them", Said(terms=terms))
        term(acme, "tag", "tag-35", "Nothing stands here")
    found, path, counts = [], "/s/acme/tags/", []
    while path:
        with statements(app) as sent:
            text = client.get(path).text
        counts.append(len(sent))
        found += re.findall(r'href="/s/acme/tags/(tag-\d+)/"', text)
        further = re.search(r'rel="next" href="([^"]*)">More', text)
        path = further[1] if further else ""
    assert found == [f"tag-{number}" for number in range(7)]
    assert len(set(counts)) == 1, counts
    assert client.get("/s/acme/tags/?after=tag-6").status_code == 404
    assert client.get("/s/acme/tags/?after=%00").status_code == 404


def test_robots_are_told_where_the_sitemap_is_and_not_to_search(client: FlaskClient, cast: Cast):
    robots = client.get("/s/acme/robots.txt").text
    assert "Sitemap: http://localhost/s/acme/sitemap.xml" in robots
    assert "Disallow: /s/acme/search/" in robots


def test_machines_are_told_what_a_page_is(app: Flask, client: FlaskClient, cast: Cast):
    title = 'Ends </script><script>alert("1")</script> & \u2028'
    with writing(app, cast.acme) as acme:
        snow = term(acme, "tag", "snow", "Snow")
        live(acme, title, Said(slug="odd", byline="Zoë & Co", terms=(snow,)), at=NOON)
        about = live(acme, "About", kind="page")
        live(acme, "Team", kind="page", parent=about)
    post, way = facts_of(client, "/posts/odd/")["@graph"]
    assert post["@type"] == "BlogPosting"
    assert post["headline"] == title.strip()
    assert post["author"] == {"@type": "Person", "name": "Zoë & Co"}
    assert post["datePublished"] == NOON.isoformat()
    assert post["keywords"] == ["Snow"]
    assert post["url"] == "http://localhost/s/acme/posts/odd/"
    assert [step["name"] for step in way["itemListElement"]][1:] == ["Posts", title.strip()]
    page, way = facts_of(client, "/about/team/")["@graph"]
    assert page["@type"] == "Article"
    assert [s["item"].removeprefix("http://localhost/s/acme") for s in way["itemListElement"]] == [
        "/", "/about/", "/about/team/",
    ]  # fmt: skip
    home = facts_of(client, "/")
    assert home["@type"] == "WebSite"
    assert home["potentialAction"]["target"].endswith("/s/acme/search/?q={search_term_string}")
