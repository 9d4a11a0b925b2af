"""Mail of what people were told, reminders, and what is overdue."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask

from portal.content.notifications import notify
from portal.content.pages import page_by_id
from portal.content.trash import put_in_trash
from portal.jobs.notifications import Waiting, is_due, mail_notifications
from portal.jobs.reviews import ring_alarms
from tenants.audit import excuse
from tenants.clock import now
from tenants.db import db
from tenants.ending import end
from tenants.grants import grants_at
from tenants.people import person_by_id
from tenants.scope import across_tenants, acting_in, tenant_scope
from tenants.step_kinds import Step
from tests.content.review_scene import crew, hand_in, pass_step, told, with_workflow
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import TESTS, make_page
from tests.identity.common import mails

LATER = timedelta(minutes=5)
STEP = (Step("Law", due=3, remind=1, escalate=2),)


def handed_in(app: Flask, cast: Cast) -> uuid.UUID:
    with app.app_context():
        by = crew(cast)
        with acting_in(tenant_scope(cast.acme.tenant_id)):
            with_workflow(cast.acme, STEP)
            page = make_page(cast.acme, "Menu", by=by.editor)
            hand_in(page, cast.acme, by.editor)
            db.session.commit()
            return page.id


def sent(app: Flask) -> list[tuple[str, str]]:
    with app.app_context():
        mail_notifications()
    return [(each.recipient, each.subject) for each in mails(app)]


def choose(app: Flask, person_id: uuid.UUID, notices: str) -> None:
    with app.app_context(), across_tenants("sets the scene"):
        person = person_by_id(person_id)
        assert person is not None
        person.notices = notices
        excuse(person, "Sets the scene.")
        db.session.commit()


@both_databases
def test_mail_leaves_once_and_only_to_those_concerned(app: Flask, cast: Cast):
    page_id = handed_in(app, cast)
    assert sent(app) == [], "it waits a little for more"
    with time_machine.travel(now() + LATER):
        subject = "Edda Editor asks you to review “Menu” (Law)."
        assert sorted(sent(app)) == [(cast.admin.email, subject), (cast.publisher.email, subject)]
        assert len(sent(app)) == 2
        assert f"http://localhost/a/acme/pages/{page_id}/review" in mails(app)[0].text


def test_who_lost_the_right_is_not_written_to(app: Flask, cast: Cast):
    handed_in(app, cast)
    with app.app_context():
        by = as_actor(cast.admin)
        with acting_in(tenant_scope(cast.acme.tenant_id)):
            for grant in grants_at((cast.acme.id,), now()):
                if grant.person_id == cast.publisher.id:
                    end(grant, cast.acme, by=by)
            db.session.commit()
    with time_machine.travel(now() + LATER):
        assert [who for who, _ in sent(app)] == [cast.admin.email]


def test_a_digest_comes_in_the_morning_and_never_is_never(app: Flask, cast: Cast):
    choose(app, cast.publisher.id, "digest")
    choose(app, cast.admin.id, "never")
    handed_in(app, cast)
    with time_machine.travel(now() + timedelta(minutes=1)):
        assert sent(app) == []
    with time_machine.travel(now() + timedelta(days=1)):
        assert [who for who, _ in sent(app)] == [cast.publisher.email]
        assert "once a day" in mails(app)[0].text


@pytest.mark.parametrize(
    ("zone", "since", "moment", "due"),
    [
        ("UTC", "2026-03-02T07:59", "2026-03-02T08:00", True),
        ("UTC", "2026-03-02T08:01", "2026-03-02T23:00", False),
        ("UTC", "2026-03-02T08:01", "2026-03-03T07:59", False),
        ("UTC", "2026-03-02T08:01", "2026-03-03T08:00", True),
        ("Europe/Berlin", "2026-03-02T06:30", "2026-03-02T07:00", True),
        ("America/New_York", "2026-03-02T06:30", "2026-03-02T08:30", False),
    ],
)
def test_the_morning_is_that_of_ones_own_zone(zone: str, since: str, moment: str, due: bool):
    at, when = (datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (since, moment))
    assert is_due(Waiting(uuid.uuid4(), "digest", zone, at), when) is due


@both_databases
def test_people_are_reminded_once_and_those_above_told_once(app: Flask, cast: Cast):
    page_id = handed_in(app, cast)

    def ring() -> int:
        with app.app_context():
            return ring_alarms()

    def kinds(who) -> list[str]:
        with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
            return [kind for kind, _ in told(who)]

    assert ring() == 0
    with time_machine.travel(now() + timedelta(days=2, minutes=1)):
        assert (ring(), ring()) == (1, 0)
        assert kinds(cast.publisher) == ["asked", "reminder"]
    with time_machine.travel(now() + timedelta(days=5, minutes=1)):
        assert (ring(), ring()) == (1, 0)
        assert kinds(cast.publisher) == ["asked", "reminder"]
        assert kinds(cast.admin) == ["asked", "reminder", "escalated"]
        assert kinds(cast.editor) == ["escalated"]
    with app.app_context():
        by = crew(cast)
        with acting_in(tenant_scope(cast.acme.tenant_id)):
            page = page_by_id(page_id, cast.acme.id)
            assert page is not None
            pass_step(page, cast.acme, by.admin)
            db.session.commit()
    with time_machine.travel(now() + timedelta(days=9)):
        assert ring() == 0


def test_one_persons_many_notices_hide_nobody_elses(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    """The digest of one waits for the morning; what others want at once leaves at once."""
    monkeypatch.setattr("portal.jobs.notifications.AT_MOST", 3)
    choose(app, cast.viewer.id, "digest")
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        page = make_page(cast.acme, "Noise")
        for _ in range(4):
            notify(page, "mention", "Look.", [cast.viewer.id], by=None)
        db.session.commit()
    with time_machine.travel(now() + timedelta(seconds=1)):
        handed_in(app, cast)
    with time_machine.travel(now() + timedelta(minutes=2)):
        assert sorted(who for who, _ in sent(app)) == [cast.admin.email, cast.publisher.email]


def test_what_is_in_the_trash_keeps_no_reminder_from_others(
    app: Flask, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("portal.jobs.reviews.AT_MOST", 1)
    gone = handed_in(app, cast)
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        page = page_by_id(gone, cast.acme.id)
        assert page is not None
        put_in_trash(page, cast.acme, by=TESTS)
        db.session.commit()
    with time_machine.travel(now() + timedelta(seconds=1)):
        handed_in(app, cast)
    with time_machine.travel(now() + timedelta(days=2, minutes=1)), app.app_context():
        assert ring_alarms() == 1
