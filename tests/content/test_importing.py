"""What an import makes of posts and pages: state, place, authors, and never anything twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, select

from portal.content.drafting import save_draft, text_of
from portal.content.pages import Revision, digest_now
from portal.content.schedules import Schedule
from portal.identity.passwords import verify
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.content.import_scene import (
    FUTURE,
    SMALL,
    bring,
    digest_of_content,
    events_about,
    looking,
    page_called,
    page_item,
    post_item,
    revision_of,
    sentences,
)
from tests.content.wordpress.exports import wxr
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor

pytestmark = pytest.mark.usefixtures("inside")


@both_databases
def test_each_state_arrives_as_it_was(cast: Cast):
    outcome = bring(cast.acme, as_actor(cast.admin), SMALL)
    counts = outcome["counts"]
    assert {name: counts[name] for name in ("created", "posts", "pages", "left_out")} == {
        "created": 5, "posts": 3, "pages": 2, "left_out": 1,
    }  # fmt: skip
    with looking(cast.acme):
        live, idea = page_called(cast.acme, "Live post"), page_called(cast.acme, "Idea")
        assert (live.state, live.address) == ("live", "/posts/live-post/")
        assert live.published_at == datetime(2024, 6, 5, 16, 4, 48, tzinfo=UTC)
        assert (idea.state, idea.address, idea.published_at) == ("draft", None, None)
        assert events_about(live.id) == ["page.imported"]
    assert sentences(outcome, "left") == ["Is in the trash there, so it does not come along."]


@both_databases
def test_a_scheduled_post_waits_in_its_own_zone(cast: Cast):
    bring(cast.acme, as_actor(cast.admin), SMALL)
    with looking(cast.acme):
        page = page_called(cast.acme, "Later")
        (row,) = db.session.scalars(select(Schedule)).all()
        assert (row.page_id, row.state, row.what) == (page.id, "pending", "publish")
        assert row.due_at == datetime(2035, 1, 1, 19, 0, 18, tzinfo=UTC)
        assert row.wall_time == "2035-01-01T12:00:18"
        assert row.due_at.astimezone(ZoneInfo(row.zone)).hour == 12
        assert row.revision_digest == revision_of(page).digest
        assert row.approver_id == cast.admin.id
        assert (page.state, events_about(row.id)) == ("draft", ["schedule.made"])


def test_the_accounts_zone_is_kept_where_it_fits(cast: Cast):
    item = post_item(3, "Later", post_date_gmt="2035-01-01 11:00:18", **FUTURE)
    bring(cast.acme, as_actor(cast.admin), wxr(item))
    with looking(cast.acme):
        assert db.session.scalars(select(Schedule.zone)).all() == ["Europe/Berlin"]


@pytest.mark.parametrize("year", ["2020", "2099"])
def test_a_time_that_cannot_be_scheduled_makes_a_draft(cast: Cast, year: str):
    item = post_item(3, "Later", status="future", post_date_gmt=f"{year}-01-01 11:00:00")
    outcome = bring(cast.acme, as_actor(cast.admin), wxr(item))
    assert (outcome["counts"]["scheduled"], outcome["counts"]["drafts"]) == (0, 1)
    assert f"1 January {year}" in sentences(outcome, "created")[0]


@both_databases
def test_pages_stand_below_their_parents_whatever_the_files_order(cast: Cast):
    bring(cast.acme, as_actor(cast.admin), SMALL)
    with looking(cast.acme):
        about, team = page_called(cast.acme, "About"), page_called(cast.acme, "Team")
        assert team.parent_id == about.id
        assert (about.address, team.address) == ("/about/", "/about/team/")


@both_databases
def test_a_dry_run_tells_the_same_and_writes_nothing(cast: Cast):
    before = digest_of_content()
    tried = bring(cast.acme, as_actor(cast.admin), SMALL, dry_run=True)
    assert digest_of_content() == before
    done = bring(cast.acme, as_actor(cast.admin), SMALL)
    assert (tried["counts"], tried["lines"]) == (done["counts"], done["lines"])
    assert digest_of_content() != before


@both_databases
def test_importing_again_changes_nothing(cast: Cast):
    bring(cast.acme, as_actor(cast.admin), SMALL)
    before = digest_of_content()
    again = bring(cast.acme, as_actor(cast.admin), SMALL)
    assert digest_of_content() == before
    made = ("created", "categories", "tags", "menus", "redirects", "scheduled", "drafts")
    assert [again["counts"][name] for name in made] == [0] * len(made)
    assert again["counts"]["already_there"] == 5


def test_local_edits_survive_a_changed_source(cast: Cast):
    admin = as_actor(cast.admin)
    bring(cast.acme, admin, wxr(post_item(1, "First")))
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        page = page_called(cast.acme, "First")
        text = replace(text_of(revision_of(page)), title="Ours")
        save_draft(page, text, cast.acme, by=admin, based_on=page.draft_revision_id)
        db.session.commit()
    before = digest_of_content()
    again = bring(cast.acme, admin, wxr(post_item(1, "Theirs")))
    assert digest_of_content() == before
    assert sentences(again, "there") == ["Imported before at /posts/first/. It is left alone."]


def test_only_what_is_new_in_the_source_is_added(cast: Cast):
    bring(cast.acme, as_actor(cast.admin), wxr(page_item(11, "About")))
    grown = wxr(page_item(12, "Team", parent=11), page_item(11, "About"))
    outcome = bring(cast.acme, as_actor(cast.admin), grown)
    assert (outcome["counts"]["created"], outcome["counts"]["already_there"]) == (1, 1)
    with looking(cast.acme):
        assert page_called(cast.acme, "Team").address == "/about/team/"


def test_the_same_export_in_another_account_is_another_import(cast: Cast):
    bring(cast.acme, as_actor(cast.admin), SMALL)
    outcome = bring(cast.bolt, as_actor(cast.bolt_admin), SMALL)
    assert outcome["counts"]["created"] == 5


def test_a_password_is_kept_as_a_hash(cast: Cast):
    bring(cast.acme, as_actor(cast.admin), wxr(post_item(1, "Secret", post_password="enter")))
    with looking(cast.acme):
        stored = page_called(cast.acme, "Secret").access_password_hash
    assert stored
    assert "enter" not in stored
    assert verify("enter", stored)


def test_many_items_need_no_more_statements(cast: Cast):
    statements = []
    event.listen(db.engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    bring(cast.acme, as_actor(cast.admin), wxr(post_item(1, "One")))
    few = len(statements)
    statements.clear()
    many = wxr(*(post_item(n, f"Number {n}") for n in range(2, 202)))
    assert bring(cast.acme, as_actor(cast.admin), many)["counts"]["created"] == 200
    assert len(statements) <= few


def test_stored_texts_are_what_their_digests_say(cast: Cast):
    bring(cast.acme, as_actor(cast.admin), SMALL)
    with looking(cast.acme):
        rows = db.session.scalars(select(Revision)).all()
        assert all(digest_now(row) == row.digest for row in rows)
        assert "Live post" in {row.title for row in rows}
