"""A release goes live as one, or not at all, and says why."""

from datetime import timedelta

import pytest
from flask import Flask

from portal.content import release_run, together
from portal.content.release_looks import NotTogether, look_over
from portal.content.release_run import carry_out_releases, run_now
from portal.content.releases import Release
from portal.content.trash import put_in_trash
from tenants.audit import excuse
from tenants.db import db
from tenants.ending import end
from tenants.offers import grant_by_id
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import TESTS
from tests.releases.scene import (
    a_page,
    addresses,
    again,
    due,
    edit,
    events,
    found_of,
    fresh,
    gathered,
    state,
)

pytestmark = pytest.mark.usefixtures("inside")


@both_databases
def test_pages_exchange_their_addresses_and_those_below_move_along(cast: Cast) -> None:
    by = as_actor(cast.publisher)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        left, right = (a_page(cast.acme, name, slug=name.lower()) for name in ("Left", "Right"))
        for parent in (left, right):
            a_page(cast.acme, f"Below {parent.title}", parent=parent, slug="below")
        edit(left, cast.acme, slug="right")
        edit(right, cast.acme, slug="left")
        due(gathered(cast, by, [left, right]), cast.acme, by=by)
    assert carry_out_releases() == 1
    assert carry_out_releases() == 0
    told = addresses(cast)
    assert (told["Left"], told["Right"]) == ("/right/", "/left/")
    assert (told["Below Left"], told["Below Right"]) == ("/right/below/", "/left/below/")
    run = events(cast, "release.run")
    assert [(e.actor_label, e.on_behalf_of) for e in run] == [("Portal", cast.publisher.email)]
    moved = {e.target_label: e.changes["address"] for e in events(cast, "page.published")
             if "Release" in e.reason}  # fmt: skip
    assert moved == {"Left": ["/left/", "/right/"], "Right": ["/right/", "/left/"]}


@both_databases
def test_a_child_goes_live_below_a_parent_of_the_same_release(cast: Cast) -> None:
    by = as_actor(cast.publisher)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        parent = a_page(cast.acme, "Above", live=False)
        child = a_page(cast.acme, "Child", parent=parent, live=False)
        old = a_page(cast.acme, "Old", slug="above")
        due(gathered(cast, by, [child, parent], [old]), cast.acme, by=by)
    assert carry_out_releases() == 1
    told = addresses(cast)
    assert (told["Above"], told["Child"], told["Old"]) == ("/above/", "/above/child/", None)


def test_two_pages_for_one_address_are_told_apart_beforehand(cast: Cast) -> None:
    by = as_actor(cast.publisher)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        pages = [a_page(cast.acme, name, live=False, slug="same") for name in ("One", "Two")]
        release = gathered(cast, by, pages)
        look = look_over(release, by, by=by)
        assert look.bad == 1
        assert [p.live_revision_id for p in pages] == [None, None]
        with pytest.raises(NotTogether):
            due(release, cast.acme, by=by)
        db.session.commit()
    found = found_of(cast, release)
    assert any("live at /same/ already" in s for told in found.values() for s in told)
    assert events(cast, "page.published")[-1].target_label not in {"One", "Two"}


@both_databases
def test_one_thing_in_the_way_holds_all_of_it_with_every_reason(cast: Cast) -> None:
    by = as_actor(cast.publisher)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        fine, taken, thrown = (a_page(cast.acme, n, live=False) for n in ("Fine", "Taken", "Gone"))
        release = gathered(cast, by, [fine, taken, thrown])
        due(release, cast.acme, by=by)
        a_page(cast.acme, "Other", slug="taken")
        put_in_trash(fresh(thrown.id, cast.acme), cast.acme, by=TESTS)
        db.session.commit()
    assert carry_out_releases() == 1
    assert state(cast, release)[0] == "held"
    assert addresses(cast)["Fine"] is None
    found = found_of(cast, release)
    assert "in the trash" in found["Gone"][0]
    assert "live at /taken/ already" in found["Taken"][0]
    assert found["Fine"] == []
    held = events(cast, "release.held")[-1]
    assert "Taken" not in held.facts["cause"]
    assert "live at /taken/" in held.changes["in the way"][1]


def test_the_approvers_right_is_asked_for_again(cast: Cast) -> None:
    by, admin = as_actor(cast.publisher), as_actor(cast.admin)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        release = gathered(cast, by, [a_page(cast.acme, "Fine", live=False)])
        due(release, cast.acme, by=by)
        grant = grant_by_id(by.holdings[0].grant_id)
        assert grant is not None
        end(grant, cast.acme, by=admin)
        db.session.commit()
    carry_out_releases()
    assert state(cast, release)[0] == "held"
    assert "page.publish" in found_of(cast, release)["Fine"][0]


@pytest.mark.parametrize(("policy", "state_then"), [
    ("publish", "done"), ("skip", "skipped"), ("ask", "held"),
])  # fmt: skip
def test_what_comes_late_follows_its_policy(cast: Cast, policy: str, state_then: str) -> None:
    by = as_actor(cast.publisher)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        release = gathered(cast, by, [a_page(cast.acme, "Fine", live=False)])
        due(release, cast.acme, by=by, late=timedelta(minutes=20), late_policy=policy,
            late_minutes=15)  # fmt: skip
    carry_out_releases()
    assert state(cast, release)[0] == state_then
    assert (addresses(cast)["Fine"] is not None) == (policy == "publish")


def test_a_fault_is_tried_three_times_and_then_given_up(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    by = as_actor(cast.publisher)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        release = gathered(cast, by, [a_page(cast.acme, "Fine", live=False)])
        due(release, cast.acme, by=by)

    def explode(*_: object, **__: object) -> None:
        raise RuntimeError("poison")

    monkeypatch.setattr(together, "publish", explode)
    for attempt in range(1, release_run.ATTEMPTS + 1):
        assert carry_out_releases() == 0
        with acting_in(tenant_scope(cast.acme.tenant_id)):
            row = again(cast, release)
            assert row.attempts == attempt
            assert (row.next_try_at is None) == (row.state == "failed")
            row.next_try_at = None
            excuse(row, "The clock of a test.")
            db.session.commit()
    assert state(cast, release) == ("failed", "An unforeseen fault (RuntimeError).")
    assert addresses(cast)["Fine"] is None


def test_run_now_is_done_by_the_person(app: Flask, cast: Cast) -> None:
    by = as_actor(cast.publisher)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        release = gathered(cast, by, [a_page(cast.acme, "Fine", live=False)])
        run_now(release, cast.acme, by=by)
        db.session.commit()
        assert isinstance(release, Release)
    assert events(cast, "page.published")[-1].actor_label == cast.publisher.email
    assert state(cast, release) == ("done", "")
