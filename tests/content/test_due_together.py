"""Many schedules at once come to the same end as each of them alone."""

import random
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event as sa_event
from sqlalchemy import func, select, update

from portal.content import due, due_together
from portal.content.drafting import Text, save_draft
from portal.content.due_texts import AHEAD
from portal.content.filing import tags_named
from portal.content.moments import moment_at
from portal.content.pages import Page, revision_by_id
from portal.content.problems import Problem
from portal.content.publishing import publish
from portal.content.schedules import Schedule
from portal.content.scheduling import schedule
from portal.content.sites import Redirect
from portal.content.terms import PageTerm, Term
from tenants.accounts import AccountRef
from tenants.audit import AuditEvent, Unrecorded
from tenants.clock import now
from tenants.db import db
from tenants.decisions import SYSTEM, Actor
from tenants.events import Event
from tenants.people import person_by_id
from tenants.scope import CrossTenant, across_tenants, acting_in, tenant_scope
from tenants.telling import Telling, Told, record_each
from tests.content.review_scene import crew, draft_of, hand_in, pass_step, with_workflow
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import TESTS, make_page

ITEMS = 25


def some_schedules(account: AccountRef, publisher: Actor, seed: int) -> None:
    """Due schedules of all sorts, the same for the same seed; most are plain. Committed."""
    chance = random.Random(seed)  # noqa: S311 - not for secrets
    with acting_in(tenant_scope(account.tenant_id)):
        parent = make_page(account, f"Parent {seed}", state="live")
        tags = [str(term.id) for term in tags_named(account, ["Slow", "Quick"])]
        for number in range(ITEMS):
            title = chance.choice(["Item", "Item", "Item", "The same"])
            page = make_page(
                account, f"{title} {number if title == 'Item' else ''}".strip(),
                kind=chance.choice(["page", "post"]),
                body=chance.choice(["<p>Words.</p>", "<p><img src='/x.png' alt='A picture'></p>"]),
            )  # fmt: skip
            if chance.random() < 0.3:
                text = Text(title=page.title, term_ids=tuple(chance.sample(tags, 1)))
                save_draft(page, text, account, by=TESTS, based_on=page.draft_revision_id)
            draft = revision_by_id(page.draft_revision_id, page)
            assert draft is not None
            before = chance.random()
            if before < 0.3 and title == "Item":
                publish(page, draft, account, by=TESTS)
            if before < 0.1:
                page.parent_id = parent.id if page.type == "page" else None
                db.session.info.setdefault("recorded", set()).add(("Page", page.id))
            for _ in range(chance.choice([1, 1, 1, 2])):
                _ask(page, account, publisher, chance)
        db.session.commit()


def _ask(page: Page, account: AccountRef, publisher: Actor, chance: random.Random) -> None:
    what: Any = "unpublish" if page.live_revision_id and chance.random() < 0.6 else "publish"
    draft = revision_by_id(page.draft_revision_id, page)
    later = moment_at(now() + timedelta(hours=1), "UTC")
    try:
        row = schedule(page, what, draft, later, account, by=publisher)
    except Problem:
        return
    minutes = chance.choice([1, 1, 1, 200]) + chance.random()
    row.due_at = now() - timedelta(minutes=minutes)
    row.late_policy = chance.choice(["publish", "publish", "skip", "ask"])


def standing(account: AccountRef) -> dict[str, Any]:
    """Everything that carrying out may change at an account, without ids and moments."""
    with acting_in(tenant_scope(account.tenant_id)):
        pages = list(
            db.session.scalars(
                select(Page).where(Page.account_id == account.id).order_by(Page.created_at)
            )
        )
        names = {page.id: number for number, page in enumerate(pages)}

        def here(kind: Any) -> list[Any]:
            return list(db.session.scalars(select(kind).where(kind.account_id == account.id)))

        return {
            "pages": [
                (p.title, p.address, p.live_revision_id == p.draft_revision_id,
                 p.live_revision_id is None, p.published_at is None, p.unpublished_at is None)
                for p in pages
            ],
            "schedules": sorted(
                (names[s.page_id], s.what, s.state, s.cause, s.done_at is None, s.late_policy)
                for s in here(Schedule)
            ),
            "terms": sorted(
                (names[page_id], name)
                for page_id, name in db.session.execute(
                    select(PageTerm.page_id, Term.name)
                    .join(Term, Term.id == PageTerm.term_id)
                    .where(PageTerm.account_id == account.id)
                )
            ),
            "redirects": sorted((r.address, names[r.page_id]) for r in here(Redirect)),
            "events": sorted(_told(e) for e in here(AuditEvent) if e.event[:4] in {"page", "sche"}),
        }  # fmt: skip


def _told(event: AuditEvent) -> tuple[str, ...]:
    facts = {k: v for k, v in event.facts.items() if k not in {"due", "delay_ms", "sentence"}}
    return (
        event.event, event.outcome, event.target_type, event.target_label, event.actor_label,
        event.on_behalf_of, event.reason, repr(sorted(facts.items())),
        repr(sorted(_without_moments(event.changes))) if event.event[:4] == "page" else "",
        event.request_id[:9], str(event.actor_id), str(bool(event.target_id)),
    )  # fmt: skip


