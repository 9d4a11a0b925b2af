"""Steps: who may act in each, in which order, by when; and what is asked again when due."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask.ctx import AppContext
from sqlalchemy import select

from portal.content.approvals import NotApproved
from portal.content.due import publish_due
from portal.content.moments import moment_at
from portal.content.problems import Problem
from portal.content.publishing import publish
from portal.content.reviewing import approve, assign, submit, withdraw
from portal.content.reviews import Review, waiting_review
from portal.content.schedules import Schedule
from portal.content.scheduling import move, schedule
from portal.content.workflows import set_workflow, workflow_at
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Denied
from tenants.grouping import add_member, make
from tenants.people import person_by_id
from tenants.policing import set_policy
from tenants.roles import built_in
from tenants.scope import across_tenants, acting_in, tenant_scope
from tenants.step_kinds import Step
from tests.content.due_scene import make_due
from tests.content.review_scene import (
    TWO,
    Crew,
    crew,
    draft_of,
    hand_in,
    make_publishers,
    pass_step,
    told,
    with_workflow,
    write,
)
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.pages import TESTS, make_page

pytestmark = pytest.mark.usefixtures("inside")


@pytest.fixture
def by(inside: AppContext, cast: Cast) -> Crew:
    return crew(cast)


def test_each_step_takes_another_person(cast: Cast, by: Crew) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        with_workflow(cast.acme, TWO)
        page = make_page(cast.acme, "Menu", by=by.editor)
        row = hand_in(page, cast.acme, by.editor)
        pass_step(page, cast.acme, by.publisher)
        assert (row.state, row.step) == ("waiting", "Law")
        with pytest.raises(Problem, match="Each step takes another person"):
            approve(row, page, cast.acme, by=by.publisher, step="Law")
        with pytest.raises(Problem, match="does not wait any more"):
            approve(row, page, cast.acme, by=by.admin, step="Facts")
        with pytest.raises(NotApproved, match="in “Law” yet"):
            publish(page, draft_of(page), cast.acme, by=by.publisher)
        pass_step(page, cast.acme, by.admin)
        publish(page, draft_of(page), cast.acme, by=by.publisher)


@both_databases
def test_a_step_is_for_a_role_or_a_group_and_makes_nobody_stronger(cast: Cast, by: Crew) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        desk = make(cast.acme, "Desk", "", by=by.admin)
        db.session.flush()
        for who in (cast.publisher, cast.viewer):
            person = person_by_id(who.id)
            assert person is not None
            add_member(desk, person, cast.acme, by=by.admin)
        role = built_in("account-admin")
        steps = (Step("Desk", f"group:{desk.id}"), Step("Head", f"role:{role.id}"))
        with_workflow(cast.acme, steps)
        page = make_page(cast.acme, "Menu", by=by.editor)
        row = hand_in(page, cast.acme, by.editor)
        assert [kind for kind, _ in told(cast.publisher)] == ["asked"]
        assert told(cast.admin) == told(cast.viewer) == []
        with pytest.raises(Denied):
            approve(row, page, cast.acme, by=by.viewer, step="Desk")
        with pytest.raises(Problem, match="for other people"):
            approve(row, page, cast.acme, by=by.admin, step="Desk")
        pass_step(page, cast.acme, by.publisher)
        assert [kind for kind, _ in told(cast.admin)] == ["asked"]
        pass_step(page, cast.acme, by.admin)
        publish(page, draft_of(page), cast.acme, by=by.publisher)


def test_a_role_above_fits_a_step_for_what_it_inherits(cast: Cast, by: Crew) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        with_workflow(cast.acme, (Step("Desk", f"role:{built_in('publisher').id}"),))
        page = make_page(cast.acme, "Menu", by=by.editor)
        hand_in(page, cast.acme, by.editor)
        assert pass_step(page, cast.acme, by.admin).state == "approved"


def test_the_number_of_review_steps_counts_what_is_named(cast: Cast, by: Crew) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        set_policy(cast.acme, "review_steps", "2", by=TESTS)
        with_workflow(cast.berlin, (Step("Law"),))
        names = [step.name for step in workflow_at(cast.berlin).steps]
        assert names == ["Law", "Review 1"]
        assert [step.name for step in workflow_at(cast.acme).steps] == ["Review 1", "Review 2"]
        set_workflow(cast.berlin, (), by=TESTS)
        assert len(workflow_at(cast.berlin).steps) == 2


@both_databases
def test_what_is_scheduled_is_asked_again_when_due(cast: Cast, by: Crew) -> None:
    moment = moment_at(now() + timedelta(minutes=10), "Europe/Berlin")
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        with_workflow(cast.acme)
        page = make_page(cast.acme, "Menu", by=by.editor)
        with pytest.raises(NotApproved):
            schedule(page, "publish", draft_of(page), moment, cast.acme, by=by.publisher)
        review = hand_in(page, cast.acme, by.editor)
        pass_step(page, cast.acme, by.publisher)
        row = schedule(page, "publish", draft_of(page), moment, cast.acme, by=by.publisher)
        write(page, cast.acme, "For later", by.editor)
        assert review.state == "approved", "what is scheduled as it was approved stays so"
        with_workflow(cast.acme, TWO)
        db.session.commit()
        row_id = row.id
    make_due(row)
    publish_due()
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        found = db.session.get_one(Schedule, row_id)
        assert found.state == "held"
        assert "not been approved in “Facts” and “Law” yet" in found.cause
        with pytest.raises(NotApproved):
            move(found, moment, cast.acme, by=by.publisher)


@both_databases
def test_an_approver_who_lost_the_right_counts_no_more(cast: Cast, by: Crew) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        with_workflow(cast.acme)
        page = make_page(cast.acme, "Menu", by=by.editor)
        hand_in(page, cast.acme, by.editor)
        pass_step(page, cast.acme, by.publisher)
        db.session.commit()
    with across_tenants("somebody leaves"):
        person = person_by_id(cast.publisher.id)
        assert person is not None
        person.deactivated_at = now()
        db.session.info.setdefault("recorded", set()).add(("Person", person.id))
        db.session.commit()
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        page = db.session.get_one(type(page), page.id)
        with pytest.raises(NotApproved):
            publish(page, draft_of(page), cast.acme, by=by.admin)


def test_it_is_given_to_somebody_and_taken_back(cast: Cast, by: Crew) -> None:
    make_publishers(cast, [cast.viewer], cast.acme)
    by = crew(cast)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        with_workflow(cast.acme)
        page = make_page(cast.acme, "Menu", by=by.editor)
        row = submit(page, draft_of(page), cast.acme, by=by.editor, assignee_id=cast.viewer.id)
        assert (row.assignee_id, told(cast.publisher)) == (cast.viewer.id, [])
        assign(row, page, cast.acme, cast.publisher.id, by=by.viewer)
        assert [kind for kind, _ in told(cast.publisher)] == ["assigned"]
        with pytest.raises(Problem, match="cannot act in “Review”"):
            assign(row, page, cast.acme, cast.editor.id, by=by.editor)
        with pytest.raises(Problem, match="handed this in already"):
            hand_in(page, cast.acme, by.editor)
        withdraw(row, page, cast.acme, by=by.editor)
        assert row.state == "withdrawn"
        assert waiting_review(page) is None
        with pytest.raises(Problem, match="withdrawn already"):
            approve(row, page, cast.acme, by=by.publisher, step="Review")


def test_a_step_has_its_days(cast: Cast, by: Crew) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        with_workflow(cast.acme, (Step("Law", due=3, remind=1, escalate=2),))
        page = make_page(cast.acme, "Menu", by=by.editor)
        row = hand_in(page, cast.acme, by.editor)
        assert row.due_at is not None
        assert row.remind_at == row.due_at - timedelta(days=1)
        assert row.escalate_at == row.due_at + timedelta(days=2)
        assert timedelta(days=2, hours=23) < row.due_at - now() <= timedelta(days=3)


def test_a_neighbour_sees_no_review(cast: Cast, by: Crew) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        page = make_page(cast.acme, "Menu", by=by.editor)
        row_id = hand_in(page, cast.acme, by.editor).id
        db.session.commit()
    with acting_in(tenant_scope(cast.bolt.tenant_id)):
        assert db.session.scalar(select(Review).where(Review.id == row_id)) is None
