"""Exports that others publish for testing, through the database and back.

They are looked for in the folder PORTAL_WXR_DATA, else in ../shared/data/wxr beside the repository.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from sqlalchemy import func, select

from portal.content.imports import ImportedItem
from portal.content.pages import Page
from portal.content.schedules import Schedule
from portal.content.sites import Menu, Redirect
from portal.content.terms import Term
from portal.content.wordpress.reader import read
from portal.jobs.imports import run_at_once
from tenants.audit import AuditEvent
from tenants.db import db
from tests.content.import_scene import (
    bring,
    digest_of_content,
    looking,
    page_called,
    revision_of,
    sentences,
)
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path(os.environ.get("PORTAL_WXR_DATA") or ROOT.parent / "shared" / "data" / "wxr")
THEME = FOLDER / "themeunittestdata.wordpress.xml"

pytestmark = [
    pytest.mark.usefixtures("inside"),
    pytest.mark.skipif(
        not THEME.is_file(),
        reason=f"no published WordPress exports in {FOLDER}; set PORTAL_WXR_DATA to their folder",
    ),
]
EXPECTED = {
    "created": 79, "posts": 58, "pages": 21, "published_posts": 56, "published_pages": 21,
    "scheduled": 1, "drafts": 1, "already_there": 0, "left_out": 0, "menus": 6, "attachments": 37,
}  # fmt: skip


@both_databases
def test_the_theme_unit_test_arrives_whole_and_only_once(cast: Cast):
    admin, data = as_actor(cast.admin), THEME.read_bytes()
    tried = bring(cast.acme, admin, data, dry_run=True)
    done = bring(cast.acme, admin, data)
    assert {name: done["counts"][name] for name in EXPECTED} == EXPECTED
    assert (tried["counts"], tried["lines"]) == (done["counts"], done["lines"])
    with looking(cast.acme):
        _check_rows(done["counts"])
        assert page_called(cast.acme, "Level 3a").address == "/level-1/level-2/level-3a/"
        assert page_called(cast.acme, "Επίπεδο 3").address == "/greek/επίπεδο-2/επίπεδο-3/"
    files = sentences(done, "attachments")
    assert len(files) == 37
    assert all(line.startswith("Not fetched: the file stays at https://") for line in files)
    before = digest_of_content()
    again = bring(cast.acme, admin, data)
    assert digest_of_content() == before
    assert (again["counts"]["created"], again["counts"]["already_there"]) == (0, 79)


def _check_rows(counts: dict[str, int]) -> None:
    imported = select(ImportedItem.target_id)
    live = dict(
        db.session.execute(
            select(Page.type, func.count())
            .where(Page.id.in_(imported), Page.live_revision_id.is_not(None))
            .group_by(Page.type)
        ).all()
    )
    assert live == {"post": 56, "page": 21}
    (row,) = db.session.scalars(select(Schedule)).all()
    assert (row.state, row.wall_time, row.zone) == ("pending", "2030-01-01T12:00:18", "Etc/GMT+7")
    total = {
        kind: db.session.scalar(select(func.count(kind.id))) for kind in (Term, Menu, Redirect)
    }
    redirects = db.session.scalar(
        select(func.count(Redirect.id)).where(Redirect.page_id.in_(imported))
    )
    assert total[Term] == counts["categories"] + counts["tags"] == 182
    assert (total[Menu], redirects) == (6, counts["redirects"])
    told = select(func.count()).where(AuditEvent.event == "page.imported")
    assert db.session.scalar(told) == 79


@both_databases
def test_utf_8_challenges_survive_the_database_to_the_last_code_point(cast: Cast):
    data = (FOLDER / "wxr-utf-8-challenges.xml").read_bytes()
    (post,) = read(data).posts
    bring(cast.acme, as_actor(cast.admin), data)
    with looking(cast.acme):
        page = page_called(cast.acme, post.title)
        revision = revision_of(page)
        terms = set(db.session.scalars(select(Term.name)))
    assert list(map(ord, revision.title)) == list(map(ord, post.title))
    assert list(map(ord, revision.body)) == list(map(ord, post.body.html))
    assert (revision.byline, revision.excerpt) == (post.byline, post.excerpt)
    assert {term.name for term in read(data).categories} <= terms


def test_the_malformed_export_imports_nothing_and_says_where(cast: Cast):
    before = digest_of_content()
    data = (FOLDER / "malformed.xml").read_bytes()
    outcome = run_at_once(cast.acme, "m.xml", data, dry_run=False, by=as_actor(cast.admin))
    assert outcome["state"] == "failed"
    assert outcome["error"].startswith("Line 90, column 3: ")
    assert digest_of_content() == before
