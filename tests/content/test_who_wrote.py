"""Whoever wrote words cannot approve them, whichever way they came into the text."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask.ctx import AppContext

from portal.content.approvals import authors_of
from portal.content.copying import duplicate, move_page
from portal.content.pages import Page, revisions_of
from portal.content.problems import Problem
from portal.content.publishing import publish
from portal.content.restoring import ALL, restore
from portal.content.starting import Words, change_template, save_template, start_from
from portal.content.translating import translate
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.decisions import Denied
from tenants.scope import acting_in, tenant_scope
from tests.content.review_scene import (
    Crew,
    crew,
    draft_of,
    hand_in,
    make_publishers,
    pass_step,
    with_workflow,
    write,
)
from tests.fixtures.cast import Cast
from tests.fixtures.pages import TESTS, make_page

pytestmark = pytest.mark.usefixtures("inside")
Way = Callable[[Cast, Crew], tuple[Page, AccountRef]]


@pytest.fixture
def by(inside: AppContext, cast: Cast) -> Crew:
    make_publishers(cast, (cast.author, cast.editor), cast.acme)
    return crew(cast)


def written(cast: Cast, by: Crew) -> Page:
    """A page that the author began and the publisher went on with."""
    page = make_page(cast.acme, "Menu", "<p>Begun.</p>", by=by.author)
    write(page, cast.acme, "Begun, and gone on with.", by.publisher)
    return page


def _edited(cast: Cast, by: Crew) -> tuple[Page, AccountRef]:
    page = written(cast, by)
    write(page, cast.acme, "Other words.", by.admin)
    return page, cast.acme


def _copied(cast: Cast, by: Crew) -> tuple[Page, AccountRef]:
    return duplicate(written(cast, by), cast.acme, by=by.admin), cast.acme


def _copied_twice(cast: Cast, by: Crew) -> tuple[Page, AccountRef]:
    once = duplicate(written(cast, by), cast.acme, by=TESTS)
    return duplicate(once, cast.acme, by=by.admin), cast.acme


def _copied_when_live(cast: Cast, by: Crew) -> tuple[Page, AccountRef]:
    page = written(cast, by)
    publish(page, draft_of(page), cast.acme, by=TESTS)
    return duplicate(page, cast.acme, by=by.admin), cast.acme


def _translated(cast: Cast, by: Crew) -> tuple[Page, AccountRef]:
    return translate(written(cast, by), cast.acme, "de", by=by.admin), cast.acme


def _from_a_template(cast: Cast, by: Crew) -> tuple[Page, AccountRef]:
    template = save_template(written(cast, by), cast.acme, "Menu", by=by.admin)
    return start_from(template, cast.acme, by=by.admin)[0], cast.acme


def _from_a_changed_template(cast: Cast, by: Crew) -> tuple[Page, AccountRef]:
    template = save_template(make_page(cast.acme, "M", by=by.author), cast.acme, "M", by=by.admin)
    change_template(template, cast.acme, Words("M", "<p>New</p>", ""), by=by.publisher)
    return start_from(template, cast.acme, by=by.admin)[0], cast.acme


def _moved(cast: Cast, by: Crew) -> tuple[Page, AccountRef]:
    page = written(cast, by)
    write(page, cast.acme, "More.", by.admin)
    return move_page(page, cast.acme, cast.berlin, by=by.admin), cast.berlin


def _moved_without_its_beginning(cast: Cast, by: Crew) -> tuple[Page, AccountRef]:
    page = _copied(cast, by)[0]
    write(page, cast.acme, "More.", by.admin)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("portal.content.copying.KEPT", 1)
        moved = move_page(page, cast.acme, cast.berlin, by=by.admin)
    assert len(revisions_of(moved)) == 1
    return moved, cast.berlin


def _restored(key: str) -> Way:
    def way(cast: Cast, by: Crew) -> tuple[Page, AccountRef]:
        page = written(cast, by)
        old = draft_of(page)
        write(page, cast.acme, "Approved instead.", TESTS)
        publish(page, draft_of(page), cast.acme, by=TESTS)
        based = page.draft_revision_id
        restore(page, old, key, cast.acme, by=by.admin, based_on=based)
        return page, cast.acme

    return way


WAYS: dict[str, Way] = {
    "edited": _edited, "copied": _copied, "copied twice": _copied_twice,
    "copied when live": _copied_when_live, "translated": _translated,
    "from a template": _from_a_template, "from a changed template": _from_a_changed_template,
    "moved": _moved, "moved without its beginning": _moved_without_its_beginning,
    "restored": _restored(ALL), "one field restored": _restored("body"),
}  # fmt: skip


@pytest.mark.parametrize("name", WAYS)
def test_whoever_wrote_the_words_cannot_approve_them(cast: Cast, by: Crew, name: str) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        page, account = WAYS[name](cast, by)
        with_workflow(account)
        wrote = authors_of(page, draft_of(page))
        assert wrote == {cast.author.id, cast.publisher.id, cast.admin.id}
        hand_in(page, account, by.admin)
        for who in (by.publisher, by.author, by.admin):
            with pytest.raises((Denied, Problem)):
                pass_step(page, account, who)
        db.session.rollback()


def test_once_approved_only_what_came_since_counts(cast: Cast, by: Crew) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        page, _ = _copied(cast, by)
        with_workflow(cast.acme)
        hand_in(page, cast.acme, by.admin)
        pass_step(page, cast.acme, by.editor)
        write(page, cast.acme, "Another sentence.", by.admin)
        assert authors_of(page, draft_of(page)) == {cast.admin.id}
        hand_in(page, cast.acme, by.admin)
        pass_step(page, cast.acme, by.publisher)
        db.session.rollback()
