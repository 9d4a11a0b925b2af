"""Whatever happens, what is kept is what the application would answer; and how it is given."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import Client

from portal.content.drafting import Text, save_draft
from portal.content.pages import Page, revision_by_id
from portal.content.publishing import publish, unpublish
from portal.content.sites import Menu, Redirect, change_site, site_of
from portal.content.terms import Term
from portal.content.trash import put_in_trash, restore
from portal.site.front import Front
from tenants.accounts import Account, AccountRef
from tenants.audit import record
from tenants.db import db
from tenants.events import Event
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.pages import TESTS
from tests.site.scene import Said, live, page_titled, term, writing

PATHS = (
    "/", "/posts/", "/feed.atom", "/sitemap.xml", "/robots.txt", "/tags/news/", "/brand.css",
    *(f"/posts/post-{n}/" for n in range(4)), *(f"/page-{n}/" for n in range(4)),
    "/page-0/page-below/", "/page-below/", "/moved-1/", "/moved-2/", "/old-1/",
)  # fmt: skip
STEPS = 14


def pages(account: AccountRef) -> list[Page]:
    query = select(Page).where(Page.account_id == account.id)
    return sorted(db.session.scalars(query), key=lambda page: page.title)


class Acts:
    """What people do to a site, at random."""

    def __init__(self, account: AccountRef, seed: int) -> None:
        self.account, self.random = account, random.Random(seed)  # noqa: S311 - replayed
        self.count = 0
        self.every: list[Callable[[Page], object]] = [
            self.text, self.text, self.text, self.title, self.tag, self.offline, self.bin,
            self.menu, self.site, self.rename_term, self.redirect, self.password,
            self.account_name, self.fresh,
        ]  # fmt: skip

    def one(self) -> str:
        self.count += 1
        page = self.random.choice(pages(self.account))
        act = self.random.choice(self.every)
        act(page)
        db.session.commit()
        return f"{act.__name__} of {page.title}"

    def go(self, page: Page, **words: Any) -> None:
        draft = revision_by_id(page.draft_revision_id, page)
        assert draft is not None
        said: dict[str, Any] = {
            "title": draft.title, "slug": draft.slug, "body": draft.body,
            "parent_id": draft.parent_id, "term_ids": tuple(draft.term_ids),
        }  # fmt: skip
        saved = save_draft(page, Text(**said | words), self.account, by=TESTS,
                           based_on=page.draft_revision_id)  # fmt: skip
        publish(page, saved.revision, self.account, by=TESTS)

    def text(self, page: Page) -> None:
        self.go(page, body=f"<p>Words {self.count}.</p>")

    def title(self, page: Page) -> None:
        self.go(page, title=f"{page.title.partition(' (')[0]} ({self.count})")

    def tag(self, page: Page) -> None:
        news = db.session.scalars(select(Term).where(Term.account_id == self.account.id)).one()
        draft = revision_by_id(page.draft_revision_id, page)
        assert draft is not None
        self.go(page, term_ids=() if draft.term_ids else (str(news.id),))

    def offline(self, page: Page) -> None:
        if page.live_revision_id:
            unpublish(page, self.account, by=TESTS)
        else:
            self.text(page)

    def bin(self, page: Page) -> None:
        if page.title.startswith("Page 0"):
            return
        put_in_trash(page, self.account, by=TESTS)
        if self.random.random() < 0.5:
            db.session.commit()
            restore(page, self.account, by=TESTS)

    def menu(self, page: Page) -> None:
        row = db.session.scalar(select(Menu).where(Menu.account_id == self.account.id))
        items = [{"label": f"Item {self.count}", "page_id": str(page.id), "depth": 0}]
        if row is None:
            row = Menu(tenant_id=self.account.tenant_id, account_id=self.account.id, slug="main",
                       name="Main", primary=True)  # fmt: skip
            db.session.add(row)
        row.items = items

    def site(self, _page: Page) -> None:
        site = site_of(self.account.id)
        assert site is not None
        change_site(site, self.account, by=TESTS, tagline=f"Tagline {self.count}")

    def rename_term(self, _page: Page) -> None:
        news = db.session.scalars(select(Term).where(Term.account_id == self.account.id)).one()
        news.name = f"News {self.count}"

    def redirect(self, page: Page) -> None:
        address = f"/moved-{self.random.choice((1, 2))}/"
        row = db.session.scalar(select(Redirect).where(Redirect.address == address))
        if row is None:
            row = Redirect(tenant_id=self.account.tenant_id, account_id=self.account.id,
                           address=address, page_id=page.id)  # fmt: skip
            db.session.add(row)
        row.page_id = page.id

    def password(self, page: Page) -> None:
        page.access_password_hash = None if page.access_password_hash else "x"
        record(Event.PAGE_CHANGED, page, by=TESTS, revision=1)

    def account_name(self, _page: Page) -> None:
        account = db.session.get_one(Account, self.account.id)
        account.name = f"Acme {self.count}"
        record(Event.ACCOUNT_CHANGED, account, by=TESTS)

    def fresh(self, _page: Page) -> None:
        live(self.account, f"New {self.count}", Said(terms=()), kind="post")


def settle(app: Flask, cast: Cast) -> None:
    with writing(app, cast.acme) as acme:
        news = term(acme, "tag", "news", "News")
        for n in range(4):
            live(acme, f"Post {n}", Said(terms=(news,) if n % 2 else ()))
            live(acme, f"Page {n}", kind="page")
        live(acme, "Page below", kind="page", parent=page_titled(acme, "Page 0"))


@both_databases
@pytest.mark.parametrize("seed", [1, 2])
def test_what_is_kept_is_what_would_be_made(app: Flask, cast: Cast, seed: int) -> None:
    settle(app, cast)
    front: Front = app.extensions["site_front"]
    other = Front(app, front.inner, most=10**7, every=0.0)
    made, kept, elsewhere = Client(front.inner), Client(front), Client(other)
    acts = Acts(cast.acme, seed)
    for _ in range(STEPS):
        with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
            done = acts.one()
        for path in acts.random.sample(PATHS, 7):
            truth = made.get(f"/s/acme{path}")
            for client in (kept, elsewhere):
                given = client.get(f"/s/acme{path}")
                assert (given.status_code, given.text) == (truth.status_code, truth.text), (
                    done,
                    path,
                )
                assert given.headers.get("Location") == truth.headers.get("Location")
                assert given.headers["Cache-Control"] == truth.headers["Cache-Control"]
