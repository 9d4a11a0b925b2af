"""Setting a site's scene with the portal's own actions, and looking at it as a reader."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from flask import Flask
from sqlalchemy import event, select

from portal.content.drafting import Text, create_page, save_draft
from portal.content.pages import Page, Type
from portal.content.publishing import publish
from portal.content.terms import Term
from portal.identity.passwords import hash_password
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.db import db
from tenants.engines import reading
from tenants.events import Event
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.pages import TESTS


@contextmanager
def writing(app: Flask, account: AccountRef) -> Iterator[AccountRef]:
    """A block that writes in the account's tenant and commits at its end."""
    with app.app_context(), acting_in(tenant_scope(account.tenant_id)):
        yield account
        db.session.commit()


@contextmanager
def reading_in(app: Flask, account: AccountRef) -> Iterator[AccountRef]:
    """A block that only reads, inside a request that is nobody's."""
    with (
        app.test_request_context("/preview"),
        reading(),
        acting_in(tenant_scope(account.tenant_id)),
    ):
        yield account


@dataclass(frozen=True)
class Said:
    """What a page made by `live` says, beside its title."""

    body: str = "<p>Some words.</p>"
    slug: str = ""
    excerpt: str = ""
    byline: str = ""
    terms: tuple[Term, ...] = ()


def live(
    account: AccountRef,
    title: str,
    said: Said | None = None,
    *,
    kind: Type = "post",
    at: datetime | None = None,
    parent: Page | None = None,
    password: str = "",
) -> Page:
    """A live page or post, live since `at`, behind `password` if there is one. Needs `writing`."""
    said = said or Said()
    page, saved = create_page(
        account,
        kind,
        Text(
            parent_id=parent.id if parent else None,
            title=title, slug=said.slug, body=said.body, excerpt=said.excerpt, byline=said.byline,
            term_ids=tuple(str(term.id) for term in said.terms),
        ),
        by=TESTS,
    )  # fmt: skip
    publish(page, saved.revision, account, by=TESTS)
    if at is not None:
        page.published_at = at
    if password:
        page.access_password_hash = hash_password(password)
    record(Event.PAGE_CHANGED, page, by=TESTS, revision=saved.revision.number)
    db.session.flush()
    return page


def redraft(account: AccountRef, page: Page, title: str, body: str) -> None:
    """Save a draft over a page; what is live stays."""
    save_draft(
        page, Text(title=title, body=body), account, by=TESTS, based_on=page.draft_revision_id
    )


def term(account: AccountRef, taxonomy: str, slug: str, name: str) -> Term:
    """A tag or category. Needs `writing`."""
    made = Term(
        tenant_id=account.tenant_id, account_id=account.id, taxonomy=taxonomy, slug=slug, name=name
    )
    db.session.add(made)
    db.session.flush()
    return made


def page_titled(account: AccountRef, title: str) -> Page:
    """The account's page with this title. Needs a scope."""
    return db.session.scalars(
        select(Page).where(Page.account_id == account.id, Page.title == title)
    ).one()


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """Everything sent to the database inside the block, one entry a statement.

    The application is asked itself: nothing that was kept is given.
    """
    sent: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        sent.append(statement)

    with app.app_context():
        engine = db.engine
    whole, app.wsgi_app = app.wsgi_app, app.extensions["site_front"].inner  # type: ignore[method-assign]
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        app.wsgi_app = whole  # type: ignore[method-assign]
        event.remove(engine, "before_cursor_execute", note)
