"""Undone as one: every page back to what it was, and what changed since is put to the person."""

import random
import uuid
from contextlib import suppress
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.content.pages import Page, revision_by_id
from portal.content.problems import Problem
from portal.content.publishing import publish, unpublish
from portal.content.release_run import carry_out_releases, run_now
from portal.content.release_undoing import Conflicts, steps_of, undo_release
from portal.content.releases import Release, ReleaseItem
from portal.content.releasing import gather, make_release
from portal.content.together import _attempt
from tenants.accounts import AccountRef
from tenants.audit import excuse
from tenants.db import db
from tenants.decisions import Actor
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import TESTS
from tests.releases.scene import (
    a_page,
    addresses,
    again,
    due,
    edit,
    events,
    fresh,
    gathered,
    known_addresses,
    readers_get,
    state,
)


@pytest.mark.usefixtures("inside")
def test_what_was_published_since_stays_if_the_person_says_so(cast: Cast) -> None:
    by = as_actor(cast.publisher)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        one, two = (a_page(cast.acme, name, live=False) for name in ("One", "Two"))
        release = gathered(cast, by, [one, two])
        run_now(release, cast.acme, by=by)
        edit(one, cast.acme)
        draft = revision_by_id(one.draft_revision_id, one)
        assert draft is not None
        publish(one, draft, cast.acme, by=TESTS)
        db.session.commit()
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        found = again(cast, release)
        told = {step.title: step.conflict for step in steps_of(found)}
        assert told == {"One": "Revision 2 was published since.", "Two": ""}
        with pytest.raises(Conflicts):
            undo_release(found, cast.acme, by=by)
        undo_release(found, cast.acme, by=by, leave_changed=True, reason="Wrong day")
        db.session.commit()
    assert state(cast, release)[0] == "undone"
    assert (addresses(cast)["One"], addresses(cast)["Two"]) == ("/one/", None)
    undone = events(cast, "release.undone")[-1]
    assert (undone.facts, undone.reason) == ({"back": 1, "left": 1}, "Wrong day")


@pytest.mark.usefixtures("inside")
def test_an_address_taken_since_keeps_all_of_it_from_being_undone(cast: Cast) -> None:
    by = as_actor(cast.publisher)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        page, other = a_page(cast.acme, "One"), a_page(cast.acme, "Two", live=False)
        release = gathered(cast, by, [other], [page])
        run_now(release, cast.acme, by=by)
        a_page(cast.acme, "Newcomer", slug="one")
        db.session.commit()
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        with pytest.raises(Problem, match="live at /one/ already"):
            undo_release(again(cast, release), cast.acme, by=by)
        db.session.rollback()
    assert state(cast, release)[0] == "done"
    assert addresses(cast)["Two"] == "/two/"


class Injected(RuntimeError):
    """The fault of a test."""


def a_site(account: AccountRef, dice: random.Random) -> list[Page]:
    """Pages live, offline and never live, some below others; a few addresses lead elsewhere."""
    pages: list[Page] = []
    for number in range(dice.randint(4, 8)):
        parent = dice.choice([None, *pages]) if pages else None
        page = a_page(account, f"Page {number}", parent=parent, live=dice.random() < 0.7)
        if page.live_revision_id and dice.random() < 0.2:
            edit(page, account, slug=f"renamed-{number}")
            publish(page, _draft(page), account, by=TESTS)
        if page.live_revision_id and dice.random() < 0.15:
            unpublish(page, account, by=TESTS)
        pages.append(page)
    return pages


def a_release(cast: Cast, pages: list[Page], dice: random.Random, by: Actor) -> Release:
    """Some pages go offline, others live: renamed, moved below others, places exchanged."""
    release = make_release(cast.acme, "Random", by=by)
    chosen = dice.sample(pages, dice.randint(2, len(pages)))
    going = [p for p in chosen if p.live_revision_id and dice.random() < 0.25]
    coming = [p for p in chosen if p not in going]
    slugs = [_draft(page).slug for page in coming]
    dice.shuffle(slugs)
    for page, slug in zip(coming, slugs, strict=True):
        changes: dict[str, object] = {}
        if dice.random() < 0.6:
            changes["slug"] = slug
        if dice.random() < 0.3:
            above = dice.choice([None, *(p for p in pages if p is not page)])
            changes["parent_id"] = above.id if above else None
        with suppress(Problem):  # it would stand below itself
            edit(page, cast.acme, **changes)
    gather(release, coming, cast.acme, by=by)
    gather(release, going, cast.acme, by=by, what="unpublish")
    return release


