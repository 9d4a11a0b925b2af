"""Releases in several states, for the screens."""

from __future__ import annotations

from datetime import timedelta

from portal.content.drafting import Text, create_page, save_draft, text_of
from portal.content.moments import moment_at
from portal.content.pages import Page, revision_by_id
from portal.content.publishing import publish
from portal.content.release_looks import in_the_way, look_over
from portal.content.release_run import run_now
from portal.content.releases import Release
from portal.content.releasing import gather, make_release, schedule_release
from tenants.accounts import AccountRef
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import TESTS

BODY = "<p>New for spring.</p>"


def releases(people: Cast, long: str) -> tuple[str, str, str]:
    """One held with reasons, one that waits, one that is out with a conflict; return their ids."""
    acme, by = people.acme, as_actor(people.publisher)
    with acting_in(tenant_scope(acme.tenant_id)):
        made = [
            _held(acme, people.berlin, by, long), _waiting(acme, by), _out(acme, by),
        ]  # fmt: skip
        make_release(acme, long.strip()[:190], by=by)
        db.session.commit()
        return str(made[0].id), str(made[1].id), str(made[2].id)


def _page(account: AccountRef, title: str, *, live: bool = False, slug: str = "",
          parent: Page | None = None, body: str = BODY) -> Page:  # fmt: skip
    text = Text(title=title, slug=slug, body=body, parent_id=parent.id if parent else None)
    page, saved = create_page(account, "page", text, by=TESTS)
    if live:
        publish(page, saved.revision, account, by=TESTS)
    return page


def _again(page: Page, account: AccountRef, title: str) -> None:
    draft = revision_by_id(page.draft_revision_id, page)
    assert draft is not None
    text = text_of(draft)
    save_draft(page, Text(title=title, slug=text.slug, body="<p>Newer.</p>"), account, by=TESTS,
               based_on=draft.id)  # fmt: skip


def _held(acme: AccountRef, berlin: AccountRef, by: Actor, long: str) -> Release:
    hidden = _page(acme, "Not ready yet")
    menu = _page(acme, "Spring menu", body=f'<p><a href="page:{hidden.id}">All of it</a></p>')
    other = _page(acme, long.strip()[:120], slug="spring-menu")
    terrace = _page(acme, "Terrace", parent=hidden)
    winter, city = _page(acme, "Winter menu", live=True), _page(berlin, "Spring in the city")
    release = make_release(acme, "Spring", by=by)
    gather(release, [menu, other, terrace, city], acme, by=TESTS)
    gather(release, [winter], acme, by=by, what="unpublish")
    _again(terrace, acme, "Terrace")
    look = look_over(release, by, by=by)
    release.state, release.cause = "held", in_the_way(look, 5)
    moment = moment_at(now() - timedelta(minutes=5), "Europe/Berlin")
    release.due_at, release.zone = moment.at, moment.zone
    release.approver_id, release.approver_label = by.person_id, by.label
    return release


def _waiting(acme: AccountRef, by: Actor) -> Release:
    release = make_release(acme, "Summer opening", by=by)
    gather(release, [_page(acme, name) for name in ("Ice cream", "Garden")], acme, by=by)
    at = now().replace(second=0, microsecond=0) + timedelta(days=19)
    schedule_release(release, moment_at(at, "Europe/Berlin"), acme, by=by, late_policy="ask")
    return release


def _out(acme: AccountRef, by: Actor) -> Release:
    opening, jobs = _page(acme, "New opening", live=True), _page(acme, "Jobs")
    old = _page(acme, "Old address", live=True)
    _again(opening, acme, "New opening")
    release = make_release(acme, "Relaunch", by=by)
    gather(release, [opening, jobs], acme, by=by)
    gather(release, [old], acme, by=by, what="unpublish")
    run_now(release, acme, by=by, reason="All agreed")
    _again(jobs, acme, "Jobs")
    draft = revision_by_id(jobs.draft_revision_id, jobs)
    assert draft is not None
    publish(jobs, draft, acme, by=TESTS)
    return release
