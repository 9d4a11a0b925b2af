"""Handing exports in, and looking at every row that came of it."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import class_mapper

from portal.content.imports import ImportedItem
from portal.content.pages import Page, Revision
from portal.content.schedules import Schedule
from portal.content.sites import Menu, Redirect, Site
from portal.content.terms import PageTerm, Term
from portal.jobs.imports import run_at_once
from tenants.accounts import AccountRef
from tenants.audit import AuditEvent
from tenants.db import db
from tenants.decisions import Actor
from tenants.engines import reading
from tenants.scope import across_tenants, acting_in, tenant_scope
from tests.content.wordpress.exports import Item, category, tag, wxr

CONTENT = (Page, Revision, Schedule, Term, PageTerm, Menu, Redirect, Site, ImportedItem)


def bring(account: AccountRef, by: Actor, data: bytes, *, dry_run: bool = False) -> dict[str, Any]:
    """Import and return the outcome, which must be a good one."""
    outcome = run_at_once(account, "export.xml", data, dry_run=dry_run, by=by)
    assert outcome["state"] == "done", outcome["error"]
    return outcome


@contextmanager
def looking(account: AccountRef) -> Iterator[None]:
    """A block that reads the account's tenant."""
    with reading(), acting_in(tenant_scope(account.tenant_id)):
        yield


def digest_of_content() -> str:
    """One digest over every row of every content table, of all tenants."""
    with reading(), across_tenants("a test compares all content"):
        rows = [
            f"{kind.__name__} {[getattr(row, c.key) for c in class_mapper(kind).column_attrs]}"
            for kind in CONTENT
            for row in db.session.scalars(select(kind))
        ]
    return hashlib.sha256("\n".join(sorted(rows)).encode()).hexdigest()


def page_called(account: AccountRef, title: str) -> Page:
    """The account's one page with this title. Needs a scope."""
    return db.session.scalars(
        select(Page).where(Page.account_id == account.id, Page.title == title)
    ).one()


def revision_of(page: Page) -> Revision:
    """The page's one revision. Needs a scope."""
    return db.session.scalars(select(Revision).where(Revision.page_id == page.id)).one()


def events_about(target_id: uuid.UUID) -> list[str]:
    """What the trail holds of a row. Needs a scope."""
    query = select(AuditEvent.event).where(AuditEvent.target_id == target_id)
    return list(db.session.scalars(query.order_by(AuditEvent.id)))


def sentences(outcome: dict[str, Any], group: str, title: str | None = None) -> list[str]:
    """What the report says in a group, or of one thing in it."""
    return [
        line["sentence"]
        for line in outcome["lines"]
        if line["group"] == group and title in {None, line["title"]}
    ]


def page_item(post_id: int, title: str, parent: int = 0, **fields: str) -> Item:
    """A page of the old site at `/<title in lower case>/`."""
    name = title.lower().replace(" ", "-")
    values = {"post_type": "page", "post_parent": str(parent), "post_name": name, **fields}
    return Item(post_id, title, link=f"https://old.example/{name}/", fields=values)


def post_item(post_id: int, title: str, content: str = "<p>Words.</p>", **fields: str) -> Item:
    """A post of the old site at `/2024/<title in lower case>/`."""
    name = title.lower().replace(" ", "-")
    link = f"https://old.example/2024/{name}/"
    return Item(post_id, title, content, link=link, fields={"post_name": name, **fields})


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
