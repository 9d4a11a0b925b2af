"""After a backup was restored what may have happened already waits for people, and says so."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from portal.content.notifications import Notification
from portal.content.pages import Page
from portal.content.releases import Release
from portal.content.running import run_now
from portal.content.schedules import Schedule
from portal.content.trash import put_in_trash
from portal.installation import Installation, Standing, count_beat, standing
from portal.jobs import standing as watch
from portal.jobs import tasks
from portal.jobs.outcomes import tell_outcomes
from portal.jobs.restored import KEPT_BACK, hold_back
from portal.outbox import post
from tenants.audit import AuditEvent, excuse
from tenants.clock import now
from tenants.db import db
from tenants.scope import across_tenants, acting_in, aside, tenant_scope
from tests.content.due_scene import events, make_due, scheduled, state
from tests.content.review_scene import told
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import TESTS
from tests.identity.common import mails

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def stood(beats: int, at: datetime | None) -> Standing:
    return Standing(uuid.UUID(int=1), beats, at)


@pytest.mark.parametrize(
    ("here", "seen", "put_back"),
    [
        (stood(9, NOON), stood(9, NOON), False),
        (stood(9, NOON - 60 * MINUTE), stood(9, NOON), False),  # a clock was set back
        (stood(8, NOON - MINUTE / 2), stood(9, NOON), False),  # another server took over
        (stood(8, NOON - 2 * MINUTE), stood(9, NOON), True),
        (stood(0, None), stood(9, NOON), True),
        (stood(10, NOON), stood(9, NOON - 2 * MINUTE), False),
    ],
)
def test_what_tells_a_restored_database(here: Standing, seen: Standing, put_back: bool):
    assert watch.was_put_back(here, seen) is put_back


@pytest.fixture
def restored_at(app: Flask, monkeypatch: pytest.MonkeyPatch) -> datetime:
    """The database was put back: somebody saw it an hour and some hundred beats further."""
    at = now() - timedelta(hours=1)
    with app.app_context():
        count_beat(db.session())
        row = db.session.scalars(select(Installation)).one()
        row.beat_at = at
        db.session.commit()
        seen = Standing(row.id, 700, now())
        db.session.remove()
    monkeypatch.setattr(watch, "_seen", {seen.id: seen})
    return at


@both_databases
@pytest.mark.usefixtures("inside")
def test_what_was_due_since_is_held_until_somebody_decides(cast: Cast, restored_at: datetime):
    past, _ = scheduled(cast, "Past")
    make_due(past)
    later, _ = scheduled(cast, "Later")
    tasks.publish_due()
    found, address, cause = state(cast, past)
    assert (found, address) == ("held", None)
    assert f"a backup that ends {restored_at:%a %-d %b %Y, %H:%M} (UTC)" in cause
    assert state(cast, later)[0] == "pending"
    assert [event.facts["cause"] for event in events(cast, "schedule.held")] == [cause]
    assert tell_outcomes()
    publisher = as_actor(cast.publisher)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        assert [kind for kind, _ in told(cast.publisher)] == ["held"]
        row = db.session.get(Schedule, past.id)
        assert row is not None
        run_now(row, cast.acme, by=publisher)
        db.session.commit()
    make_due(later)
    tasks.publish_due()
    assert [state(cast, row)[0] for row in (past, later)] == ["done", "done"], "then all goes on"


def what_else_waits(cast: Cast, page: Page) -> None:
    """A release that is due, a notice nobody mailed, and a mail."""
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        release = Release(
            tenant_id=cast.acme.tenant_id, account_id=cast.acme.id, name="Spring",
            state="pending", due_at=now() - MINUTE, maker_label="Tests",
        )  # fmt: skip
        notice = Notification(
            tenant_id=cast.acme.tenant_id, account_id=cast.acme.id, sentence="An old notice.",
            person_id=cast.admin.id, kind="mention", page_id=page.id,
        )  # fmt: skip
        db.session.add_all([release, notice])
        excuse(release, "Sets the scene.")
        post("reader@example.org", "Of yesterday", "text", cast.acme.tenant_id)
        db.session.commit()


@both_databases
@pytest.mark.usefixtures("inside")
def test_it_is_another_installation_and_its_owners_are_told(
    app: Flask, cast: Cast, restored_at: datetime
):
    row, page = scheduled(cast, "Past")
    make_due(row)
    what_else_waits(cast, page)
    before = standing(db.session())
    db.session.remove()
    watch.make_sure()
    assert before is not None
    hold_back(before.id)  # by somebody who saw it too, and comes later
    after = standing(db.session())
    db.session.remove()
    assert after is not None
    assert before.id != after.id
    [event] = told_of_restore(cast)
    assert event.facts == {
        "since": restored_at.isoformat(), "schedules": 1, "releases": 1, "mails": 1,
    }  # fmt: skip
    old, new = mails(app)
    assert (old.state, old.last_error) == ("dead", KEPT_BACK)
    assert (new.recipient, new.state) == (cast.owner.email, "waiting")
    assert "1 schedule and 1 release that fell due since are held" in new.text
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        assert db.session.scalars(select(Release.state)).all() == ["held"]
        mailed = select(Notification.mailed_at).where(Notification.sentence == "An old notice.")
        assert db.session.scalar(mailed) is not None, "no mail is written about it again"


@pytest.mark.usefixtures("inside")
def test_beats_of_another_thread_are_no_restoring(
    cast: Cast, restored_at: datetime, monkeypatch: pytest.MonkeyPatch
):
    """After a long outage one thread has read the old row while another counts on."""
    row, _ = scheduled(cast)
    make_due(row)
    read, newest = watch._here, next(iter(watch._seen.values()))
    watch._seen.clear()

    def while_the_other_goes_on() -> Standing | None:
        found = read()
        watch._seen[newest.id] = newest
        return found

    monkeypatch.setattr(watch, "_here", while_the_other_goes_on)
    watch.make_sure()
    assert state(cast, row)[0] == "pending"


@pytest.mark.usefixtures("inside")
def test_beats_of_another_process_are_no_restoring(
    cast: Cast, restored_at: datetime, monkeypatch: pytest.MonkeyPatch
):
    """The same between the row that was read and what the queue says then."""
    row, _ = scheduled(cast)
    make_due(row)
    newest = watch._seen.popitem()[1]

    def of_the_other(_: uuid.UUID) -> Standing:
        with aside(None) as session:
            only = session.scalars(select(Installation)).one()
            only.beats, only.beat_at = newest.beats, newest.at
        return newest

    monkeypatch.setattr(watch, "_remembered", of_the_other)
    watch.make_sure()
    assert state(cast, row)[0] == "pending"


def told_of_restore(cast: Cast) -> list[AuditEvent]:
    with across_tenants("the house's trail"):
        query = select(AuditEvent).where(AuditEvent.event == "backup.restored")
        return list(db.session.scalars(query))


@pytest.mark.usefixtures("inside")
def test_whoever_was_killed_while_holding_goes_on_with_what_was_due_then(cast: Cast):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("portal.jobs.restored._keep_back_mails", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            hold_back()
    db.session.remove()
    row, _ = scheduled(cast, "Since")
    make_due(row)
    with across_tenants("sets the scene"):
        db.session.scalars(select(Installation)).one().holding_at = now() - MINUTE
        db.session.commit()
    assert hold_back().schedules == 0
    tasks.publish_due()
    assert state(cast, row)[0] == "done"


@pytest.mark.usefixtures("inside")
def test_the_commands_hold_it_and_have_an_account_go_on(app: Flask, cast: Cast):
    rows = [scheduled(cast, title)[0] for title in ("One", "Two", "Three")]
    for row in rows:
        make_due(row)
    run = app.test_cli_runner().invoke
    told = run(args=["restored"])
    assert "held: 3 schedules and 0 releases" in told.output
    assert [state(cast, row)[0] for row in rows] == ["held"] * 3
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        page = db.session.scalars(select(Page).where(Page.id == rows[1].page_id)).one()
        put_in_trash(page, cast.acme, by=TESTS)
        found = db.session.get(Schedule, rows[1].id)
        assert found is not None
        found.state = "held"
        excuse(found, "Sets the scene.")
        db.session.commit()
    told = run(args=["schedule", "run-held", "acme", "--as", cast.publisher.email])
    assert "Two: The page is gone." in told.stderr
    assert "2 of 3 done" in told.stdout
    assert run(args=["schedule", "run-held", "acme", "--as", cast.viewer.email]).stdout == (
        "0 of 1 done\n"
    )
