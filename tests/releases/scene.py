"""A site, a release over it, and what readers get at every address."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta

from flask.testing import FlaskClient
from sqlalchemy import select

from portal.content.drafting import Text, create_page, save_draft, text_of
from portal.content.moments import moment_at
from portal.content.pages import Page, page_by_id, revision_by_id
from portal.content.publishing import publish
from portal.content.releases import Release, ReleaseItem
from portal.content.releasing import gather, make_release, schedule_release
from portal.content.sites import Redirect
from tenants.accounts import AccountRef
from tenants.audit import AuditEvent, excuse
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.cast import Cast
from tests.fixtures.pages import TESTS

_ASKED_ANEW = re.compile(r'nonce="[^"]*"|\?v=[0-9a-f]+')


def a_page(
    account: AccountRef,
    title: str,
    *,
    parent: Page | None = None,
    live: bool = True,
    slug: str = "",
) -> Page:
    """A page below another, live or a draft."""
    text = Text(
        title=title, slug=slug, body=f"<p>{title}, first.</p>",
        parent_id=parent.id if parent else None,
    )  # fmt: skip
    page, saved = create_page(account, "page", text, by=TESTS)
    if live:
        publish(page, saved.revision, account, by=TESTS)
    return page


def edit(page: Page, account: AccountRef, **changes: object) -> None:
    """Save another revision of a page as its draft."""
    draft = revision_by_id(page.draft_revision_id, page)
    assert draft is not None
    text = replace(text_of(draft), **({"body": f"{draft.body}<p>More.</p>"} | changes))  # type: ignore[arg-type]
    save_draft(page, text, account, by=TESTS, based_on=draft.id)


def gathered(cast: Cast, by: Actor, coming: Sequence[Page], going: Sequence[Page] = ()) -> Release:
    """A release with pages that go live, and some that go offline."""
    release = make_release(cast.acme, "Spring", by=by)
    gather(release, coming, cast.acme, by=by)
    gather(release, going, cast.acme, by=by, what="unpublish")
    return release


def due(release: Release, account: AccountRef, *, by: Actor, late: timedelta = timedelta(seconds=1),
        **options: object) -> None:  # fmt: skip
    """Schedule a release, and let its moment have come."""
    moment = moment_at(now() + timedelta(minutes=10), "Europe/Berlin")
    schedule_release(release, moment, account, by=by, **options)  # type: ignore[arg-type]
    db.session.flush()
    release.due_at = now() - late
    excuse(release, "The clock of a test.")
    db.session.commit()


def again(cast: Cast, release: Release) -> Release:
    """The release as it stands in the database. Needs a scope."""
    found = db.session.get(Release, release.id, populate_existing=True)
    assert found is not None
    return found


def state(cast: Cast, release: Release) -> tuple[str, str]:
    """Where the release stands, and why."""
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        found = again(cast, release)
        return found.state, found.cause


def found_of(cast: Cast, release: Release) -> dict[str, list[str]]:
    """What was found of each item, by the page's title."""
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        rows = db.session.scalars(
            select(ReleaseItem).where(ReleaseItem.release_id == release.id)
        ).all()
        return {row.page_title: [f["sentence"] for f in row.problems] for row in rows}


def addresses(cast: Cast) -> dict[str, str | None]:
    """Where the pages of Acme stand, by title."""
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        rows = db.session.execute(select(Page.title, Page.address)).all()
        return {row.title: row.address for row in rows}


def events(cast: Cast, name: str) -> list[AuditEvent]:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        return list(db.session.scalars(select(AuditEvent).where(AuditEvent.event == name)))


def known_addresses(cast: Cast) -> set[str]:
    """Every address of Acme that anything stands at or leads from."""
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        own = Page.account_id == cast.acme.id
        pages = db.session.scalars(select(Page.address).where(own, Page.address.is_not(None)))
        led = select(Redirect.address).where(Redirect.account_id == cast.acme.id)
        return {*pages, *db.session.scalars(led)}


def readers_get(client: FlaskClient, places: Iterable[str]) -> dict[str, tuple[int, str, str]]:
    """What a GET of each address answers: status, where it leads, what it says."""
    found = {}
    for place in sorted({"/", "/posts/", "/sitemap.xml", *places}):
        answer = client.get(f"/s/acme{place}")
        told = _ASKED_ANEW.sub("", answer.text)
        found[place] = answer.status_code, answer.headers.get("Location", ""), told
    return found


def fresh(page_id: uuid.UUID, account: AccountRef) -> Page:
    page = page_by_id(page_id, account.id)
    assert page is not None
    return page
