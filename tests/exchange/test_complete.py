"""Whatever is known of a page comes back from an export, or the guide says that it stays behind."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.content.caring import PageCare, set_care
from portal.content.exchange.exporting import Format, Wanted
from portal.content.pages import Page
from portal.content.readership import set_readers
from tenants.accounts import AccountRef
from tenants.db import Base, db
from tenants.scope import acting_in, tenant_scope
from tests.content.import_scene import looking
from tests.exchange.scene import BODIES, bring, said_of, settle, take_along
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS

GUIDE = Path(__file__).parents[2] / "docs" / "editor-guide.md"
FORMS = pytest.mark.parametrize("form", ["markdown", "csv"])
COMES = {
    "page.type": "type", "page.title": "title", "page.parent_id": "parent",
    "page.position": "position", "page.author_id": "author", "page.address": "address",
    "page.published_at": "published", "page.created_at": "created", "page.for_members": "readers",
    "page_care.owner_id": "owner", "page_care.review_by": "review by",
    "page_language.language": "language", "page_language.source_id": "source",
    "page_language.made_from_digest": "standing", "page_term.term_id": "filed",
    "redirect.address": "former",
    "revision.title": "title", "revision.slug": "slug", "revision.body": "body",
    "revision.excerpt": "excerpt", "revision.byline": "byline", "revision.parent_id": "parent",
    "revision.term_ids": "terms", "revision.fields": "fields",
}  # fmt: skip
"""Columns, and what `known_of` calls them."""
STAYS = {
    "page.access_password_hash": "passwords of pages",
    "page.unpublished_at": "whether a page was offline",
    "page.changed_at": "who changed what and when",
    "page.trashed_at": "what is in the trash", "page.trashed_by_label": "what is in the trash",
    "page.purged_at": "what is in the trash",
    "page_care.reminded_at": "reminders",
    "revision.author_id": "who changed what and when",
    "revision.author_label": "who changed what and when",
    "revision.writer_ids": "who changed what and when",
    "revision.note": "history", "revision.created_at": "who changed what and when",
    "page_language.created_at": "who changed what and when",
    "page_lock": "locks", "page_presence": "locks", "working_copy": "unsaved typing",
    "release_item": "releases", "review": "reviews", "verdict": "reviews",
    "revision_name": "names of revisions", "schedule": "schedules", "share_link": "share links",
    "share_opinion": "what outsiders said", "comment": "comments", "notification": "notifications",
}  # fmt: skip
"""Columns, and tables as a whole, with the words of the guide that say so."""
MADE_AGAIN = frozenset({
    "page.live_revision_id", "page.draft_revision_id", "page_language.made_from_id",
    "revision.number", "revision.digest", "site_change", "site_copy", "live_words", "page_use",
    "page_words", "media_use",
})  # fmt: skip
"""What follows from the rest."""
KEYS = frozenset({"id", "tenant_id", "account_id", "page_id"})


def columns_of_pages() -> set[str]:
    """Every column that says something of a page or of its text."""
    found = set()
    for table in Base.metadata.tables.values():
        named = {key.column.table.name for key in table.foreign_keys} | {table.name}
        if named & {"page", "revision"} or "page_id" in table.columns:
            found |= {f"{table.name}.{column.name}" for column in table.columns
                      if column.name not in KEYS}  # fmt: skip
    return found


def test_each_column_comes_along_or_is_said_to_stay():
    said = COMES.keys() | STAYS.keys() | MADE_AGAIN
    columns = columns_of_pages()
    unsaid = {each for each in columns if not {each, each.partition(".")[0]} & said}
    assert not unsaid, "an export forgets these, or the guide does not say that they stay behind"
    tables = {each.partition(".")[0] for each in columns}
    assert said <= columns | tables


def test_the_guide_names_what_stays_behind():
    text = GUIDE.read_text().partition("\n**What stays behind.**")[2].partition("\n\n")[0]
    plain = re.sub(r"\s+", " ", text).casefold()
    assert not [words for words in STAYS.values() if words not in plain]


def known_of(account: AccountRef) -> dict[str, dict[str, Any]]:
    """What is known of each page, with the people, who are the same in all of a tenant."""
    found = said_of(account)
    query = (
        select(Page.title, Page.author_id, PageCare.owner_id)
        .outerjoin(PageCare, PageCare.page_id == Page.id)
        .where(Page.account_id == account.id)
    )
    with looking(account):
        for title, author, owner in db.session.execute(query):
            found[title] |= {"title": title, "author": author, "owner": owner}
    return found


def cared_for(account: AccountRef, cast: Cast) -> None:
    """Some pages get an owner, and one of them no other day."""
    with acting_in(tenant_scope(account.tenant_id)):
        pages = db.session.scalars(
            select(Page).where(Page.account_id == account.id).order_by(Page.id)
        )
        for page, who in zip(list(pages)[4:7], (cast.publisher, cast.admin, cast.editor),
                             strict=True):  # fmt: skip
            page.author_id = who.id
            row = db.session.scalar(select(PageCare).where(PageCare.page_id == page.id))
            day = row.review_by if row else None
            set_care(page, account, (who.id, who.name), day, by=TESTS)
        db.session.commit()


@both_databases
@pytest.mark.usefixtures("inside")
@FORMS
def test_all_that_comes_along_comes_back(cast: Cast, form: Format):
    settle(cast.acme, BODIES, by=as_actor(cast.editor))
    cared_for(cast.acme, cast)
    data = take_along(cast.acme, as_actor(cast.admin), Wanted(form, media="all"))
    outcome = bring(cast.berlin, as_actor(cast.admin), data)
    assert outcome["state"] == "done", outcome["error"]
    there, after = known_of(cast.acme), known_of(cast.berlin)
    before = {title: there[title] for title in BODIES}
    assert {title: after[title] for title in BODIES} == before
    names = set(COMES.values())
    same = {name for name in names if len({repr(each[name]) for each in before.values()}) < 2}
    assert not same, "the scene says one thing only of these, so nothing was seen"
    assert set(next(iter(before.values()))) == names | {"state"}


@pytest.mark.usefixtures("inside")
@FORMS
def test_a_password_stays_behind_and_is_told_of(cast: Cast, form: Format):
    pages = settle(cast.acme, {"Shut": "<p>x</p>", "Shut and live": "<p>y</p>"} | BODIES)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        for page in pages[:2]:
            row = db.session.get_one(Page, page.id)
            set_readers(row, cast.acme, "password", "$argon2id$SECRET", by=TESTS)
        db.session.commit()
    data = take_along(cast.acme, as_actor(cast.admin), Wanted(form, media="none"))
    assert b"SECRET" not in data
    outcome = bring(cast.bolt, as_actor(cast.bolt_admin), data)
    for title in ("Shut", "Shut and live"):
        told = [line["sentence"] for line in outcome["lines"] if line["title"] == title]
        assert any("It had a password there, which no file holds" in each for each in told)
        assert known_of(cast.bolt)[title]["state"] == "draft"


@pytest.mark.usefixtures("inside")
@pytest.mark.parametrize(
    ("said", "readers", "state", "sentence"),
    [
        ("members", "members", "live", "Only people of the account read it, as there."),
        ("Members ", "members", "live", "Only people of the account read it, as there."),
        ("everybody", "everybody", "live", ""),
        ("password", "everybody", "draft", "It had a password there"),
        ("staff", "everybody", "draft", "Who reads it, “staff”, means nothing here"),
    ],
)
def test_who_reads_a_page_never_becomes_more(
    cast: Cast, said: str, readers: str, state: str, sentence: str
):
    outcome = bring(cast.acme, as_actor(cast.admin),
                    f"title,state,readers,body\nPart,live,{said},<p>x</p>\n".encode())  # fmt: skip
    assert outcome["state"] == "done", outcome["error"]
    page = said_of(cast.acme)["Part"]
    assert (page["readers"], page["state"]) == (readers, state)
    assert sentence in " ".join(line["sentence"] for line in outcome["lines"])


@pytest.mark.usefixtures("inside")
@pytest.mark.parametrize(
    ("said", "kept", "sentence"),
    [
        ("2030-03-31", "2030-03-31 21:59:59+00:00", "Sunday 31 March 2030, 23:59:59 in Berlin"),
        ("2030-03-31T12:00:00+02:00", "2030-03-31 10:00:00+00:00", "Sunday 31 March 2030, 12:00"),
        ("2030-02-30", "None", "Its review by “2030-02-30” is no day of the years"),
        ("1066-10-14", "None", "is no day of the years"),
        ("9998-01-01", "None", "is no day of the years"),
        ("soon", "None", "Its time “soon” (review by) is none"),
    ],
)
def test_a_day_of_review_is_a_day_here(cast: Cast, said: str, kept: str, sentence: str):
    outcome = bring(cast.acme, as_actor(cast.admin),
                    f"title,review by,body\nPart,{said},<p>x</p>\n".encode())  # fmt: skip
    assert str(said_of(cast.acme)["Part"]["review by"]) == kept
    assert sentence in " ".join(line["sentence"] for line in outcome["lines"])


@pytest.mark.usefixtures("inside")
def test_an_old_day_of_review_reminds_nobody_at_once(cast: Cast):
    rows = f"A,{cast.editor.email},2020-01-01,<p>x</p>\nB,{cast.editor.email},2190-01-01,<p>x</p>\n"
    head = "title,owner email,review by,body\n"
    bring(cast.acme, as_actor(cast.admin), (head + rows).encode())
    query = select(PageCare.review_by, PageCare.reminded_at).order_by(PageCare.review_by)
    with looking(cast.acme):
        old, new = db.session.execute(query).all()
    assert old.reminded_at is not None
    assert new.reminded_at is None


@pytest.mark.parametrize("readers", ["members", "everybody"])
def test_what_members_read_comes_live_for_them_alone(
    app: Flask, client: FlaskClient, cast: Cast, readers: str
):
    table = f"title,state,readers,former addresses,body\n\
Zebra,live,{readers},/old-zebra/,<p>Striped words.</p>\n"
    with app.app_context():
        outcome = bring(cast.acme, as_actor(cast.admin), table.encode())
    assert outcome["counts"]["published_pages"] == 1
    shown = "".join(
        client.get(f"/s/acme/{at}", follow_redirects=True, audit=False).text
        for at in ("", "zebra/", "old-zebra/", "search/?q=striped", "feed.xml", "sitemap.xml")
    )
    assert ("Striped words" in shown) == (readers == "everybody")
    inside = sign_in(client, cast.viewer).get("/a/acme/read/zebra/", follow_redirects=True)
    assert "Striped words" in inside.text