def _without_moments(changes: dict[str, Any]) -> list[Any]:
    return [(key, pair if "carried out" not in key else "") for key, pair in changes.items()]


@pytest.mark.parametrize(("seed", "ahead"), [(0, False), (1, True), (2, True)])
@pytest.mark.usefixtures("inside")
@both_databases
def test_together_and_alone_come_to_the_same(
    cast: Cast, seed: int, ahead: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher, numbers = as_actor(cast.publisher), []
    real = due_together.carry_out_plain

    def counted(*asked: Any) -> Any:
        numbers.append(real(*asked))
        return numbers[-1]

    monkeypatch.setattr(due, "carry_out_plain", counted)
    some_schedules(cast.hamburg, publisher, seed)
    if ahead:
        with acting_in(tenant_scope(cast.hamburg.tenant_id)):
            AHEAD.read([each for each in db.session.scalars(select(Schedule.revision_id)) if each])
        assert len(AHEAD) > 3
    due.publish_due()
    plain = sum(carried.number for carried in numbers)
    assert plain >= 3, "some of them go together"
    monkeypatch.setattr(due_together, "is_plain", lambda row: False)
    some_schedules(cast.mitte, publisher, seed)
    due.publish_due()
    assert sum(carried.number for carried in numbers) == plain
    together, alone = standing(cast.hamburg), standing(cast.mitte)
    for part, rows in together.items():
        assert rows == alone[part], part
    states = {state for _, _, state, *_ in together["schedules"]}
    assert {"done", "held", "skipped"} <= states
    assert "pending" not in states


@pytest.mark.usefixtures("inside")
@both_databases
def test_approved_texts_go_together_and_others_are_held(cast: Cast) -> None:
    by, later = crew(cast), moment_at(now() + timedelta(hours=1), "UTC")
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        with_workflow(cast.acme)
        for number in range(3):
            page = make_page(cast.acme, f"Approved {number}", by=by.editor)
            hand_in(page, cast.acme, by.editor)
            pass_step(page, cast.acme, by.publisher if number else by.admin)
            row = schedule(page, "publish", draft_of(page), later, cast.acme, by=by.admin)
            row.due_at = now() - timedelta(seconds=1)
        db.session.commit()
    with across_tenants("somebody leaves"):
        person = person_by_id(cast.publisher.id)
        assert person is not None
        person.deactivated_at = now()
        db.session.info.setdefault("recorded", set()).add(("Person", person.id))
        db.session.commit()
    due.publish_due()
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        rows = db.session.scalars(select(Schedule).order_by(Schedule.page_title)).all()
        assert [row.state for row in rows] == ["done", "held", "held"]
        assert "has not been approved" in rows[1].cause
        told = db.session.scalars(
            select(AuditEvent).where(
                AuditEvent.event == "page.published", AuditEvent.target_id == rows[0].page_id
            )
        ).one()
        assert told.changes["approved by"][1].startswith(cast.admin.name)


@pytest.mark.usefixtures("inside")
def test_the_number_of_statements_does_not_grow(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def count(_c: Any, _cursor: Any, sql: str, *_rest: Any) -> None:
        asked.append(sql)

    publisher, found = as_actor(cast.publisher), []
    for number in (2, 30):
        with acting_in(tenant_scope(cast.acme.tenant_id)):
            for n in range(number):
                page = make_page(cast.acme, f"Round {number} item {n}")
                draft = revision_by_id(page.draft_revision_id, page)
                later = moment_at(now() + timedelta(hours=1), "UTC")
                row = schedule(page, "publish", draft, later, cast.acme, by=publisher)
                row.due_at = now() - timedelta(seconds=1)
            db.session.commit()
        asked.clear()
        sa_event.listen(db.engine, "before_cursor_execute", count)
        try:
            assert due.publish_due() == number
        finally:
            sa_event.remove(db.engine, "before_cursor_execute", count)
        found.append(len(asked))
    assert found[0] == found[1]
    assert found[1] <= 25


@pytest.mark.usefixtures("inside")
def test_many_events_are_of_one_tenant_and_a_bulk_write_needs_them(cast: Cast) -> None:
    def telling(account: AccountRef) -> Telling:
        return Telling(
            Event.SCHEDULE_CANCELLED, "schedule", account.id, "x", account.id, SYSTEM,
            facts={"what": "publish", "due": "now"},
        )  # fmt: skip

    with acting_in(tenant_scope(cast.acme.tenant_id)):
        with pytest.raises(CrossTenant):
            record_each([telling(cast.acme), telling(cast.bolt)])
        db.session.rollback()
        told = record_each([telling(cast.acme), telling(cast.berlin)])
        assert isinstance(told, Told)
        query = select(func.count()).select_from(AuditEvent)
        assert db.session.scalar(query.where(AuditEvent.event == "schedule.cancelled")) == 2
        db.session.commit()
        late = update(Schedule).values(cause="later").execution_options(told_by=told)
        with pytest.raises(Unrecorded):
            db.session.execute(late)
        db.session.rollback()
