"""The trash: what goes in is nowhere else, comes back whole, and goes for good after its days."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import delete, func, select
from sqlalchemy.exc import DatabaseError

from portal.content import desk, listing, page_filters, reading
from portal.content.drafting import Text, create_page, save_draft
from portal.content.filing import possible_parents
from portal.content.moments import moment_at
from portal.content.pages import Page, Revision, page_by_id, revision_by_id
from portal.content.problems import Problem
from portal.content.publishing import publish
from portal.content.scheduling import schedule
from portal.content.trash import (
    DAYS,
    GOES_ALONG,
    delete_now,
    put_in_trash,
    restore,
    trash_of,
    trashed_by_id,
)
from portal.jobs.seals import seal_waiting
from portal.jobs.trash import empty_trash
from tenants.audit import AuditEvent
from tenants.chain import verify
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Denied
from tenants.quotas import QuotaReached, Resource
from tenants.reaching import Reach
from tenants.retention import start_hold
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import TESTS, make_page
from tests.isolation.world import scoped_classes, table_of
from tests.tenants.limit_scene import limit

pytestmark = pytest.mark.usefixtures("inside")
LATER = timedelta(days=DAYS, minutes=1)


def at_acme(cast: Cast):
    return acting_in(tenant_scope(cast.acme.tenant_id))


def events(name: str) -> list[AuditEvent]:
    return list(db.session.scalars(select(AuditEvent).where(AuditEvent.event == name)))


@both_databases
def test_what_is_in_the_trash_is_nowhere_else(cast: Cast) -> None:
    publisher = as_actor(cast.publisher)
    with at_acme(cast):
        page = make_page(cast.acme, "Zebra", "<p>Stripes.</p>", state="live", kind="page")
        post = make_page(cast.acme, "Zebra post", state="live", kind="post")
        for each in (page, post):
            put_in_trash(each, cast.acme, by=publisher, reason="Old.")
        db.session.commit()
        db.session.expunge_all()
        account_id = cast.acme.id
        named = page_filters.Filters(search="Zebra")
        assert desk.pages_of(account_id, named).rows == []
        reach = Reach(cast.acme.tenant_id, whole=True)
        assert desk.pages_within(reach, named).rows == []
        assert desk.counts_of(account_id)["unpublished"] == 1
        assert page_by_id(page.id, account_id) is None
        assert "Zebra" not in {title for _, title in possible_parents(account_id, None)[0]}
        assert listing.posts(account_id, listing.Where()).entries == ()
        assert reading.live_page_at(account_id, "/zebra/") is None
        assert isinstance(reading.fate_of(account_id, {"/zebra/"}), reading.Gone)
        assert db.session.get(Page, page.id) is None
        count = select(func.count()).select_from(Page).where(Page.title.like("Zebra%"))
        assert db.session.scalar(count) == 0
        assert {row.title for row in trash_of(account_id).rows} == {"Zebra", "Zebra post"}
        trashed = events("page.trashed")
        assert [(e.actor_label, e.reason) for e in trashed] == [(cast.publisher.email, "Old.")] * 2
        assert len(events("page.unpublished")) >= 2


@both_databases
def test_it_comes_back_as_a_draft_with_all_its_revisions(cast: Cast) -> None:
    publisher, editor = as_actor(cast.publisher), as_actor(cast.editor)
    with at_acme(cast):
        page = make_page(cast.acme, "Zebra", state="live")
        put_in_trash(page, cast.acme, by=publisher)
        db.session.commit()
        found = trashed_by_id(page.id, cast.acme.id)
        assert found is not None
        assert restore(found, cast.acme, by=editor) == ""
        db.session.commit()
        again = page_by_id(page.id, cast.acme.id)
        assert again is not None
        assert (again.state, again.address) == ("unpublished", None)
        assert revision_by_id(again.draft_revision_id, again) is not None
        assert [event.actor_label for event in events("page.untrashed")] == [cast.editor.email]
        with pytest.raises(Problem, match="not in the trash any more"):
            restore(again, cast.acme, by=editor)


@both_databases
def test_its_address_is_free_and_a_conflict_is_told(cast: Cast) -> None:
    with at_acme(cast):
        page = make_page(cast.acme, "Zebra", state="live")
        put_in_trash(page, cast.acme, by=TESTS)
        other = make_page(cast.acme, "Zebra", state="live")
        assert other.address == "/zebra/"
        assert "Another page is live at /zebra/ already" in restore(page, cast.acme, by=TESTS)
        assert page.state == "unpublished"


def test_an_editor_trashes_drafts_only(cast: Cast) -> None:
    editor, author = as_actor(cast.editor), as_actor(cast.author)
    with at_acme(cast):
        live, draft = (make_page(cast.acme, s, state=s) for s in ("live", "draft"))
        for who, page in ((editor, live), (author, live), (author, draft)):
            with pytest.raises(Denied):
                put_in_trash(page, cast.acme, by=who)
            assert page.trashed_at is None
        put_in_trash(draft, cast.acme, by=editor)
        own, _ = create_page(cast.acme, "post", Text(title="Mine"), by=author)
        put_in_trash(own, cast.acme, by=author)
        with pytest.raises(Denied):
            delete_now(own, cast.acme, by=author)
        assert own.state == draft.state == "trashed"


@both_databases
def test_what_is_scheduled_is_cancelled_and_stays_so(cast: Cast) -> None:
    editor, publisher = as_actor(cast.editor), as_actor(cast.publisher)
    with at_acme(cast):
        page = make_page(cast.acme, "Zebra")
        moment = moment_at(now() + timedelta(hours=1), "Europe/Berlin")
        draft = revision_by_id(page.draft_revision_id, page)
        row = schedule(page, "publish", draft, moment, cast.acme, by=TESTS)
        with pytest.raises(Denied):
            put_in_trash(page, cast.acme, by=editor)
        put_in_trash(page, cast.acme, by=publisher)
        assert row.state == "cancelled"
        assert events("schedule.cancelled")[0].reason == "Its page was put into the trash."
        restore(page, cast.acme, by=TESTS)
        assert row.state == "cancelled"


def test_pages_below_go_first(cast: Cast) -> None:
    with at_acme(cast):
        above = make_page(cast.acme, "Above")
        below, _ = create_page(cast.acme, "page", Text(title="Below", parent_id=above.id), by=TESTS)
        with pytest.raises(Problem, match="Other pages stand below it: “Below”"):
            put_in_trash(above, cast.acme, by=TESTS)
        put_in_trash(below, cast.acme, by=TESTS)
        put_in_trash(above, cast.acme, by=TESTS)
        assert "Choose a page of this account as the parent" in restore(below, cast.acme, by=TESTS)


def test_whoever_had_it_open_is_told(cast: Cast) -> None:
    with at_acme(cast):
        page = make_page(cast.acme, "Zebra")
        draft = revision_by_id(page.draft_revision_id, page)
        assert draft is not None
        put_in_trash(page, cast.acme, by=TESTS)
        with pytest.raises(Problem, match="in the trash"):
            save_draft(page, Text(title="New"), cast.acme, by=TESTS, based_on=draft.id)
        with pytest.raises(Problem, match="in the trash"):
            publish(page, draft, cast.acme, by=TESTS)


@both_databases
def test_it_takes_no_place_and_needs_one_to_come_back(cast: Cast) -> None:
    with at_acme(cast):
        page = make_page(cast.acme, "Zebra")
        used = db.session.scalar(
            select(func.count(Page.id)).where(Page.tenant_id == page.tenant_id)
        )
        db.session.commit()
    assert used is not None
    limit(cast, cast.acme, Resource.ITEMS, used)
    with at_acme(cast):
        page = db.session.get_one(Page, page.id)
        put_in_trash(page, cast.acme, by=TESTS)
        make_page(cast.acme, "In its place")
        with pytest.raises(QuotaReached):
            restore(page, cast.acme, by=TESTS)


@both_databases
def test_it_goes_for_good_and_the_trail_stays_whole(cast: Cast, app: Flask) -> None:
    with at_acme(cast):
        above = make_page(cast.acme, "Above", state="live")
        make_page(cast.acme, "Other", state="live")
        put_in_trash(above, cast.acme, by=TESTS)
        db.session.commit()
    assert empty_trash() == 0
    with time_machine.travel(now() + LATER, tick=True):
        assert empty_trash() == 1
        assert empty_trash() == 0
    while seal_waiting():
        pass
    with at_acme(cast):
        assert trashed_by_id(above.id, cast.acme.id) is None
        assert trash_of(cast.acme.id).rows == []
        left = select(func.count()).select_from(Revision).where(Revision.page_id == above.id)
        assert db.session.scalar(left) == 0
        told = events("page.purged")
        assert [(e.target_label, e.facts["revisions"]) for e in told] == [("Above", 1)]
        report = verify(cast.acme.tenant_id, app.config["PORTAL"].seal_key)
        assert report.fault is None, report.sentence


@both_databases
def test_a_hold_keeps_what_is_in_the_trash(cast: Cast) -> None:
    admin = as_actor(cast.admin)
    with at_acme(cast):
        page = make_page(cast.acme, "Zebra")
        put_in_trash(page, cast.acme, by=TESTS)
        start_hold(cast.acme, "Dispute 7", "Evidence.", by=admin)
        db.session.commit()
    with time_machine.travel(now() + LATER, tick=True):
        assert empty_trash() == 0


@both_databases
def test_the_database_keeps_revisions_of_pages_outside_the_trash(cast: Cast) -> None:
    with at_acme(cast):
        page = make_page(cast.acme, "Zebra", state="live")
        db.session.commit()
        with pytest.raises(DatabaseError, match="only grows"):
            db.session.execute(delete(Revision).where(Revision.page_id == page.id))
        db.session.rollback()
        assert revision_by_id(page.draft_revision_id, page) is not None


def test_everything_that_belongs_to_a_page_goes_along() -> None:
    """A new table that refers to pages or revisions needs a place in GOES_ALONG."""
    along = {table_of(cls).name for cls in GOES_ALONG}
    owned = {
        table_of(cls).name
        for cls in scoped_classes()
        for key in table_of(cls).foreign_keys
        if key.column.table.name in {"page", "revision"}
    }
    assert owned - {"page"} == along