def _draft(page: Page):
    return revision_by_id(page.draft_revision_id, page)


def live_revisions(cast: Cast) -> dict[str, object]:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        rows = db.session.execute(
            select(Page.title, Page.live_revision_id, Page.address, Page.parent_id,
                   Page.published_at, Page.unpublished_at)
        ).all()  # fmt: skip
        return {title: tuple(rest) for title, *rest in rows}


@both_databases
@pytest.mark.parametrize("seed", [1, 2])
def test_random_releases_are_all_or_nothing_and_undone_to_the_letter(
    app: Flask, cast: Cast, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    dice, carried = random.Random(seed), 0  # noqa: S311 - a game
    with app.app_context():
        by = as_actor(cast.publisher)
    for _ in range(3):
        with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
            pages = a_site(cast.acme, dice)
            release = a_release(cast, pages, dice, by)
            db.session.commit()
            release_id = release.id
        carried += _round(app, cast, client, monkeypatch, dice, by, release_id)
        with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
            for page in pages:  # the next site begins where nothing stands
                found = fresh(page.id, cast.acme)
                if found.live_revision_id:
                    unpublish(found, cast.acme, by=TESTS)
                gone = f"gone-{found.id.hex}"
                edit(found, cast.acme, title=gone, slug=gone, parent_id=None)
            db.session.commit()
    assert carried


def _round(app, cast, client, monkeypatch, dice, by, release_id) -> int:
    with app.app_context():
        places, rows = known_addresses(cast), live_revisions(cast)
    before = readers_get(client, places)
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        release = _release(release_id)
        try:
            due(release, cast.acme, by=by)
        except Problem:
            db.session.rollback()
            assert live_revisions(cast) == rows
            return 0
    _fail_once(app, cast, monkeypatch, dice, release_id, rows)
    assert readers_get(client, places) == before
    with app.app_context():
        assert carry_out_releases() == 1
        assert _stands_as_asked(cast, release_id)
        new = known_addresses(cast) - places
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        release = _release(release_id)
        undo_release(release, cast.acme, by=by)
        db.session.commit()
    with app.app_context():
        assert live_revisions(cast) == rows
        assert known_addresses(cast) == places
    assert readers_get(client, places) == before
    assert {client.get(f"/s/acme{place}").status_code for place in new} <= {404}
    return 1


def _fail_once(app, cast, monkeypatch, dice, release_id, rows):
    """Let the release fail after a random item; nothing may have changed."""
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        items = select(ReleaseItem.id).where(ReleaseItem.release_id == release_id)
        at, calls, attempt = dice.randint(1, len(db.session.scalars(items).all())), [0], _attempt

    def failing(*args: Any) -> bool:
        calls[0] += 1
        done = attempt(*args)
        if calls[0] == at:
            raise Injected
        return done

    with monkeypatch.context() as patch, app.app_context():
        patch.setattr("portal.content.together._attempt", failing)
        assert carry_out_releases() == 0
    assert calls == [at]
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        assert live_revisions(cast) == rows
        release = _release(release_id)
        assert (release.state, release.attempts) == ("pending", 1)
        release.next_try_at = None
        excuse(release, "The clock of a test.")
        db.session.commit()


def _release(release_id: uuid.UUID) -> Release:
    found = db.session.get(Release, release_id)
    assert found is not None
    return found


def _stands_as_asked(cast: Cast, release_id: object) -> bool:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        rows = db.session.execute(
            select(ReleaseItem.revision_id, Page.live_revision_id)
            .join(Page, Page.id == ReleaseItem.page_id)
            .where(ReleaseItem.release_id == release_id)
        ).all()
        return all(asked == live for asked, live in rows)
