"""A miss is marked once, recorded, and told of once, by whoever looks first."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import Flask

from portal import watch
from portal.content.due import publish_due
from portal.content.releases import Release
from portal.jobs.mail import anything_waiting
from portal.jobs.missed import notice_misses
from portal.outbox import post
from tenants.audit import excuse
from tenants.clock import now
from tenants.db import db
from tenants.engines import reading
from tenants.scope import acting_in, tenant_scope
from tests.content.due_scene import events, scheduled, state
from tests.content.review_scene import told
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.identity.common import mails
from tests.jobs.missed_scene import heard, marks, overdue
from tests.site.scene import statements

MINUTE = timedelta(minutes=1)


@both_databases
@pytest.mark.usefixtures("inside")
def test_it_is_marked_recorded_and_told_of_once(app: Flask, cast: Cast):
    heard(3 * MINUTE)
    rows = [overdue(cast, f"Page {n}") for n in range(3)]
    scheduled(cast, "Later")
    assert len(notice_misses()) == 2
    assert notice_misses() == []
    assert marks(cast) == ["Page 0", "Page 1", "Page 2"]
    assert [e.actor_label for e in events(cast, "schedule.missed")] == ["Portal"] * 3
    found = {mail.recipient: mail for mail in mails(app)}
    assert found.keys() == {cast.admin.email, cast.owner.email}
    overdue_words = "3 schedules of Acme are overdue: nobody has carried them out."
    assert found[cast.admin.email].subject == overdue_words
    assert overdue_words in found[cast.owner.email].text
    assert "silent since" in found[cast.owner.email].text
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        assert [kind for kind, _ in told(cast.admin)] == ["missed"]
    assert {state(cast, row)[0] for row in rows} == {"pending"}, "it never publishes"
    assert publish_due() == 3
    assert {state(cast, row)[0] for row in rows} == {"done"}


@pytest.mark.usefixtures("inside")
def test_of_one_silence_everybody_is_told_once(app: Flask, cast: Cast):
    heard(20 * MINUTE)
    overdue(cast, "One")
    notice_misses()
    overdue(cast, "Two")
    assert notice_misses() == []
    assert marks(cast) == ["One", "Two"], "marked all the same"
    assert len(mails(app)) == 2


@both_databases
@pytest.mark.usefixtures("inside")
def test_a_release_is_missed_like_a_schedule(app: Flask, cast: Cast):
    overdue(cast)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        release = Release(
            tenant_id=cast.acme.tenant_id, account_id=cast.acme.id, name="Spring",
            state="pending", due_at=now() - 2 * MINUTE, maker_label="Tests",
        )  # fmt: skip
        db.session.add(release)
        excuse(release, "Sets the scene.")
        db.session.commit()
    assert len(notice_misses()) == 2
    assert notice_misses() == []
    assert [e.target_label for e in events(cast, "release.missed")] == ["Spring"]
    assert "1 schedule and 1 release of Acme are overdue" in mails(app)[0].text


@pytest.mark.usefixtures("inside")
def test_a_scheduler_that_is_heard_of_gets_more_time(cast: Cast):
    heard(timedelta())
    overdue(cast, "Now", 2 * MINUTE)
    assert notice_misses() == []
    overdue(cast, "Stuck", 6 * MINUTE)
    assert notice_misses()
    assert marks(cast) == ["Stuck"]


@both_databases
def test_many_processes_that_look_mark_it_once(app: Flask, cast: Cast):
    with app.app_context():
        for n in range(4):
            overdue(cast, f"Page {n}")
    barrier = threading.Barrier(3)

    def race() -> None:
        with app.app_context():
            barrier.wait()
            watch.look(set())

    threads = [threading.Thread(target=race) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with app.app_context():
        assert len(events(cast, "schedule.missed")) == 4
        assert sorted(m.recipient for m in mails(app)) == [cast.admin.email, cast.owner.email]


@pytest.mark.usefixtures("inside")
def test_the_one_who_looks_sends_these_mails_and_no_others(app: Flask, cast: Cast):
    post("a@b.example", "Another", "text")
    db.session.commit()
    overdue(cast)
    unsent: set = set()
    watch.look(unsent)
    assert unsent == set()
    with reading():
        assert anything_waiting()
        db.session.rollback()
    assert [m.recipient for m in mails(app) if m.sent_at is None] == ["a@b.example"]


@pytest.mark.usefixtures("inside")
def test_looking_costs_two_statements_when_all_is_well(app: Flask, cast: Cast):
    scheduled(cast)
    heard(timedelta())
    with statements(app) as found:
        notice_misses()
    assert len([each for each in found if each.startswith("SELECT")]) == 2
