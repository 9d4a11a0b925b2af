"""Having a page's row for oneself until the transaction ends, and asking for that only once.

A step of a request cannot know which steps came before it, and each has to hold the row. So the
session remembers in which transaction it was held: a rolled back savepoint forgets it, as
PostgreSQL does.
"""

import uuid
from dataclasses import dataclass
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Uuid, bindparam, select
from sqlalchemy.orm import Session, SessionTransaction

from portal.content.pages import Page, Revision, revision_by_id
from tenants.db import db
from tenants.prepared import by_key
from tenants.scope_hooks import was_reached

_KEY = "held pages"
Held = WeakKeyDictionary[SessionTransaction, set[uuid.UUID]]


@dataclass(frozen=True)
class InHand:
    """A page that is held, its draft, and every revision of it that came along."""

    page: Page
    draft: Revision | None
    revisions: tuple[Revision, ...] = ()


def hold(page: Page) -> None:
    """Wait for others who hold the page, then see it as they left it. Asked for once."""
    session = db.session()
    session.flush()
    if not _is_held(session, page.id):
        session.refresh(page, with_for_update=True)
        _remember(session, page.id)


def held_page(page_id: uuid.UUID, account_id: uuid.UUID, *, live: bool = False) -> InHand | None:
    """Return the account's page, held, with its draft; with what is `live` if that is asked for.

    One statement, unless somebody was waited for. Keep what comes while you work with the page:
    `revision_by_id` asks for nothing that is in hand.
    """
    session = db.session()
    asked = {"held": page_id, "at_account": account_id}
    rows = session.execute(_held_query(live), asked).all()
    if not rows:
        return None
    page: Page = rows[0][0]
    _remember(session, page.id)
    was_reached(session, page.account_id)
    # PostgreSQL joins what stood before it waited: what is missing then is asked for once more.
    draft = revision_by_id(page.draft_revision_id, page)
    return InHand(page, draft, tuple(revision for _page, revision in rows if revision is not None))


@cache
def _held_query(live: bool) -> Any:
    ids = [Page.draft_revision_id, *([Page.live_revision_id] if live else [])]
    held, account = (bindparam(name, type_=Uuid()) for name in ("held", "at_account"))
    return by_key(
        select(Page, Revision)
        .outerjoin(Revision, Revision.id.in_(ids))
        .where(Page.id == held, Page.account_id == account)
        .with_for_update(of=Page)
        .execution_options(populate_existing=True)
    )


def _remember(session: Session, page_id: uuid.UUID) -> None:
    inner = session.get_nested_transaction() or session.get_transaction()
    held: Held = session.info.setdefault(_KEY, WeakKeyDictionary())
    if inner is not None:
        held.setdefault(inner, set()).add(page_id)


def _is_held(session: Session, page_id: uuid.UUID) -> bool:
    held: Held = session.info.get(_KEY) or WeakKeyDictionary()
    at: SessionTransaction | None = session.get_nested_transaction() or session.get_transaction()
    while at is not None:
        if page_id in held.get(at, ()):
            return True
        at = at.parent
    return False
