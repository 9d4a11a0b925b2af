"""What an import makes of posts and pages: state, place, authors, and never anything twice."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import event, func, select

from portal.content import importing
from portal.content.drafting import Text, save_draft, text_of
from portal.content.import_runs import imports_of
from portal.content.pages import Page, Revision
from portal.content.schedules import Schedule
from portal.content.wordpress.reader import read
from portal.identity.passwords import hash_password, verify
from portal.jobs.imports import run_at_once
from tenants.db import db
from tenants.decisions import Denied
from tenants.permissions import Permission
from tenants.scope import acting_in, tenant_scope
from tests.content.import_scene import (
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
from tests.content.wordpress.exports import author, category, tag, wxr
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import make_page

pytestmark = pytest.mark.usefixtures("inside")
FUTURE = {"status": "future", "post_date": "2035-01-01 12:00:18"}
SMALL = wxr(
    post_item(1, "Live post"),
    post_item(2, "Idea", status="draft", post_date_gmt="0000-00-00 00:00:00"),
    post_item(3, "Later", post_date_gmt="2035-01-01 19:00:18", **FUTURE),
    post_item(4, "Thrown away", status="trash"),
    page_item(12, "Team", parent=11),
    page_item(11, "About"),
    head=category("news") + category("local", parent="news") + tag("x"),
)


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


def test_members_are_authors_and_strangers_stay_names(cast: Cast):
    head = (
        author("ed", "Ed", cast.editor.email.upper())
        + author("out", "Outsider", cast.bolt_admin.email)
        + author("none", "Nobody", "nobody@nowhere.example")
    )
    items = [
        replace(post_item(n, f"By {w}"), creator=w) for n, w in enumerate(("ed", "out", "none"), 1)
    ]
    outcome = bring(cast.acme, as_actor(cast.admin), wxr(*items, head=head))
    with looking(cast.acme):
        found = [page_called(cast.acme, f"By {who}") for who in ("ed", "out", "none")]
        assert [page.author_id for page in found] == [cast.editor.id, None, None]
        assert [revision_of(page).byline for page in found] == ["", "Outsider", "Nobody"]
    told = [sentences(outcome, "authors", name) for name in ("Outsider", "Nobody")]
    assert told[0] == told[1]
    assert sentences(outcome, "authors", "Ed") == ["Is Edda Editor here: author of 1 text."]


def test_somebody_below_the_account_is_no_member_of_it(cast: Cast):
    head = author("alice", "Alice", cast.berlin_editor.email)
    bring(cast.acme, as_actor(cast.admin), wxr(post_item(1, "Hers"), head=head))
    with looking(cast.acme):
        assert page_called(cast.acme, "Hers").author_id is None


@both_databases
def test_an_importer_who_may_not_publish_gets_drafts(cast: Cast):
    importer = replace(as_actor(cast.editor), system=frozenset({Permission.CONTENT_IMPORT}))
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        plan = importing.plan(read(SMALL), cast.acme, by=importer)
        importing.carry_out(plan, hash_password=hash_password)
        db.session.commit()
    with looking(cast.acme):
        page = page_called(cast.acme, "Live post")
        assert (page.state, page.address) == ("draft", None)
        assert db.session.scalar(select(func.count()).select_from(Schedule)) == 0
    assert (plan.counts["published_posts"], plan.counts["drafts"]) == (0, 5)
    assert any("you may not publish here" in line.sentence for line in plan.lines)


def test_without_the_right_to_import_nothing_is_even_stored(cast: Cast):
    with pytest.raises(Denied):
        run_at_once(cast.acme, "x.xml", SMALL, dry_run=True, by=as_actor(cast.publisher))
    with looking(cast.acme):
        assert imports_of(cast.acme.id) == []


def test_a_taken_address_gets_a_number_and_the_report_says_so(cast: Cast):
    items = [
        page_item(1, "Welcome"),
        page_item(2, "Posts"),
        post_item(3, "Same"),
        post_item(4, "Same"),
    ]
    outcome = bring(cast.acme, as_actor(cast.admin), wxr(*items))
    with looking(cast.acme):
        addresses = set(
            db.session.scalars(select(Page.address).where(Page.account_id == cast.acme.id))
        )
    assert {"/welcome/", "/welcome-2/", "/posts-2/", "/posts/same/", "/posts/same-2/"} <= addresses
    assert (
        "/welcome/ is in use, so it gets /welcome-2/" in sentences(outcome, "created", "Welcome")[0]
    )


def test_what_changed_since_the_plan_is_planned_again(cast: Cast):
    admin = as_actor(cast.admin)
    with looking(cast.acme):
        plan = importing.plan(read(wxr(page_item(1, "Quick"))), cast.acme, by=admin)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        make_page(cast.acme, "Quick", state="live")
        db.session.commit()
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        done = importing.carry_out(plan, hash_password=hash_password)
        db.session.commit()
    assert [page.address for page in plan.pages + done.pages] == ["/quick/", "/quick-2/"]


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
        from portal.content.drafting import digest_now

        rows = db.session.scalars(select(Revision)).all()
        assert rows
        assert all(digest_now(row) == row.digest for row in rows)
        assert Text() != text_of(rows[0])
