"""What is due: never early, once, and not without asking again."""

import threading
import uuid
from itertools import count

import pytest
from flask import Flask

from portal.content import due, due_alone, due_rules, due_texts, due_together
from portal.content.drafting import Text, save_draft
from portal.content.due_alone import Due, carry_out
from portal.content.due_world import Crowd, World, crowds_due, world_of
from portal.content.moments import moment_at
from portal.content.pages import page_by_id, revision_by_id
from portal.content.publishing import publish
from portal.content.scheduling import schedule
from tenants.clock import now
from tenants.db import db
from tenants.ending import end
from tenants.offers import grant_by_id
from tenants.scope import acting_in, tenant_scope
from tests.content.due_scene import (
    LATER,
    events,
    make_due,
    scheduled,
    state,
)
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import TESTS, make_page

NOBODY = World(Crowd(uuid.uuid4(), frozenset(), frozenset()), {}, {})


@pytest.mark.usefixtures("inside")
@both_databases
def test_it_is_not_carried_out_early(cast: Cast) -> None:
    row, _ = scheduled(cast)
    assert due.publish_due() == 0
    assert carry_out(Due(row.id, row.tenant_id), NOBODY) is False
    assert state(cast, row)[:2] == ("pending", None)


@pytest.mark.usefixtures("inside")
@both_databases
def test_it_is_carried_out_once_and_recorded(cast: Cast) -> None:
    row, _ = scheduled(cast)
    make_due(row)
    assert due.publish_due() == 1
    assert due.publish_due() == 0
    assert state(cast, row)[:2] == ("done", "/menu/")
    run = [e for e in events(cast, "page.published") if e.on_behalf_of]
    assert [(e.actor_label, e.on_behalf_of) for e in run] == [("Portal", cast.publisher.email)]
    due_at, done_at = run[0].changes["due, carried out"]
    assert due_at < done_at
    assert events(cast, "schedule.run") == []


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
        assert len([e for e in events(cast, "page.published") if e.on_behalf_of]) == 5
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
    for asks in (due_rules, due_texts):
        monkeypatch.setattr(asks, "digest_now", lambda revision: "something else")
    due.publish_due()
    assert state(cast, row)[0] == "held"


@pytest.mark.usefixtures("inside")
def test_an_unforeseen_fault_is_tried_again_and_given_up_visibly(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, _ = scheduled(cast)
    make_due(row)

    def explode(*_: object, **__: object) -> None:
        raise RuntimeError("poison")

    monkeypatch.setattr(due_together, "_carry_out", explode)
    monkeypatch.setattr(due_alone, "publish", explode)
    told = []
    for _ in range(3):
        due.publish_due()
        told.append(state(cast, row))
        assert due.publish_due() == 0, "it is left alone until its next try"
        make_due(row)
    assert [state for state, *_ in told] == ["pending", "pending", "failed"]
    assert told[-1] == ("failed", None, "An unforeseen fault (RuntimeError).")
    assert len(events(cast, "schedule.retried")) == 2
    assert len(events(cast, "schedule.failed")) == 1


@pytest.mark.usefixtures("inside")
@pytest.mark.parametrize("plain", [True, False])
def test_what_became_due_since_the_look_waits_for_the_next(
    cast: Cast, plain: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not plain:
        monkeypatch.setattr(due_together, "is_plain", lambda row: False)
    first, _ = scheduled(cast)
    make_due(first)
    look, admin = crowds_due(), as_actor(cast.admin)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        page = make_page(cast.acme, "Another's")
        draft = revision_by_id(page.draft_revision_id, page)
        later = moment_at(now() + LATER, "UTC")
        second = schedule(page, "publish", draft, later, cast.acme, by=admin)
        db.session.commit()
    make_due(second)
    world = world_of(look[0])
    carried = due_together.carry_out_plain(cast.acme.tenant_id, world, 10)
    for alone in (*carried.rest, Due(second.id, second.tenant_id)):
        carry_out(alone, world)
    assert state(cast, first)[0] == "done"
    assert state(cast, second)[0] == "pending"
    due.publish_due()
    assert state(cast, second)[0] == "done"


@pytest.mark.usefixtures("inside")
def test_what_goes_one_by_one_is_broken_off_for_others(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, _ = scheduled(cast)
    make_due(row)
    clock = count(0, 2)  # every look at it two seconds later
    waiting = [Due(uuid.uuid4(), row.tenant_id) for _ in range(50)]
    done: list[Due] = []

    def carried(each: Due, _world: World) -> bool:
        done.append(each)
        return True

    monkeypatch.setattr("portal.content.due.time.monotonic", lambda: next(clock))
    monkeypatch.setattr(
        due, "carry_out_plain", lambda *_: due_together.Carried(50, 0, tuple(waiting))
    )
    monkeypatch.setattr(due, "carry_out", carried)
    number = due.publish_due()
    assert 0 < number == len(done) < len(waiting)
    assert done == waiting[:number], "the longest due first"
