"""Limits: a pool shared downward, counted once, never exceeded, raised only from above."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from portal.content.import_runs import hand_in
from portal.content.moments import resolve
from portal.content.pages import Page
from portal.content.scheduling import cancel, schedule
from portal.jobs.imports import run_at_once
from tenants.allotting import standing
from tenants.audit import excuse
from tenants.db import db
from tenants.delegation import bestow, give
from tenants.directory import scope_of
from tenants.ending import end
from tenants.grants import Grant
from tenants.groups import Group, GroupMember
from tenants.limiting import admit, admit_member, check_arrival, take
from tenants.opening import open_account
from tenants.people import Person
from tenants.quotas import QuotaReached, Resource
from tenants.roles import built_in
from tenants.scope import across_tenants, acting_in, tenant_scope
from tests.content.import_scene import SMALL
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import TESTS, make_page
from tests.tenants.limit_scene import add_person, limit, write_page

pytestmark = [both_databases, pytest.mark.usefixtures("inside")]
ALL_PAGES = 12  # the cast's: three at each of Acme's four accounts


def test_the_pool_of_an_account_is_shared_by_all_below_it(cast: Cast):
    limit(cast, cast.acme, Resource.ITEMS, ALL_PAGES + 1)
    by = as_actor(cast.berlin_admin)
    with acting_in(scope_of(by, cast.mitte)):
        write_page(cast.mitte, by)
        with pytest.raises(QuotaReached) as caught:
            write_page(cast.berlin, by)
        assert caught.value.account_id == cast.acme.id
        assert (caught.value.used, caught.value.limit) == (13, 13)
        assert str(caught.value) == (
            "Acme and everything below it may have 13 pages and posts; 13 are in use. "
            "The house’s staff can raise the limit."
        )


def test_every_limit_on_the_path_counts(cast: Cast):
    limit(cast, cast.acme, Resource.ITEMS, 1000)
    limit(cast, cast.mitte, Resource.ITEMS, 3)
    by = as_actor(cast.berlin_admin)
    with acting_in(scope_of(by, cast.mitte)):
        write_page(cast.berlin, by)
        with pytest.raises(QuotaReached, match="You can raise the limit"):
            write_page(cast.mitte, by)


def test_who_can_raise_it_is_named_to_whoever_may_see_people_there(cast: Cast):
    limit(cast, cast.berlin, Resource.ITEMS, 6)
    by = as_actor(cast.berlin_admin)
    with acting_in(scope_of(by, cast.berlin)), pytest.raises(QuotaReached) as caught:
        write_page(cast.berlin, by)
    assert "The admins of Acme can raise the limit." in str(caught.value)
    auditor = as_actor(cast.auditor)
    with acting_in(scope_of(auditor, cast.berlin)), pytest.raises(QuotaReached) as caught:
        take(Resource.ITEMS, cast.berlin, by=auditor)
    assert "Ada Admin can raise the limit." in str(caught.value)


def test_without_a_limit_nothing_is_counted(cast: Cast):
    by = as_actor(cast.admin)
    with acting_in(scope_of(by, cast.acme)):
        take(Resource.ITEMS, cast.acme, 10**9, by=by)


def test_a_person_counts_once_in_a_pool_whatever_he_holds_there(cast: Cast):
    limit(cast, cast.acme, Resource.PEOPLE, 8)  # seven work at Acme and below
    by = as_actor(cast.admin)
    ids = [add_person(f"n{n}@new.example") for n in range(2)]
    with acting_in(scope_of(by, cast.acme)):
        first, second = (db.session.get(Person, each) for each in ids)
        editor = db.session.get(Person, cast.editor.id)
        assert first is not None
        assert second is not None
        assert editor is not None
        give(editor, built_in("viewer"), cast.berlin, by=by)
        give(first, built_in("viewer"), cast.mitte, by=by)
        give(first, built_in("author"), cast.acme, by=by)
        with pytest.raises(QuotaReached, match="8 people; 8 are in use"):
            give(second, built_in("viewer"), cast.acme, by=by)
        assert standing(cast.acme)[0].used == 8


def test_whoever_lost_his_last_role_leaves_room(cast: Cast):
    limit(cast, cast.acme, Resource.PEOPLE, 7)
    by = as_actor(cast.admin)
    someone = add_person("new@new.example")
    with acting_in(scope_of(by, cast.acme)):
        person, viewer = db.session.get(Person, someone), db.session.get(Person, cast.viewer.id)
        assert person is not None
        assert viewer is not None
        with pytest.raises(QuotaReached):
            give(person, built_in("viewer"), cast.acme, by=by)
        grant = db.session.scalars(select(Grant).where(Grant.person_id == viewer.id)).one()
        db.session.refresh(grant, ["person", "role"])
        end(grant, cast.acme, by=by)
        give(person, built_in("viewer"), cast.acme, by=by)


def test_people_in_groups_count_where_the_group_holds_a_role(cast: Cast):
    limit(cast, cast.acme, Resource.PEOPLE, 8)
    ids = [add_person(f"n{n}@new.example") for n in range(3)]
    with acting_in(tenant_scope(cast.acme.id)):
        group = Group(tenant_id=cast.acme.id, account_id=cast.acme.id, name="Crew")
        db.session.add(group)
        db.session.flush()
        for each in ids[:2]:
            db.session.add(
                GroupMember(tenant_id=cast.acme.id, account_id=cast.acme.id, group_id=group.id,
                            person_id=each)
            )  # fmt: skip
        db.session.flush()
        with pytest.raises(QuotaReached, match="2 more are needed"):
            bestow(group, built_in("viewer"), cast.berlin, by=TESTS)
        second = db.session.scalars(select(GroupMember)).all()[1]
        db.session.delete(second)
        group_id = group.id
        excuse(second, "Sets the scene.")
        excuse(group, "Sets the scene.")
        for row in db.session.scalars(select(GroupMember)):
            excuse(row, "Sets the scene.")
        db.session.commit()
    with acting_in(tenant_scope(cast.acme.id)):
        crew = db.session.get(Group, group_id)
        assert crew is not None
        admit_member(ids[2], crew, by=TESTS)  # the group holds no role yet
        given = bestow(crew, built_in("viewer"), cast.mitte, by=TESTS)
        assert given.group_id == group_id
        with pytest.raises(QuotaReached, match="8 people; 8 are in use"):
            admit_member(ids[2], crew, by=TESTS)
        db.session.rollback()
    with acting_in(tenant_scope(cast.acme.id)):
        admit(ids[:1], [cast.berlin.id, cast.hamburg.id], by=TESTS)
        with pytest.raises(QuotaReached):
            admit(ids[:2], [cast.berlin.id, cast.hamburg.id], by=TESTS)


def test_accounts_below_are_limited(cast: Cast):
    limit(cast, cast.acme, Resource.SECONDARIES, 4)
    with across_tenants("opening accounts"):
        open_account(cast.mitte, "acme-alex", "Alex", by=TESTS, admin=None, zone="UTC")
        with pytest.raises(QuotaReached, match="4 accounts below it; 4 are in use"):
            open_account(cast.acme, "acme-bonn", "Bonn", by=TESTS, admin=None, zone="UTC")
        open_account(cast.house, "cube", "Cube", by=TESTS, admin=None, zone="UTC")


def test_pending_schedules_are_limited_and_a_cancelled_one_leaves_room(cast: Cast):
    limit(cast, cast.acme, Resource.SCHEDULES, 1)
    wall = datetime.now(UTC).replace(tzinfo=None, microsecond=0) + timedelta(days=1)
    moment, later = resolve(wall, "UTC"), resolve(wall + timedelta(hours=1), "UTC")
    with acting_in(tenant_scope(cast.acme.id)):
        page = make_page(cast.berlin, "Planned", state="live")
        row = schedule(page, "unpublish", None, moment, cast.berlin, by=TESTS)
        with pytest.raises(QuotaReached):
            schedule(page, "unpublish", None, later, cast.berlin, by=TESTS)
        cancel(row, cast.berlin, by=TESTS)
        schedule(page, "unpublish", None, moment, cast.berlin, by=TESTS)


def test_stored_bytes_are_limited(cast: Cast):
    limit(cast, cast.acme, Resource.STORAGE, 1000)
    with acting_in(tenant_scope(cast.acme.id)):
        hand_in(cast.berlin, "a.xml", b"x" * 600, dry_run=True, by=TESTS)
        with pytest.raises(QuotaReached, match=r"1,000 bytes of files; 600 are in use. 401 more"):
            hand_in(cast.acme, "b.xml", b"x" * 401, dry_run=True, by=TESTS)
        take(Resource.STORAGE, cast.acme, 400, by=TESTS)
        assert {s.resource: s.used for s in standing(cast.berlin)}[Resource.STORAGE] == 600


def test_an_import_that_does_not_fit_brings_nothing(cast: Cast):
    by = as_actor(cast.admin)
    limit(cast, cast.acme, Resource.ITEMS, ALL_PAGES + 1)
    done = run_at_once(cast.acme, "site.xml", SMALL, dry_run=False, by=by)
    assert done["state"] == "failed"
    assert "may have 13 pages and posts; 12 are in use" in done["error"]
    with acting_in(tenant_scope(cast.acme.id)):
        assert db.session.scalar(select(func.count(Page.id))) == ALL_PAGES
    limit(cast, cast.acme, Resource.ITEMS, None)
    assert run_at_once(cast.acme, "site.xml", SMALL, dry_run=False, by=by)["state"] == "done"


def test_a_moved_account_must_fit_where_it_goes(cast: Cast):
    limit(cast, cast.hamburg, Resource.ITEMS, 8)
    limit(cast, cast.berlin, Resource.ITEMS, 6)
    with across_tenants("a move"):
        with pytest.raises(QuotaReached, match=r"Acme Hamburg .* 3 are in use. 6 more are needed"):
            check_arrival(cast.berlin, cast.hamburg, by=TESTS)
        check_arrival(cast.mitte, cast.hamburg, by=TESTS)
        check_arrival(cast.mitte, cast.berlin, by=TESTS)
    limit(cast, cast.hamburg, Resource.SECONDARIES, 0)
    with across_tenants("a move"), pytest.raises(QuotaReached):
        check_arrival(cast.mitte, cast.hamburg, by=TESTS)
    limit(cast, cast.hamburg, Resource.SECONDARIES, None)
    limit(cast, cast.hamburg, Resource.PEOPLE, 1)
    with across_tenants("a move"), pytest.raises(QuotaReached, match="2 more are needed"):
        check_arrival(cast.berlin, cast.hamburg, by=TESTS)


def test_counting_leaves_no_wider_sight_behind(cast: Cast):
    limit(cast, cast.acme, Resource.ITEMS, 1000)
    by = as_actor(cast.berlin_admin)
    with acting_in(scope_of(by, cast.berlin)):
        write_page(cast.berlin, by)
        seen = db.session.scalar(select(func.count(Page.id)))
    assert seen == 7
