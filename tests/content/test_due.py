"""What is due: never early, once, and not without asking again."""

import threading
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from portal.content import due
from portal.content.drafting import Text, save_draft
from portal.content.moments import moment_at
from portal.content.pages import Page, Revision, page_by_id, revision_by_id
from portal.content.problems import BadTime, Problem
from portal.content.publishing import publish
from portal.content.schedules import Schedule
from portal.content.scheduling import cancel, move, schedule
from tenants.audit import AuditEvent
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Denied
from tenants.delegation import end, grant_by_id
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import TESTS, make_page

LATER = timedelta(minutes=10)


def scheduled(cast: Cast, title: str = "Menu", what: str = "publish") -> tuple[Schedule, Page]:
    """A schedule by the publisher, due in ten minutes; committed."""
    publisher = as_actor(cast.publisher)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        page = make_page(cast.acme, title, state="live" if what == "unpublish" else "draft")
        revision = revision_by_id(page.draft_revision_id, page)
        moment = moment_at(now() + LATER, "Europe/Berlin")
        row = schedule(page, what, revision, moment, cast.acme, by=publisher)  # type: ignore[arg-type]
        db.session.commit()
        return row, page


def make_due(row: Schedule) -> None:
    """Let the moment have come, for the database's clock too."""
    with acting_in(tenant_scope(row.tenant_id)):
        found = db.session.get(Schedule, row.id)
        assert found is not None
        found.due_at = now() - timedelta(seconds=1)
        db.session.info.setdefault("recorded", set()).add(("Schedule", row.id))
        db.session.commit()


def state(cast: Cast, row: Schedule) -> tuple[str, str | None, str]:
    """The schedule's state, the page's address, and the cause."""
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        found = db.session.get(Schedule, row.id)
        assert found is not None
        page = page_by_id(found.page_id, cast.acme.id)
        assert page is not None
        return found.state, page.address, found.cause


def events(cast: Cast, name: str) -> list[AuditEvent]:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        return list(db.session.scalars(select(AuditEvent).where(AuditEvent.event == name)))


@pytest.mark.usefixtures("inside")
@both_databases
def test_it_is_not_carried_out_early(cast: Cast) -> None:
    row, _ = scheduled(cast)
    assert due.publish_due() == 0
    early = due.Due(row.id, row.tenant_id, row.account_id, row.approver_id, row.due_at)
    assert due.carry_out(early) is False
    assert state(cast, row)[:2] == ("pending", None)


@pytest.mark.usefixtures("inside")
@both_databases
def test_it_is_carried_out_once_and_recorded(cast: Cast) -> None:
    row, _ = scheduled(cast)
    make_due(row)
    assert due.publish_due() == 1
    assert due.publish_due() == 0
    assert state(cast, row)[:2] == ("done", "/menu/")
    run = events(cast, "schedule.run")
    assert [(e.actor_label, e.on_behalf_of) for e in run] == [("Portal", cast.publisher.email)]
    assert len([e for e in events(cast, "page.published") if e.on_behalf_of]) == 1


@pytest.mark.usefixtures("inside")
@both_databases
def test_unpublishing_takes_it_offline(cast: Cast) -> None:
    row, _ = scheduled(cast, what="unpublish")
    make_due(row)
    due.publish_due()
    assert state(cast, row)[:2] == ("done", None)


