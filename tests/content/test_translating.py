"""Pages that say the same in other languages: groups, and what becomes of them."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from portal.content.copying import duplicate, move_page
from portal.content.drafting import Text, save_draft
from portal.content.pages import Page, page_by_id, revision_by_id
from portal.content.problems import Problem
from portal.content.translating import confirm, link, make_source, set_language, translate, unlink
from portal.content.translations import Standing, group_of, language_row
from portal.content.trash import DAYS, put_in_trash, restore, trashed_by_id
from portal.jobs.trash import empty_trash
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Denied
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import TESTS, make_page

pytestmark = pytest.mark.usefixtures("inside")


def at_acme(cast: Cast):
    return acting_in(tenant_scope(cast.acme.tenant_id))


def standings(page: Page) -> dict[str, Standing]:
    group = group_of(page)
    return {each.row.language: group.standing_of(each) for each in group.members}


def rewrite(cast: Cast, page: Page, body: str) -> None:
    save_draft(page, Text(title=page.title, body=body, byline=TESTS.name), cast.acme, by=TESTS,
               based_on=page.draft_revision_id)  # fmt: skip


@both_databases
def test_a_translation_knows_when_its_source_moved_on(cast: Cast) -> None:
    with at_acme(cast):
        page = make_page(cast.acme, "Hello")
        german = translate(page, cast.acme, "de", by=TESTS, title="Hallo")
        french = translate(german, cast.acme, "fr", by=TESTS)
        assert standings(page) == {"en": "source", "de": "current", "fr": "current"}
        assert {row.source_id for row in map(language_row, (page, german, french)) if row} == {
            page.id
        }
        rewrite(cast, page, "<p>Other words.</p>")
        assert standings(german) == {"en": "source", "de": "outdated", "fr": "outdated"}
        draft = page.draft_revision_id
        confirm(german, cast.acme, draft, by=TESTS)
        assert standings(page) == {"en": "source", "de": "current", "fr": "outdated"}
        rewrite(cast, page, "<p>Some words.</p>")
        assert standings(page)["fr"] == "current", "it says again what it was made from"
        with pytest.raises(Problem, match="saved the source meanwhile"):
            confirm(german, cast.acme, draft, by=TESTS)


def test_a_draft_to_translate_says_what_the_source_says(cast: Cast) -> None:
    author = as_actor(cast.author)
    with at_acme(cast):
        above = make_page(cast.acme, "About", state="live")
        oben = translate(above, cast.acme, "de", by=TESTS, title="Über uns")
        page = make_page(cast.acme, "Team", "<p>We.</p>")
        save_draft(
            page, Text(title="Team", body="<p>We.</p>", excerpt="Us", parent_id=above.id,
                       fields={"seo": {"title": "T"}}),
            cast.acme, by=TESTS, based_on=page.draft_revision_id,
        )  # fmt: skip
        made = translate(page, cast.acme, "de", by=author)
        draft = revision_by_id(made.draft_revision_id, made)
        assert draft is not None
        assert (made.title, made.state, made.author_id) == ("Team", "draft", cast.author.id)
        assert (draft.body, draft.excerpt, draft.slug) == ("<p>We.</p>", "Us", "team-de")
        assert (draft.parent_id, draft.fields) == (oben.id, {"seo": {"title": "T"}})


@both_databases
def test_links_are_one_group_of_one_account(cast: Cast) -> None:
    with at_acme(cast):
        one, two, three = (make_page(cast.acme, title) for title in ("One", "Two", "Three"))
        link(two, one, cast.acme, "de", by=TESTS, current=False)
        assert standings(one) == {"en": "source", "de": "unknown"}
        link(three, two, cast.acme, "fr", by=TESTS, current=True)
        assert standings(one) == {"en": "source", "de": "unknown", "fr": "current"}
        four = make_page(cast.acme, "Four")
        for page, source, tag, said in (
            (one, one, "de", "no translation of itself"),
            (one, two, "it", "no translation of itself"),
            (one, four, "de", "has translations already"),
            (two, four, "de", "has translations already"),
            (four, two, "fr", "“Three” is the page in Français already"),
            (four, two, "klingon", "language tag"),
        ):
            with pytest.raises(Problem, match=said):
                link(page, source, cast.acme, tag, by=TESTS, current=True)
        with pytest.raises(Problem, match="“One” is the page in English already"):
            set_language(two, cast.acme, "en", by=TESTS)
        foreign = make_page(cast.berlin, "Foreign")
        for page, source in ((foreign, one), (four, foreign)):
            with pytest.raises(Problem, match="same account"):
                link(page, source, cast.acme, "it", by=TESTS, current=True)
        assert len(standings(one)) == 3
        assert group_of(four).alone
        assert group_of(foreign).alone


@both_databases
def test_another_source_and_none(cast: Cast) -> None:
    with at_acme(cast):
        page = make_page(cast.acme, "Hello")
        german = translate(page, cast.acme, "de", by=TESTS)
        french = translate(page, cast.acme, "fr", by=TESTS)
        make_source(french, cast.acme, by=TESTS)
        assert standings(page) == {"fr": "source", "de": "unknown", "en": "unknown"}
        unlink(french, cast.acme, by=TESTS)
        assert standings(page) == {"en": "source", "de": "unknown"}
        assert standings(french) == {"fr": "source"}
        unlink(german, cast.acme, by=TESTS)
        with pytest.raises(Problem, match="linked to no other"):
            unlink(page, cast.acme, by=TESTS)


def test_who_may(cast: Cast) -> None:
    viewer, author = as_actor(cast.viewer), as_actor(cast.author)
    with at_acme(cast):
        page = make_page(cast.acme, "Hello")
        own = translate(page, cast.acme, "de", by=author)
        other = make_page(cast.acme, "Other")
        for by, act in (
            (viewer, lambda by: translate(page, cast.acme, "fr", by=by)),
            (author, lambda by: set_language(page, cast.acme, "fr", by=by)),
            (author, lambda by: link(own, other, cast.acme, "it", by=by, current=True)),
            (author, lambda by: unlink(page, cast.acme, by=by)),
            (viewer, lambda by: make_source(own, cast.acme, by=by)),
            (viewer, lambda by: confirm(own, cast.acme, page.draft_revision_id, by=by)),
        ):
            with pytest.raises(Denied):
                act(by)
        confirm(own, cast.acme, page.draft_revision_id, by=author)


@both_databases
def test_the_trash_and_what_goes_for_good(cast: Cast, app: Flask) -> None:
    with at_acme(cast):
        page = make_page(cast.acme, "Hello", state="live")
        german = translate(page, cast.acme, "de", by=TESTS)
        french = translate(page, cast.acme, "fr", by=TESTS)
        put_in_trash(french, cast.acme, by=TESTS)
        assert standings(page) == {"en": "source", "de": "current"}
        again = translate(page, cast.acme, "fr", by=TESTS, title="Encore")
        back = trashed_by_id(french.id, cast.acme.id)
        assert back is not None
        restore(back, cast.acme, by=TESTS)
        assert standings(back) == {"fr": "source"}, "another one took its place"
        put_in_trash(page, cast.acme, by=TESTS)
        assert standings(german) == {"de": "sourceless", "fr": "sourceless"}
        with pytest.raises(Problem, match="source is in the trash"):
            translate(german, cast.acme, "it", by=TESTS)
        german_id, again_id = german.id, again.id
        db.session.commit()
    with time_machine.travel(now() + timedelta(days=DAYS, minutes=1), tick=True):
        assert empty_trash() == 1
    with at_acme(cast):
        left = page_by_id(german_id, cast.acme.id)
        assert left is not None
        assert standings(left) == {"de": "source", "fr": "unknown"}
        assert [each.page.id for each in group_of(left).others] == [again_id]


@both_databases
def test_copies_and_moves_keep_the_language_and_no_link(cast: Cast) -> None:
    with at_acme(cast):
        page = make_page(cast.acme, "Hello")
        german = translate(page, cast.acme, "de", by=TESTS)
        copy = duplicate(german, cast.acme, by=TESTS)
        assert standings(copy) == {"de": "source"}
        arrived = move_page(german, cast.acme, cast.berlin, by=TESTS)
        assert standings(arrived) == {"de": "source"}
        row = language_row(arrived)
        assert row is not None
        assert row.account_id == cast.berlin.id
        assert standings(page) == {"en": "source"}
        kept = trashed_by_id(german.id, cast.acme.id)
        assert kept is not None
        restore(kept, cast.acme, by=TESTS)
        assert standings(page) == {"en": "source"}
