"""Addresses of imported pages, old ones and new ones, and the links between them."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.content import importing
from portal.content.pages import Page
from portal.content.sites import Menu, Redirect
from portal.content.terms import PageTerm, Term
from portal.content.wordpress.reader import read
from portal.identity.passwords import hash_password
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.content.import_scene import (
    bring,
    looking,
    page_called,
    page_item,
    post_item,
    revision_of,
    sentences,
)
from tests.content.wordpress.exports import attachment, category, menu_item, tag, wxr
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import make_page

pytestmark = pytest.mark.usefixtures("inside")


def test_a_taken_address_gets_a_number_and_the_report_says_so(cast: Cast):
    items = [
        page_item(1, "Welcome"),
        page_item(2, "Posts"),
        post_item(3, "Same"),
        post_item(4, "Same"),
    ]
    outcome = bring(cast.acme, as_actor(cast.admin), wxr(*items))
    with looking(cast.acme):
        addresses = set(
            db.session.scalars(select(Page.address).where(Page.account_id == cast.acme.id))
        )
    assert {"/welcome/", "/welcome-2/", "/posts-2/", "/posts/same/", "/posts/same-2/"} <= addresses
    assert (
        "/welcome/ is in use, so it gets /welcome-2/" in sentences(outcome, "created", "Welcome")[0]
    )


def test_what_changed_since_the_plan_is_planned_again(cast: Cast):
    admin = as_actor(cast.admin)
    with looking(cast.acme):
        plan = importing.plan(read(wxr(page_item(1, "Quick"))), cast.acme, by=admin)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        make_page(cast.acme, "Quick", state="live")
        db.session.commit()
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        done = importing.carry_out(plan, hash_password=hash_password)
        db.session.commit()
    assert [page.address for page in plan.pages + done.pages] == ["/quick/", "/quick-2/"]


def test_an_address_that_leads_to_another_page_stays_that_pages(cast: Cast):
    bring(cast.acme, as_actor(cast.admin), wxr(page_item(1, "Old news")))
    with looking(cast.acme):
        addresses = set(
            db.session.scalars(select(Page.address).where(Page.account_id == cast.acme.id))
        )
    assert "/old-news-2/" in addresses
    assert "/old-news/" not in addresses


def test_children_follow_a_parent_that_got_another_address(cast: Cast):
    items = [page_item(1, "Welcome"), page_item(2, "Below", parent=1)]
    bring(cast.acme, as_actor(cast.admin), wxr(*items))
    with looking(cast.acme):
        assert page_called(cast.acme, "Below").address == "/welcome-2/below/"


def test_a_very_deep_page_comes_to_the_top(cast: Cast):
    items = [page_item(n, f"Deep {n}", parent=n - 1) for n in range(1, 31)]
    outcome = bring(cast.acme, as_actor(cast.admin), wxr(*items))
    told = [line for line in sentences(outcome, "created") if "too deep" in line]
    assert (outcome["counts"]["published_pages"], len(told)) == (30, 1)


def test_old_addresses_lead_to_the_new_ones(cast: Cast):
    taken = replace(post_item(4, "Taken"), link="https://old.example/welcome/")
    greek = replace(post_item(5, "Greek"), link="https://old.example/%CE%95%CE%BB/")
    items = [post_item(3, "Moved"), page_item(6, "Stays"), taken, greek]
    outcome = bring(cast.acme, as_actor(cast.admin), wxr(*items))
    with looking(cast.acme):
        rows = db.session.execute(
            select(Redirect.address, Page.title).join(Page, Page.id == Redirect.page_id)
        )
        found = {
            address: title
            for address, title in rows
            if title in {"Moved", "Taken", "Greek", "Stays"}
        }
    assert found == {"/2024/moved/": "Moved", "/ελ/": "Greek"}
    assert outcome["counts"]["redirects"] == 2
    assert "is another page's own here" in sentences(outcome, "addresses", "Taken")[0]
    assert "/?p=3, " in sentences(outcome, "addresses", "Short addresses")[0]


def test_readers_with_an_old_address_reach_the_page(cast: Cast, app: Flask):
    bring(cast.acme, as_actor(cast.admin), wxr(post_item(3, "Moved")))
    db.session.remove()
    answer = FlaskClient(app).get("/s/acme/2024/moved/")
    assert (answer.status_code, answer.location) == (301, "/s/acme/posts/moved/")


LINKED = """<p><a href="https://old.example/2024/other/#part">a</a> <a href="/about">b</a>
<a href="//old.example/?p=2">c</a> <a href="https://elsewhere.example/2024/other/">d</a>
<a href="http://old.example/2024/unknown/">e</a> <a href="#here">f</a> text href="/about"</p>"""


def test_links_to_pages_of_the_export_lead_to_this_site(cast: Cast):
    items = [post_item(1, "Linking", LINKED), post_item(2, "Other"), page_item(3, "About")]
    outcome = bring(cast.acme, as_actor(cast.admin), wxr(*items))
    with looking(cast.acme):
        body = revision_of(page_called(cast.acme, "Linking")).body
        about, other = (page_called(cast.acme, each).id for each in ("About", "Other"))
    assert re.findall(r'<a href="([^"]*)"', body) == [
        "/s/acme/posts/other/#part", f"page:{about}", f"page:{other}",
        "https://elsewhere.example/2024/other/", "http://old.example/2024/unknown/", "#here",
    ]  # fmt: skip
    assert 'text href="/about"' in body
    assert outcome["counts"]["links"] == 3


def test_links_lead_to_pages_that_came_with_an_earlier_import(cast: Cast):
    bring(cast.acme, as_actor(cast.admin), wxr(post_item(2, "Other")))
    both = wxr(post_item(1, "Linking", LINKED), post_item(2, "Other"))
    assert bring(cast.acme, as_actor(cast.admin), both)["counts"]["links"] == 2


def test_menus_keep_order_depth_and_only_safe_targets(cast: Cast):
    entries = [
        menu_item(50, "main", order="3", type="custom", url="https://else.example/", title="Out"),
        menu_item(51, "main", order="1", type="post_type", object="page", object_id="3"),
        menu_item(52, "main", order="2", type="post_type", object="post", object_id="2",
                  menu_item_parent="51", title="Below"),
        menu_item(53, "main", order="4", type="custom", url="javascript:alert(1)", title="Bad"),
        menu_item(54, "main", order="5", type="custom", url="http://old.example/about", title="In"),
        menu_item(55, "main", order="6", type="taxonomy", object="category", object_id="9"),
        menu_item(56, "main", order="7", type="custom", url="/not/imported/", title="Old"),
    ]  # fmt: skip
    head = category("news", "News", term_id=9)
    items = [page_item(3, "About"), post_item(2, "Other"), *entries]
    outcome = bring(cast.acme, as_actor(cast.admin), wxr(*items, head=head))
    with looking(cast.acme):
        (menu,) = db.session.scalars(select(Menu)).all()
        about, other = page_called(cast.acme, "About"), page_called(cast.acme, "Other")
    assert menu.primary
    assert menu.items == [
        {"label": "About", "page_id": str(about.id), "depth": 0},
        {"label": "Below", "page_id": str(other.id), "depth": 1},
        {"label": "Out", "url": "https://else.example/", "depth": 0},
        {"label": "In", "page_id": str(about.id), "depth": 0},
        {"label": "News", "url": "/categories/news/", "depth": 0},
        {"label": "Old", "url": "https://old.example/not/imported/", "depth": 0},
    ]
    assert "The entry “Bad” leads nowhere here and is left out." in sentences(outcome, "menus")


def test_categories_keep_their_parents_and_join_the_ones_that_are_there(cast: Cast):
    first = wxr(head=category("news", "News") + tag("x", "X"))
    bring(cast.acme, as_actor(cast.admin), first)
    item = replace(
        post_item(1, "Filed"), terms=[("category", "local", "Local"), ("post_tag", "x", "X")]
    )
    other = wxr(item, head=category("local", "Local", parent="news") + category("news") + tag("x"))
    elsewhere = other.replace(b"old.example", b"new.example")
    outcome = bring(cast.acme, as_actor(cast.admin), elsewhere)
    with looking(cast.acme):
        terms = {term.slug: term for term in db.session.scalars(select(Term))}
        page = page_called(cast.acme, "Filed")
        filed = set(db.session.scalars(select(PageTerm.term_id).where(PageTerm.page_id == page.id)))
    assert set(terms) == {"news", "local", "x"}
    assert terms["local"].parent_id == terms["news"].id
    assert filed == {terms["local"].id, terms["x"].id}
    assert (outcome["counts"]["categories"], outcome["counts"]["tags"]) == (1, 0)


def test_files_are_listed_with_who_shows_them(cast: Cast):
    shown = '<p><img src="https://files.example/a-300x200.jpg"></p>'
    files = [
        attachment(9, "https://files.example/a.jpg"),
        attachment(10, "https://files.example/b.jpg"),
    ]
    items = [post_item(1, "One", shown), post_item(2, "Two", shown), *files]
    outcome = bring(cast.acme, as_actor(cast.admin), wxr(*items))
    assert sentences(outcome, "attachments") == [
        "Not fetched: the file stays at https://files.example/a.jpg; 2 texts show it from there.",
        "Not fetched: the file stays at https://files.example/b.jpg; no text uses it.",
    ]


def test_what_texts_lose_is_named_per_item(cast: Cast):
    item = post_item(1, "Rich", '[map place="x"]<p style="color:red">w</p><!-- wp:calendar /-->')
    outcome = bring(cast.acme, as_actor(cast.admin), wxr(item))
    (lost,), (cleaned,) = sentences(outcome, "bodies", "Rich"), sentences(outcome, "markup", "Rich")
    assert "calendar" in lost
    assert "[map]" in lost
    assert cleaned == "Removed the attribute style (1)."
