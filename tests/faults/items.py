"""What scenarios publish: pages with a schedule each, written in bulk beside the application."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, update

from portal.content.pages import Page, Revision, digest_now
from portal.content.schedules import LATE_MINUTES, Schedule
from tenants.accounts import AccountRef
from tenants.db import new_id
from tests.fixtures.cast import Someone

PUBLISHED, HELD, ABSENT = "published", "held", "absent"


@dataclass(frozen=True)
class Item:
    """One publication that is asked for, by a schedule or a release, and how it should end."""

    schedule_id: uuid.UUID
    page_id: uuid.UUID
    revision_id: uuid.UUID
    tenant_id: uuid.UUID
    due_at: datetime
    path: str
    words: str
    ends: str = PUBLISHED


@dataclass(frozen=True)
class Wanted:
    """What to write: how many, where, when due, on whose authority."""

    account: AccountRef
    approver: Someone
    due_at: datetime
    count: int = 1
    slug: str = ""
    what: str = "publish"
    author: Someone | None = None
    terms: tuple[str, ...] = ()
    body: str = ""
    offline_at: datetime | None = None
    late_policy: str = "publish"
    late_minutes: int = LATE_MINUTES


def write(connection: Connection, wanted: Wanted) -> list[Item]:
    """Write pages, revisions and schedules in one transaction of the caller's."""
    drafts = write_pages(connection, wanted)
    rows = [_schedule(wanted, draft) for draft in drafts]
    connection.execute(insert(Schedule), rows + _offline(wanted, drafts))
    return [_item(wanted, draft, row["id"]) for draft, row in zip(drafts, rows, strict=True)]


def write_for_release(connection: Connection, wanted: Wanted, release_id: uuid.UUID) -> list[Item]:
    """Write pages and revisions only; the items stand for those of a release."""
    return [_item(wanted, draft, release_id) for draft in write_pages(connection, wanted)]


def write_pages(connection: Connection, wanted: Wanted) -> list[Revision]:
    """Write pages and their drafts; what is to go offline is live."""
    drafts = [_revision(wanted, number) for number in range(wanted.count)]
    connection.execute(insert(Page), [_page(wanted, draft) for draft in drafts])
    connection.execute(insert(Revision), [_plain(draft) for draft in drafts])
    pages: Any = Page.__table__
    live: dict[str, Any] = (
        {"live_revision_id": bindparam("draft")} if wanted.what == "unpublish" else {}
    )
    if live:
        live |= {"address": bindparam("at"), "published_at": datetime.now(UTC)}
    connection.execute(
        update(pages).where(pages.c.id == bindparam("page"))
        .values(draft_revision_id=bindparam("draft"), **live),
        [{"page": draft.page_id, "draft": draft.id} | ({"at": f"/{draft.slug}/"} if live else {})
         for draft in drafts],
    )  # fmt: skip
    return drafts


def _offline(wanted: Wanted, drafts: Sequence[Revision]) -> list[dict[str, Any]]:
    """Schedules that take the same pages offline again, if that is wanted."""
    if wanted.offline_at is None:
        return []
    closing = replace(wanted, what="unpublish", due_at=wanted.offline_at)
    return [_schedule(closing, draft) for draft in drafts]


def _revision(wanted: Wanted, number: int) -> Revision:
    page_id = new_id()
    slug = wanted.slug or f"item-{page_id.hex[-10:]}-{number}"
    words = f"words of {slug} {page_id.hex[-6:]}"
    author = wanted.author or wanted.approver
    revision = Revision(
        tenant_id=wanted.account.tenant_id, account_id=wanted.account.id, page_id=page_id,
        number=1, title=f"Item {slug}", slug=slug, body=wanted.body or f"<p>{words}</p>",
        excerpt=words, byline="", parent_id=None, term_ids=list(wanted.terms), fields={},
        digest="", author_id=author.id, author_label=author.name, note="",
        created_at=datetime.now(UTC),
    )  # fmt: skip
    revision.digest = digest_now(revision)
    return revision


def _plain(row: Any) -> dict[str, Any]:
    return {column.key: getattr(row, column.key) for column in row.__table__.columns}


def _page(wanted: Wanted, draft: Revision) -> dict[str, Any]:
    return {
        "id": draft.page_id, "tenant_id": draft.tenant_id, "account_id": draft.account_id,
        "type": "page", "title": draft.title, "position": 0, "author_id": draft.author_id,
        "created_at": draft.created_at, "changed_at": draft.created_at, "trashed_by_label": "",
    }  # fmt: skip


def _schedule(wanted: Wanted, draft: Revision) -> dict[str, Any]:
    publish = wanted.what == "publish"
    row = Schedule(
        tenant_id=draft.tenant_id, account_id=draft.account_id, page_id=draft.page_id,
        page_title=draft.title, what=wanted.what, revision_id=draft.id if publish else None,
        revision_digest=draft.digest if publish else None, due_at=wanted.due_at,
        wall_time=wanted.due_at.strftime("%Y-%m-%dT%H:%M:%S"), zone="UTC", offset_minutes=0,
        state="pending", moves=0, approver_id=wanted.approver.id,
        approver_label=wanted.approver.name, created_at=datetime.now(UTC), cause="",
        late_policy=wanted.late_policy, late_minutes=wanted.late_minutes,
    )  # fmt: skip
    plain = _plain(row)
    for column in Schedule.__table__.columns:
        default = column.default
        if plain[column.key] is None and default is not None:
            plain[column.key] = default.arg if default.is_scalar else default.arg(None)
    return plain


def _item(wanted: Wanted, draft: Revision, asked_by: uuid.UUID) -> Item:
    return Item(
        asked_by, draft.page_id, draft.id, draft.tenant_id, wanted.due_at,
        f"/s/{wanted.account.handle}/{draft.slug}/", draft.excerpt,
        PUBLISHED if wanted.what == "publish" else ABSENT,
    )  # fmt: skip


def paths(items: Sequence[Item]) -> list[str]:
    return [item.path for item in items]
