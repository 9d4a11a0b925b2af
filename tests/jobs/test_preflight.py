"""What stands in the way of a schedule is said while there is time to mend it."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from flask import Flask
from flask.ctx import AppContext

from portal.content.drafting import Text, create_page
from portal.content.media_problems import unsaid_pictures
from portal.content.moments import moment_at
from portal.content.pages import Page, revision_by_id
from portal.content.preflight import problems_of
from portal.content.schedules import Schedule
from portal.content.scheduling import cancel, schedule
from portal.jobs.preflight import look_ahead
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor
from tenants.scope import acting_in, tenant_scope
from tests.content.review_scene import told, with_workflow
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import TESTS, make_page
from tests.jobs.test_outcomes import heard_by, lose_rights
from tests.site.scene import statements

HOUR = timedelta(hours=1)


def planned(by: Actor, cast: Cast, page: Page, ahead: timedelta = HOUR / 2) -> Schedule:
    """A page scheduled to go live. Needs the scope; commits."""
    moment = moment_at(now() + ahead, "UTC")
    draft = revision_by_id(page.draft_revision_id, page)
    row = schedule(page, "publish", draft, moment, cast.acme, by=by)
    db.session.commit()
    return row


@pytest.fixture
def publisher(inside: AppContext, cast: Cast) -> Actor:
    """Who schedules."""
    return as_actor(cast.publisher)


def change_due(row: Schedule, ahead: timedelta) -> None:
    row.due_at = now() + ahead
    row.checked_at = now() - HOUR / 4
    db.session.info.setdefault("recorded", set()).add(("Schedule", row.id))
    db.session.commit()


def test_nothing_stands_in_the_way_of_what_is_well(publisher: Actor, cast: Cast):
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        row = planned(publisher, cast, make_page(cast.acme, "Menu"))
        assert problems_of(row, cast.acme) == []


@both_databases
def test_all_that_would_hold_it_is_said_before_what_is_only_odd(publisher: Actor, cast: Cast):
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        later = make_page(cast.acme, "Later")
        body = f'<p><a href="page:{later.id}">Later</a></p><p><img src="/x.png" alt=""></p>'
        page = make_page(cast.acme, "Menu", body)
        other = make_page(cast.acme, "Menu")
        row = planned(publisher, cast, page)
        planned(publisher, cast, other, HOUR / 4)
        with_workflow(cast.acme)
        db.session.commit()
        found = problems_of(row, cast.acme)
    assert found == [
        "Revision 1 has not been approved in “Review” yet.",
        unsaid_pictures('<img src="/x.png" alt="">', ())[0],
        "“Menu” is scheduled to go live at /menu/ before it.",
        "It links to “Later”, which will not be live by then.",
    ]


def test_what_goes_live_before_it_counts_as_live(publisher: Actor, cast: Cast):
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        parent = make_page(cast.acme, "About")
        text = Text(title="Team", body="<p>x</p>", parent_id=parent.id)
        child, _ = create_page(cast.acme, "page", text, by=TESTS)
        row = planned(publisher, cast, child)
        alone = problems_of(row, cast.acme)
        first = planned(publisher, cast, parent, HOUR / 4)
        assert problems_of(row, cast.acme) == []
        cancel(first, cast.acme, by=TESTS)
        db.session.commit()
        assert problems_of(row, cast.acme) == alone
    assert alone == ["The page above it, “About”, will not be live by then."]


@both_databases
def test_it_is_looked_at_an_hour_and_ten_minutes_before_and_told_once(publisher: Actor, cast: Cast):
    scope = tenant_scope(cast.acme.tenant_id)
    with acting_in(scope):
        row = planned(publisher, cast, make_page(cast.acme, "Menu"), 2 * HOUR)
        planned(publisher, cast, make_page(cast.acme, "Far"), 3 * HOUR)
        assert row.problems == []
    assert look_ahead() == 0, "too early"
    lose_rights(cast, cast.publisher)
    with acting_in(scope):
        row = db.session.get_one(Schedule, row.id)
        change_due(row, timedelta(minutes=59))
    assert (look_ahead(), look_ahead()) == (1, 0)
    ((kind, sentence),) = heard_by(cast, cast.admin)
    assert kind == "problem"
    assert "and would be held: " in sentence
    with acting_in(scope):
        row = db.session.get_one(Schedule, row.id)
        assert len(row.problems) == 1
        change_due(row, timedelta(minutes=30))
    assert look_ahead() == 0
    with acting_in(scope):
        change_due(db.session.get_one(Schedule, row.id), timedelta(minutes=9))
    assert look_ahead() == 1
    with acting_in(scope):
        assert len(told(cast.admin)) == 1, "the same problems are no news"


def test_looking_costs_the_same_for_few_and_for_many(app: Flask, publisher: Actor, cast: Cast):
    def some(number: int) -> int:
        with acting_in(tenant_scope(cast.acme.tenant_id)):
            for _ in range(number):
                body = f'<p><a href="page:{uuid.uuid4()}">x</a></p>'
                page = make_page(cast.acme, f"P {uuid.uuid4().hex}", body)
                planned(publisher, cast, page)
        with statements(app) as found:
            assert look_ahead() == number
        return len(found)

    some(2)
    assert some(12) <= some(5)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        sentences = [sentence for _, sentence in told(cast.publisher)]
    assert sentences[-1].startswith("Something is in the way of 5 schedules due within the hour.")
