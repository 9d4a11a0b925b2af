"""Drafts are handed in, approved by somebody else, handed back, and void after an edit."""

from __future__ import annotations

import pytest
from flask.ctx import AppContext
from sqlalchemy import select

from portal.content.approvals import NotApproved
from portal.content.problems import Problem
from portal.content.publishing import publish
from portal.content.reviewing import approve, reject, submit
from portal.content.reviews import reviews_of
from tenants.audit import AuditEvent
from tenants.db import db
from tenants.decisions import Denied
from tenants.scope import acting_in, tenant_scope
from tests.content.review_scene import (
    TWO,
    Crew,
    crew,
    draft_of,
    hand_in,
    pass_step,
    told,
    with_workflow,
    write,
)
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.pages import make_page

pytestmark = pytest.mark.usefixtures("inside")


@pytest.fixture
def by(inside: AppContext, cast: Cast) -> Crew:
    return crew(cast)


@both_databases
def test_a_draft_is_approved_by_somebody_else_and_goes_live(cast: Cast, by: Crew) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        with_workflow(cast.acme)
        page = make_page(cast.acme, "Menu", by=by.editor)
        with pytest.raises(NotApproved, match="not been approved in “Review”"):
            publish(page, draft_of(page), cast.acme, by=by.publisher)
        row = submit(page, draft_of(page), cast.acme, by=by.editor, note="Please look.")
        db.session.commit()
        assert (row.state, row.step, row.note) == ("waiting", "Review", "Please look.")
        assert [kind for kind, _ in told(cast.publisher)] == ["asked"]
        assert "Edda Editor asks you to review “Menu”" in told(cast.publisher)[0][1]
        approve(row, page, cast.acme, by=by.publisher, step="Review", reason="Fine.")
        assert (row.state, row.passed_at is None) == ("approved", False)
        assert [kind for kind, _ in told(cast.editor)] == ["passed"]
        publish(page, draft_of(page), cast.acme, by=by.publisher)
        db.session.commit()
        events = db.session.scalars(
            select(AuditEvent).where(AuditEvent.target_id.in_([page.id, row.id]))
        ).all()
        names = [each.event for each in events]
        assert {"review.asked", "review.approved", "page.published"} <= set(names)
        live = next(each for each in events if each.event == "page.published")
        assert live.changes["approved by"] == [None, "Pia Publisher (Review)"]


def test_without_a_workflow_all_is_as_before_and_drafts_can_be_handed_in(
    cast: Cast, by: Crew
) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        page = make_page(cast.acme, "Menu", by=by.editor)
        row = hand_in(page, cast.acme, by.editor)
        pass_step(page, cast.acme, by.publisher)
        assert row.state == "approved"
        write(page, cast.acme, "Other", by.publisher)
        publish(page, draft_of(page), cast.acme, by=by.publisher)
        assert page.state == "live"


def test_who_wrote_any_of_it_cannot_approve(cast: Cast, by: Crew) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        with_workflow(cast.acme)
        page = make_page(cast.acme, "Menu", by=by.publisher)
        write(page, cast.acme, "More", by.editor)
        row = hand_in(page, cast.acme, by.editor)
        assert [kind for kind, _ in told(cast.publisher)] == []
        for act in (approve, reject):
            with pytest.raises(Problem, match="You wrote some of what is reviewed"):
                act(row, page, cast.acme, by=by.publisher, step="Review", reason="Mine.")
        approve(row, page, cast.acme, by=by.admin, step="Review")
        write(page, cast.acme, "Even more", by.admin)
        row = hand_in(page, cast.acme, by.admin)
        approve(row, page, cast.acme, by=by.publisher, step="Review")
        assert row.state == "approved"


def test_the_right_to_review_is_needed(cast: Cast, by: Crew) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        page = make_page(cast.acme, "Menu", by=by.author)
        row = hand_in(page, cast.acme, by.author)
        with pytest.raises(Denied) as refusal:
            approve(row, page, cast.acme, by=by.editor, step="Review")
        assert refusal.value.decision.permission == "page.review"
        other = make_page(cast.acme, "Other", by=by.editor)
        with pytest.raises(Denied):
            submit(other, draft_of(other), cast.acme, by=by.author)


@both_databases
def test_an_edit_voids_what_was_approved_and_says_so(cast: Cast, by: Crew) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        with_workflow(cast.acme)
        page = make_page(cast.acme, "Menu", by=by.editor)
        row = hand_in(page, cast.acme, by.editor)
        pass_step(page, cast.acme, by.publisher)
        write(page, cast.acme, "Changed", by.editor)
        db.session.commit()
        assert (row.state, row.reason) == ("voided", "Edda Editor saved revision 2.")
        assert [kind for kind, _ in told(cast.publisher)] == ["asked", "voided"]
        with pytest.raises(NotApproved):
            publish(page, draft_of(page), cast.acme, by=by.publisher)
        write(page, cast.acme, "Some words.", by.editor)
        assert draft_of(page).digest == row.revision_digest
        with pytest.raises(NotApproved):
            publish(page, draft_of(page), cast.acme, by=by.publisher)


def test_what_is_live_stays_approved_when_one_writes_on(cast: Cast, by: Crew) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        with_workflow(cast.acme)
        page = make_page(cast.acme, "Menu", by=by.editor)
        for body in ("One", "Two"):
            write(page, cast.acme, body, by.editor)
            hand_in(page, cast.acme, by.editor)
            pass_step(page, cast.acme, by.publisher)
            publish(page, draft_of(page), cast.acme, by=by.publisher)
        write(page, cast.acme, "Three", by.editor)
        assert [row.state for row in reviews_of(page)] == ["approved", "approved"]


def test_it_is_handed_back_with_a_reason_and_the_text_stays(cast: Cast, by: Crew) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        with_workflow(cast.acme, TWO)
        page = make_page(cast.acme, "Menu", by=by.author)
        draft = draft_of(page)
        row = hand_in(page, cast.acme, by.author)
        with pytest.raises(Problem, match="Say why"):
            reject(row, page, cast.acme, by=by.publisher, step="Facts", reason="  ")
        pass_step(page, cast.acme, by.publisher)
        reject(row, page, cast.acme, by=by.admin, step="Law", reason="Names missing.")
        assert (row.state, row.reason, page.draft_revision_id) == (
            "rejected", "Names missing.", draft.id,
        )  # fmt: skip
        assert told(cast.author)[-1][0] == "rejected"
        row = hand_in(page, cast.acme, by.author)
        assert row.step == "Facts", "an approval before a rejection counts no more"