@both_databases
def test_many_at_once_carry_it_out_once(app: Flask, cast: Cast) -> None:
    with app.app_context():
        rows = [scheduled(cast, f"Page {n}")[0] for n in range(5)]
        for row in rows:
            make_due(row)
    barrier, done = threading.Barrier(4), []

    def race() -> None:
        with app.app_context():
            barrier.wait()
            done.append(due.publish_due())

    threads = [threading.Thread(target=race) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        assert sum(done) == 5
        assert len(events(cast, "schedule.run")) == 5
        assert {state(cast, row)[0] for row in rows} == {"done"}


@pytest.mark.usefixtures("inside")
def test_the_approvers_right_is_asked_for_again(cast: Cast) -> None:
    row, _ = scheduled(cast)
    admin, grant = as_actor(cast.admin), as_actor(cast.publisher).holdings[0].grant_id
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        found = grant_by_id(grant)
        assert found is not None
        end(found, cast.acme, by=admin)
        db.session.commit()
    make_due(row)
    due.publish_due()
    told = state(cast, row)
    assert told[:2] == ("held", None)
    assert "page.publish" in told[2]
    assert [e.outcome for e in events(cast, "schedule.held")] == ["failed"]


@pytest.mark.usefixtures("inside")
def test_the_text_that_was_scheduled_goes_live_though_a_newer_draft_waits(cast: Cast) -> None:
    row, page = scheduled(cast)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        again = page_by_id(page.id, cast.acme.id)
        assert again is not None
        save_draft(
            again, Text(title="Newer"), cast.acme, by=TESTS, based_on=again.draft_revision_id
        )
        db.session.commit()
    make_due(row)
    due.publish_due()
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        after = page_by_id(page.id, cast.acme.id)
        assert after is not None
        assert (after.live_revision_id, after.state) == (row.revision_id, "live+draft")


@pytest.mark.usefixtures("inside")
def test_it_does_not_put_an_older_text_over_a_newer_live_one(cast: Cast) -> None:
    row, page = scheduled(cast)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        again = page_by_id(page.id, cast.acme.id)
        assert again is not None
        newer = save_draft(
            again, Text(title="Newer"), cast.acme, by=TESTS, based_on=again.draft_revision_id
        )
        publish(again, newer.revision, cast.acme, by=TESTS)
        db.session.commit()
    make_due(row)
    due.publish_due()
    told = state(cast, row)
    assert told[0] == "held"
    assert "newer than the scheduled" in told[2]


@pytest.mark.usefixtures("inside")
@both_databases
def test_a_taken_address_holds_it_and_stops_nobody_else(cast: Cast) -> None:
    first, _ = scheduled(cast, "Menu")
    second, _ = scheduled(cast, "Card")
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        make_page(cast.acme, "Menu", state="live")
        db.session.commit()
    make_due(first)
    make_due(second)
    assert due.publish_due() == 2
    assert state(cast, first)[0] == "held"
    assert state(cast, second)[:2] == ("done", "/card/")


@pytest.mark.usefixtures("inside")
def test_a_text_that_was_tampered_with_is_held(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    row, _ = scheduled(cast)
    make_due(row)
    monkeypatch.setattr(due, "digest_now", lambda revision: "something else")
    due.publish_due()
    assert state(cast, row)[0] == "held"


@pytest.mark.usefixtures("inside")
def test_an_unforeseen_fault_holds_it_and_shows(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, _ = scheduled(cast)
    make_due(row)

    def explode(*_: object, **__: object) -> None:
        raise RuntimeError("poison")

    monkeypatch.setattr(due, "publish", explode)
    due.publish_due()
    assert state(cast, row) == ("held", None, "An unforeseen fault (RuntimeError).")


@pytest.mark.usefixtures("inside")
def test_cancelled_and_moved_ones_are_left_alone(cast: Cast) -> None:
    publisher = as_actor(cast.publisher)
    gone, _ = scheduled(cast, "Gone")
    moved, _ = scheduled(cast, "Moved")
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        first, second = (db.session.get(Schedule, r.id) for r in (gone, moved))
        assert first is not None
        assert second is not None
        cancel(first, cast.acme, by=publisher, reason="No.")
        before = second.id, second.due_at
        move(second, moment_at(now() + 2 * LATER, "UTC"), cast.acme, by=publisher)
        db.session.commit()
        assert (second.id, second.moves) == (before[0], 1)
        with pytest.raises(Problem, match="cancelled already"):
            cancel(first, cast.acme, by=publisher)
    with time_machine.travel(before[1] + timedelta(seconds=1), tick=False):
        due.publish_due()
    assert [state(cast, r)[0] for r in (gone, moved)] == ["cancelled", "pending"]


@pytest.mark.usefixtures("inside")
def test_a_held_one_waits_again_when_it_is_moved(cast: Cast) -> None:
    row, _ = scheduled(cast)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        other = make_page(cast.acme, "Menu", state="live")
        db.session.commit()
    make_due(row)
    due.publish_due()
    publisher = as_actor(cast.publisher)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        found = db.session.get(Schedule, row.id)
        assert found is not None
        move(found, moment_at(now() + LATER, "UTC"), cast.acme, by=publisher)
        assert (found.state, found.cause, other.address) == ("pending", "", "/menu/")


@pytest.mark.usefixtures("inside")
def test_who_may_not_publish_schedules_nothing(cast: Cast) -> None:
    editor = as_actor(cast.editor)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        page = make_page(cast.acme, "Menu")
        revision: Revision | None = revision_by_id(page.draft_revision_id, page)
        with pytest.raises(Denied):
            schedule(
                page, "publish", revision, moment_at(now() + LATER, "UTC"), cast.acme, by=editor
            )


@pytest.mark.usefixtures("inside")
@pytest.mark.parametrize("wrong", [timedelta(seconds=-1), timedelta(days=4200)])
def test_the_past_and_the_far_future_are_refused(cast: Cast, wrong: timedelta) -> None:
    publisher = as_actor(cast.publisher)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        page = make_page(cast.acme, "Menu")
        revision = revision_by_id(page.draft_revision_id, page)
        with pytest.raises(BadTime):
            schedule(
                page, "publish", revision, moment_at(now() + wrong, "UTC"), cast.acme, by=publisher
            )
