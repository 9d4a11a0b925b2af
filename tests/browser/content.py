"""What the screens are looked at with: long names, every state, an account without anything."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask

from portal.content import import_runs
from portal.content.commenting import comment, resolve
from portal.content.filing import tags_named
from portal.content.moments import moment_at
from portal.content.pages import Page, revision_by_id
from portal.content.redirecting import add_redirect
from portal.content.reviewing import submit
from portal.content.schedules import Schedule
from portal.content.scheduling import cancel, schedule
from portal.content.sites import open_site
from portal.content.trash import put_in_trash
from portal.content.workflows import set_workflow
from portal.jobs.imports import run_waiting
from tenants.accounts import AccountRef, ref
from tenants.asking import ask
from tenants.audit import excuse
from tenants.clock import now
from tenants.db import db
from tenants.defining import Definition, define, delete
from tenants.delegation import give
from tenants.grants import grants_at
from tenants.grouping import add_member, make
from tenants.inviting import invite
from tenants.opening import open_account
from tenants.people import person_by_id
from tenants.permissions import Permission
from tenants.permissions import Permission as P
from tenants.policing import clear_policy, set_policy
from tenants.quotas import Quota, Resource
from tenants.roles import built_in
from tenants.scope import across_tenants, acting_in, tenant_scope
from tenants.step_kinds import Step
from tenants.support import session_by_id
from tenants.supporting import break_glass, end_session
from tests.browser.content_hosts import hosts
from tests.browser.content_look import looks
from tests.browser.content_releases import releases
from tests.browser.content_shared import shared_links, shared_page
from tests.browser.content_time import times
from tests.browser.library import furnish_library
from tests.browser.tongues import tongues
from tests.browser.typed import type_and_pages
from tests.content.import_scene import SMALL
from tests.fixtures.cast import Cast, as_actor, read_cast
from tests.fixtures.pages import TESTS, make_page
from tests.tenants.support_scene import looking

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft " * 2
BODY = """<h2>Opening hours</h2><p>We open at <a href="/about">eight</a>.</p>
<table><tbody><tr><th>Day</th><th>From</th></tr><tr><td>Monday</td><td>8:00</td></tr></tbody></table>
<ul><li>Espresso</li><li>Filter</li></ul><blockquote><p>Slow coffee.</p></blockquote>"""


@dataclass(frozen=True)
class Places:
    """Ids of what was made, as they stand in addresses."""

    page: str
    live: str
    schedule: str
    grant: str
    import_run: str
    invitation: str
    request: str
    person: str
    role: str
    group: str
    member: str
    berlin: str
    account: str
    support: str
    glass: str
    shared: str
    reviewed: str
    media: str
    folder: str
    trashed: str
    term: str
    type: str
    field: str
    event: str
    block: str
    share: str
    share_locked: str
    translated: str
    template: str
    release_held: str
    release: str
    release_out: str
    menu: str
    look_page: str
    host: str
    host_waiting: str


def furnish(app: Flask) -> Places:
    """Fill a database that has the cast in it."""
    with app.app_context():
        people = read_cast()
        admin, author = as_actor(people.admin), as_actor(people.author)
        with across_tenants("what the screens show"):
            acme = people.acme
            empty = open_account(acme, "empty", LONG[:120], by=TESTS, admin=None, zone="UTC")
            open_site(ref(empty), "Empty", by=TESTS)
            long_page = make_page(acme, LONG.strip()[:150], BODY, state="draft")
            live = make_page(acme, "Opening hours", BODY, state="live")
            sites = looks(people, str(live.id), str(long_page.id), LONG, BODY)
            waiting = _schedules(acme, long_page, live)
            run = import_runs.hand_in(acme, "site.xml", SMALL, dry_run=True, by=TESTS)
            grant = next(g for g in grants_at((acme.id,), now()) if g.role.key == "viewer")
            editor = built_in("editor")
            _, token = invite("new@acme.example", editor, acme, by=admin, because=LONG)
            asked = ask(Permission.PAGE_PUBLISH, acme, by=author, reason=LONG)
            thrown = make_page(acme, LONG.strip()[:120], BODY)
            put_in_trash(thrown, acme, by=TESTS)
            term = tags_named(acme, ["Opening hours", LONG.strip()[:90]])[0]
            add_redirect(acme, "/printed/", live.address or "", by=TESTS)
            typed = type_and_pages(acme, LONG)
            _limit(acme, people.berlin)
            made = (long_page, live, waiting, grant, run)
            db.session.commit()
            first, last = [str(row.id) for row in made], [str(asked.id), str(people.admin.id)]
            last += _roles(people)
        sessions = (looking(people.support, people.hamburg), _broken(people))
        reviewed = _reviewed(people)
        shown = furnish_library(acme, people.editor, app.extensions["files"])
        places = Places(
            *[*first, token, *last, *[str(people.berlin.id)] * 2, *map(str, sessions),
              shared_page(people), reviewed, *shown, str(thrown.id), str(term.id), *typed,
              *shared_links(people, reviewed), *tongues(people), *releases(people, LONG),
              *sites, *hosts(people)]
        )  # fmt: skip
        run_waiting(uuid.UUID(places.import_run))
        return places


def _reviewed(people: Cast) -> str:
    """A page in review that people talk about, and steps in the account below; return its id."""
    editor, publisher = as_actor(people.editor), as_actor(people.publisher)
    with acting_in(tenant_scope(people.acme.tenant_id)):
        steps = (Step("Facts", due=3, remind=1, escalate=2), Step(LONG[:60]))
        set_workflow(people.berlin, steps, by=TESTS)
        page = make_page(people.acme, "New menu", BODY, by=editor)
        draft = revision_by_id(page.draft_revision_id, page)
        assert draft is not None
        submit(page, draft, people.acme, by=editor, note=LONG)
        first = comment(page, people.acme, f"@Pia Publisher {LONG}", by=editor, field="title",
                        quote="New menu", revision=1)  # fmt: skip
        comment(page, people.acme, "Fine with me.", by=publisher, thread=first)
        settled = comment(page, people.acme, "Is the price right?", by=publisher, field="body")
        resolve(settled, page, people.acme, by=editor)
        db.session.commit()
        return str(page.id)


def _broken(people: Cast) -> uuid.UUID:
    """A session of an owner who broke the glass and owes the report."""
    session_id, by = looking(people.owner, people.bolt, ticket="T-2"), as_actor(people.owner)
    with acting_in(tenant_scope(people.bolt.tenant_id)):
        row = session_by_id(session_id, people.bolt, lock=True)
        assert row is not None
        break_glass(row, people.bolt, by=by, reason=LONG, handle="bolt")
        end_session(row, people.bolt, by=by)
        db.session.commit()
    return session_id


def _roles(people: Cast) -> tuple[str, str, str]:
    """Define a role, held by a group of two; return their ids and a membership's."""
    acme, by = people.acme, as_actor(people.admin)
    with across_tenants("what the screens show"):
        wanted = Definition(
            "Press officer", LONG[:200], frozenset({P.PAGE_PUBLISH, P.TRAIL_VIEW}),
            built_in("author").id,
        )  # fmt: skip
        role = define(acme, wanted, by=by)
        gone = define(acme, Definition("Old press officer"), by=by)
        delete(gone, acme, by=by)
        group = make(acme, "News desk", LONG[:200], by=by)
        db.session.flush()
        for who in (people.viewer, people.editor):
            person = person_by_id(who.id)
            assert person is not None
            member = add_member(group, person, acme, by=by, because=LONG)
        give(group, role, people.berlin, by=by)
        db.session.commit()
        return str(role.id), str(group.id), str(member.id)


