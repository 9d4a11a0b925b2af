"""Own pages as links: which there are to choose from, and which links lead nowhere."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, or_, select

from portal.content.checks import Finding
from portal.content.html_shown import own_pages
from portal.content.pages import Page
from tenants.clock import now
from tenants.db import db

MOST = 20


@dataclass(frozen=True)
class Target:
    """A page that a text can link to. `live` is whether readers can follow the link now."""

    id: str
    title: str
    address: str
    type: str
    live: bool

    @property
    def href(self) -> str:
        """Return what stands in the text: right wherever the page moves."""
        return f"page:{self.id}"


def targets(account_id: uuid.UUID, search: str = "") -> list[Target]:
    """Return the account's pages whose title or address has the words, the latest changed first.

    At most MOST. One statement.
    """
    query = _query(account_id)
    if search:
        hits = [c.icontains(search, autoescape=True) for c in (Page.title, Page.address)]
        query = query.where(or_(*hits))
    query = query.order_by(Page.changed_at.desc(), Page.id.desc()).limit(MOST)
    return [_target(row) for row in db.session.execute(query).all()]


def targets_by_id(account_id: uuid.UUID, ids: Collection[str]) -> dict[str, Target]:
    """Return those of the pages that there are, by id. One statement, or none."""
    if not ids:
        return {}
    rows = db.session.execute(_query(account_id).where(Page.id.in_(map(uuid.UUID, ids)))).all()
    return {str(row.id): _target(row) for row in rows}


def broken_links(account_id: uuid.UUID, html: str) -> list[Finding]:
    """Return what readers could not follow of a clean body's links to own pages."""
    ids = sorted(own_pages(html))
    found = targets_by_id(account_id, ids)
    return [_finding(found.get(page_id)) for page_id in ids if not _leads(found.get(page_id))]


def _leads(target: Target | None) -> bool:
    return target is not None and target.live


def _finding(target: Target | None) -> Finding:
    if target is None:
        return Finding(
            "bad", "A link leads to a page that is not there. Readers see its words only."
        )
    title = target.title or "(untitled)"
    sentence = f"A link leads to “{title}”, which is not live. Readers see its words only."
    return Finding("warn", sentence, title)


def _query(account_id: uuid.UUID) -> Select[Any]:
    live = Page.live_revision_id.is_not(None) & (Page.published_at <= now())
    columns: tuple[Any, ...] = (Page.id, Page.title, Page.address, Page.type, live.label("live"))
    return select(*columns).where(Page.account_id == account_id)


def _target(row: Row[Any]) -> Target:
    return Target(str(row.id), row.title, row.address or "", row.type, bool(row.live))
