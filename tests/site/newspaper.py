"""A site with good-looking content and all the ugly cases, for browsers and for eyes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flask import Flask

from portal.content.sites import Menu, site_of
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.db import db
from tenants.events import Event
from tests.fixtures.pages import TESTS
from tests.site.scene import Said, live, term, writing

NOW = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)
PIXEL = "https://images.example/harbour.jpg"  # never fetched: browser tests answer it themselves
FERRY = f"""
<p>The first electric ferry left the <strong>Landungsbrücken</strong> at six on Monday morning,
four minutes late and, apart from the gulls, without a sound.</p>
<figure><img src="{PIXEL}" alt="The ferry at the pier" width="900" height="420">
<figcaption>The <em>Möwe</em> on her first morning.</figcaption></figure>
<h2>What changes for commuters</h2>
<p>Boats run every ten minutes until nine. <a href="https://example.org/timetable">The timetable</a>
has all departures; the old line 62 ends on Friday.</p>
<ul><li>Bicycles ride free before seven</li><li>Dogs need a ticket
<ul><li>small ones do not</li></ul></li></ul>
<blockquote><p>I heard my own coffee being poured. That has never happened on this river.</p>
<cite>A passenger</cite></blockquote>
<table><caption>Departures</caption><thead><tr><th scope="col">Pier</th><th scope="col">First</th>
<th scope="col">Last</th></tr></thead><tbody><tr><th scope="row">Altona</th><td>06:00</td>
<td>23:40</td></tr><tr><th scope="row">Finkenwerder</th><td>06:25</td><td>00:05</td></tr></tbody>
</table>
<pre><code class="language-python">def next_boat(pier, now):
    return min(t for t in departures[pier] if t &gt;= now)</code></pre>
"""
WIDE = (
    "<table><thead><tr>" + "<th>Column heading</th>" * 14 + "</tr></thead><tbody><tr>"
    + "<td>1,204.50 €</td>" * 14 + f"</tr></tbody></table><pre><code>{'=' * 300}</code></pre>"
    + f"<p>{'Rindfleischetikettierung' * 12}</p>"
)  # fmt: skip
ARABIC = "<p>وصلت العبّارة الكهربائية الأولى إلى الرصيف في الساعة السادسة صباحًا.</p>"
POSTS = (
    ("The first electric ferry runs", Said(FERRY, "ferry", "", "Lena Brandt")),
    ("العبّارة الكهربائية الأولى", Said(ARABIC, "arabic", "", "ليلى حداد")),
    ("Donaudampfschifffahrtsgesellschaft" * 6, Said("<p>A title without a space.</p>", "long")),
    ("", Said("<p>A post that nobody gave a title.</p>", "untitled")),
    ("A title and nothing else", Said("", "bodiless")),
    ("Everything that is too wide", Said(WIDE, "wide")),
    *((f"Harbour notes, part {n}", Said("<p>Fog, then sun.</p>")) for n in range(1, 9)),
)


def print_newspaper(app: Flask, account: AccountRef) -> None:
    """Fill the account's site."""
    with writing(app, account) as here:
        tags = [term(here, "tag", n.lower(), n) for n in ("Ferries", "Harbour")]
        said_under = term(here, "category", "city", "The city")
        about = live(here, "About us", Said("<p>A small paper by the river.</p>"), kind="page")
        team = live(here, "The team", kind="page", parent=about)
        live(here, "Correspondents abroad", kind="page", parent=team)
        live(here, "For subscribers", kind="page", password="four brown bears dance")
        for number, (title, said) in enumerate(POSTS):
            filed = Said(said.body, said.slug, said.excerpt, said.byline, (*tags, said_under))
            live(here, title, filed, at=NOW - timedelta(days=number * 3))
        items: list[dict[str, object]] = [
            {"label": "Home", "url": "/"},
            {"label": "", "page_id": str(about.id)},
            {"label": "", "page_id": str(team.id), "depth": 1},
            {"label": "The city", "url": "/categories/city/", "depth": 2},
            {"label": "Subscribers", "url": "/for-subscribers/"},
            {"label": "Posts", "url": "/posts/"},
        ]
        _name(here, items)


def _name(here: AccountRef, items: list[dict[str, object]]) -> None:
    db.session.add(
        Menu(
            tenant_id=here.tenant_id, account_id=here.id, slug="main", name="Main", primary=True,
            items=items,
        )
    )  # fmt: skip
    site = site_of(here.id)
    assert site is not None
    site.title, site.tagline = "The River Paper", "News from both banks, every morning"
    record(Event.SITE_CHANGED, site, by=TESTS)
