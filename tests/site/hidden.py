"""A site with something of every kind that everybody may see, and of every kind that nobody may."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

from flask import Flask
from flask.testing import FlaskClient

from portal.content.moments import moment_at
from portal.content.pages import Page
from portal.content.publishing import unpublish
from portal.content.scheduling import schedule
from portal.content.sites import Menu
from portal.content.terms import Term
from portal.content.trash import put_in_trash
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.clock import now
from tenants.db import db
from tenants.events import Event
from tests.content.review_scene import draft_of, hand_in, with_workflow
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS, make_page
from tests.media.scene import picture, uploaded
from tests.site.scene import Said, live, redraft, term, writing

MARK = "zqx"
"""Begins every word that belongs to something hidden, and stands in nothing that is not."""
NOON = datetime(2026, 3, 15, 12, tzinfo=UTC)
KINDS = ("draft", "submitted", "scheduled", "future", "expired", "offline", "trashed", "password",
         "members")  # fmt: skip
PASSWORD = "four brown bears dance"


def picture_id(client: FlaskClient, name: str, colour: str) -> str:
    """Take a picture into Acme's library; its id."""
    found = re.search(r"[0-9a-f-]{36}", uploaded(client, picture(colour=colour), name))
    assert found
    return found[0]


def shown_in(media_id: str, words: str) -> str:
    return f'<p>{words}</p><p><img alt="{words}" src="/a/acme/media/{media_id}/file"></p>'


def set_open_scene(app: Flask, client: FlaskClient, cast: Cast, media_id: str) -> None:
    """Posts for more than one window, pages below pages, terms, a menu, a picture."""
    with writing(app, cast.acme) as acme:
        news, sorted_under = term(acme, "tag", "news", "News"), term(acme, "category", "c", "C")
        said = Said(shown_in(media_id, "Some words"), terms=(news, sorted_under))
        about = live(acme, "About", said, kind="page")
        live(acme, "Team", said, kind="page", parent=about)
        for number in range(12):
            live(acme, f"Post {number:02}", said, at=NOON - timedelta(days=20 * number))
        items = [{"label": "", "page_id": str(about.id)}]
        db.session.add(
            Menu(tenant_id=acme.tenant_id, account_id=acme.id, slug="m", name="M", primary=True,
                 items=items)
        )  # fmt: skip
        about.position = 1
        record(Event.PAGE_CHANGED, about, by=TESTS, revision=1)


def hide(app: Flask, cast: Cast, media_id: str) -> list[str]:
    """Put a page and a post of each hidden kind beside it all; return their slugs."""
    with app.app_context():
        by = as_actor(cast.publisher)
    with writing(app, cast.acme) as acme:
        terms = [db.session.query(Term).filter_by(account_id=acme.id, slug="news").one(),
                 term(acme, "tag", f"{MARK}-tag", f"{MARK} tag"),
                 term(acme, "category", f"{MARK}-category", f"{MARK} category")]  # fmt: skip
        about = db.session.query(Page).filter_by(account_id=acme.id, title="About").one()
        post = db.session.query(Page).filter_by(account_id=acme.id, title="Post 00").one()
        made = {}
        for kind in KINDS:
            word = f"{MARK}{kind}"
            said = Said(
                shown_in(media_id, f"Some words {word}body"),
                slug=word,
                excerpt=f"{word}excerpt",
                byline=f"{word}byline",
                terms=tuple(terms),
            )
            for of in ("page", "post"):
                made[kind, of] = _made(acme, kind, of, said, about)
        for page, title in ((about, "About"), (post, "Post 00")):
            redraft(acme, page, f"{MARK} {title}", f"<p>Some {MARK}newer words</p>")
        menu = db.session.query(Menu).filter_by(account_id=acme.id, slug="m").one()
        menu.items = [*menu.items, *({"label": "", "page_id": str(p.id)} for p in made.values())]
        moment = moment_at(now() + timedelta(days=2), "Europe/Berlin")
        schedule(
            made["scheduled", "post"],
            "publish",
            draft_of(made["scheduled", "post"]),
            moment,
            acme,
            by=by,
        )
        with_workflow(acme)
        hand_in(made["submitted", "post"], acme, TESTS)
    return [f"{MARK}{kind}" for kind in KINDS]


def _made(acme: AccountRef, kind: str, of: str, said: Said, parent: Page) -> Page:
    title = f"{MARK}{kind} title"
    if kind in {"draft", "submitted", "scheduled"}:
        return make_page(acme, title, said.body, kind=of, slug=said.slug)
    later = now() + timedelta(days=1) if kind == "future" else NOON - timedelta(days=3)
    page = live(acme, title, said, kind=of, at=later, parent=parent if of == "page" else None,
                password=PASSWORD if kind == "password" else "")  # fmt: skip
    if kind in {"expired", "offline"}:
        unpublish(page, acme, by=TESTS)
    if kind == "trashed":
        put_in_trash(page, acme, by=TESTS)
    if kind == "members":
        page.for_members = True
        record(Event.PAGE_CHANGED, page, by=TESTS, revision=1)
    return page


def library(client: FlaskClient, cast: Cast) -> tuple[str, str]:
    """A picture for everybody and one for nobody; signs the client out again."""
    sign_in(client, cast.publisher)
    found = (picture_id(client, "harbour.png", "teal"),
             picture_id(client, f"{MARK}-secret.png", "red"))  # fmt: skip
    with client.session_transaction() as cookie:
        cookie.clear()
    return found