def _limit(acme: AccountRef, berlin: AccountRef) -> None:
    for account, resource, amount in (
        (acme, Resource.ITEMS, 36), (acme, Resource.PEOPLE, 500), (berlin, Resource.ITEMS, 8),
        (berlin, Resource.STORAGE, 2_000_000_000),
    ):  # fmt: skip
        row = Quota(tenant_id=acme.id, account_id=account.id, resource=resource, amount=amount)
        db.session.add(row)
        excuse(row, "Sets the scene.")
    set_policy(acme, "session_idle_minutes", "240", by=TESTS, because=LONG)
    set_policy(acme, "upload_types", "image/png image/jpeg application/pdf", by=TESTS)
    set_policy(berlin, "upload_types", "image/png", by=TESTS)
    clear_policy(berlin, "upload_types", by=TESTS)


def _schedules(acme: AccountRef, long_page: Page, live: Page) -> Schedule:
    """Schedule a page, and another once in vain and once held; return the first."""
    times(acme, live, LONG)
    cancel(_schedule(acme, live, timedelta(days=3)), acme, by=TESTS, reason=LONG)
    held = _schedule(acme, live, timedelta(days=4))
    held.state, held.cause = "held", "Pia Publisher may no longer publish pages at Acme."
    return _schedule(acme, long_page, timedelta(days=2))


def _schedule(account: AccountRef, page: Page, ahead: timedelta) -> Schedule:
    draft = revision_by_id(page.draft_revision_id, page)
    moment = moment_at(now().replace(second=0, microsecond=0) + ahead, "Europe/Berlin")
    return schedule(page, "publish", draft, moment, account, by=TESTS, reason="For the screens.")
