"""Whose imported texts are, and what an importer may not do by importing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select

from portal.content import importing
from portal.content.import_runs import imports_of
from portal.content.schedules import Schedule
from portal.content.wordpress.reader import read
from portal.identity.passwords import hash_password
from portal.jobs.imports import run_at_once
from tenants.db import db
from tenants.decisions import Denied
from tenants.delegation import bestow
from tenants.people import Person
from tenants.permissions import Permission
from tenants.roles import built_in
from tenants.scope import across_tenants, acting_in, tenant_scope
from tests.content.import_scene import (
    SMALL,
    bring,
    looking,
    page_called,
    post_item,
    revision_of,
    sentences,
)
from tests.content.wordpress.exports import author, wxr
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import TESTS

pytestmark = pytest.mark.usefixtures("inside")


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
        assert [revision_of(page).byline for page in found] == ["Edda Editor", "Outsider", "Nobody"]
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
    assert plan.redirects == {}
    assert any("takes the right to publish" in line.sentence for line in plan.lines)


def test_a_grant_for_one_account_makes_no_member_of_those_below(cast: Cast):
    with across_tenants("a test gives a grant"):
        person = db.session.get_one(Person, cast.bolt_editor.id)
        bestow(person, built_in("editor"), cast.acme, by=TESTS, because="", reach="account")
        db.session.commit()
    data = wxr(post_item(1, "His"), head=author("alice", "Al", cast.bolt_editor.email))
    for account in (cast.acme, cast.berlin):
        bring(account, as_actor(cast.admin), data)
    with looking(cast.acme):
        found = [page_called(account, "His").author_id for account in (cast.acme, cast.berlin)]
    assert found == [cast.bolt_editor.id, None]


def test_planning_and_writing_each_ask_for_the_right(cast: Cast):
    admin, viewer = as_actor(cast.admin), as_actor(cast.viewer)
    export = read(wxr(post_item(1, "Plain")))
    with looking(cast.acme):
        plan = importing.plan(export, cast.acme, by=admin)
    with looking(cast.acme), pytest.raises(Denied):
        importing.plan(export, cast.acme, by=viewer)
    with acting_in(tenant_scope(cast.acme.tenant_id)), pytest.raises(Denied):
        importing.carry_out(replace(plan, by=viewer), hash_password=hash_password)


def test_without_the_right_to_import_nothing_is_even_stored(cast: Cast):
    with pytest.raises(Denied):
        run_at_once(cast.acme, "x.xml", SMALL, dry_run=True, by=as_actor(cast.publisher))
    with looking(cast.acme):
        assert imports_of(cast.acme.id).rows == []
