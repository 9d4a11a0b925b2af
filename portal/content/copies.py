"""Working copies: what somebody typed and did not save yet. His own; nobody else is shown them."""

import re
import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    Uuid,
    bindparam,
    delete,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from portal.content import clean_html
from portal.content.drafting import authorize_edit
from portal.content.holding import hold
from portal.content.pages import Page, refuse_trashed, revision_by_id
from portal.content.problems import Problem
from tenants.accounts import AccountRef
from tenants.clock import now
from tenants.db import Base, Keyed, db
from tenants.decisions import Actor, authorize
from tenants.permissions import Permission
from tenants.scope import TenantScoped

Typed = Mapping[str, list[str]]
CHARACTERS = 2_000_000
MARK = 36
MOST = 10
KEPT_FOR = timedelta(days=60)
RICH = ("body", "hand-body")
"""Fields that hold HTML: the editor's, and what is written by hand where two texts meet."""
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class WorkingCopy(Keyed, TenantScoped, Base):
    """What one person typed in one tab over one page, or over a page that is still to be started.

    `mark` is the tab's own; `typed` holds the form's fields by name. Once it was saved or thrown
    away it is settled: it holds nothing, and what the tab sends late is not taken any more.
    It changes no page, so no event tells of it.
    """

    __tablename__ = "working_copy"
    __table_args__ = (
        UniqueConstraint("tenant_id", "person_id", "mark"),
        ForeignKeyConstraint(["tenant_id", "page_id"], ["page.tenant_id", "page.id"]),
        Index("ix_working_copy_own", "account_id", "person_id", "page_id"),
    )

    page_id: Mapped[uuid.UUID | None]
    person_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    mark: Mapped[str] = mapped_column(String(MARK))
    typed: Mapped[dict[str, Any]] = mapped_column(default=dict)
    saved_at: Mapped[datetime] = mapped_column(default=now)
    settled_at: Mapped[datetime | None]

    def first(self, name: str) -> str:
        """Return what stands in a field of the form, or empty."""
        return next(iter(self.typed.get(name, ())), "")


def own_copies(account: AccountRef, page: Page | None, *, by: Actor) -> list[WorkingCopy]:
    """Return what `by` typed over a page (None: over one to be started), the newest first."""
    asked = {"at_account": account.id, "of_person": by.person_id}
    asked |= {"of_page": page.id} if page else {}
    return list(db.session.scalars(_own_query(page is not None), asked))


@cache
def _own_query(of_page: bool) -> Any:
    row = WorkingCopy
    over = row.page_id == bindparam("of_page", type_=Uuid()) if of_page else row.page_id.is_(None)
    query = select(row).where(
        row.account_id == bindparam("at_account", type_=Uuid()),
        row.person_id == bindparam("of_person", type_=Uuid()),
        row.settled_at.is_(None), over,
    )  # fmt: skip
    return query.order_by(row.saved_at.desc()).limit(MOST)


def keep_copy(
    account: AccountRef, page: Page | None, mark: str, typed: Typed, *, by: Actor
) -> WorkingCopy:
    """Keep what was typed, however incomplete, in place of what this tab sent before.

    The body is cleaned as a saved one is. The page is held, so that a save of the same tab comes
    before or after. Raises Denied, and Problem when it cannot be kept.
    """
    if page is None:
        authorize(by, Permission.PAGE_CREATE, account)
    else:
        authorize_edit(by, page, account)
        hold(page)
        refuse_trashed(page)
    if by.person_id is None or not 0 < len(mark) <= MARK:
        raise Problem("A working copy belongs to a person and a tab.")
    copy = _copy(account, mark, by)
    known = _known(page, copy)
    if copy is None:
        _make_room(account, page, by)
        copy = _new(account, page, mark, by)
    elif copy.page_id != (page.id if page else None):
        raise Problem("This tab wrote over another page. Reload it.")
    if copy.settled_at is None:
        copy.typed, copy.saved_at = _kept(typed, known), now()
        db.session.flush()
    return copy


def settle_copy(
    account: AccountRef, page: Page | None, mark: str, *, by: Actor, there: bool = True
) -> None:
    """Have a copy be done with: its text was saved, or is not wanted.

    `there` is False when the page is held and the tab has none: then nothing is looked for.
    """
    if by.person_id is None or not 0 < len(mark) <= MARK:
        return
    if not (there and _settle(account, mark, by)):
        _new(account, page, mark, by).settled_at = now()
        db.session.flush()


def _settle(account: AccountRef, mark: str, by: Actor) -> bool:
    settled = {"typed": {}, "settled_at": now()}
    there = update(WorkingCopy).where(*_own(account, mark, by)).values(settled)
    done: Any = db.session.execute(there.execution_options(synchronize_session=False))
    return bool(done.rowcount)


def _copy(account: AccountRef, mark: str, by: Actor) -> WorkingCopy | None:
    return db.session.scalar(select(WorkingCopy).where(*_own(account, mark, by)))


def _own(account: AccountRef, mark: str, by: Actor) -> tuple[ColumnElement[bool], ...]:
    return (
        WorkingCopy.account_id == account.id,
        WorkingCopy.person_id == by.person_id,
        WorkingCopy.mark == mark,
    )


def _new(account: AccountRef, page: Page | None, mark: str, by: Actor) -> WorkingCopy:
    copy = WorkingCopy(
        tenant_id=account.tenant_id, account_id=account.id, person_id=by.person_id, mark=mark,
        page_id=page.id if page else None,
    )  # fmt: skip
    db.session.add(copy)
    return copy


def _make_room(account: AccountRef, page: Page | None, by: Actor) -> None:
    """Let go of settled and very old copies, and of the oldest beyond MOST."""
    moment = now()
    gone = or_(
        WorkingCopy.settled_at < moment - timedelta(days=1),
        WorkingCopy.saved_at < moment - KEPT_FOR,
        WorkingCopy.id.in_([copy.id for copy in own_copies(account, page, by=by)[MOST - 1 :]]),
    )
    mine = delete(WorkingCopy).where(
        WorkingCopy.account_id == account.id, WorkingCopy.person_id == by.person_id, gone
    )
    db.session.execute(mine.execution_options(synchronize_session=False))


def _known(page: Page | None, copy: WorkingCopy | None) -> str:
    """Return the clean body that this tab began with, or sent last: most of it stands still."""
    if copy is not None and copy.settled_at is None:
        return copy.first("body")
    draft = revision_by_id(page.draft_revision_id, page) if page else None
    return draft.body if draft else ""


def _kept(typed: Typed, known: str) -> dict[str, list[str]]:
    kept = {_storable(name): [*map(_storable, values)] for name, values in typed.items()}
    if sum(len(name) + sum(map(len, values)) for name, values in kept.items()) > CHARACTERS:
        raise Problem(f"This is more than {CHARACTERS:,} characters. Save it in parts.")
    try:
        rich = {name: kept[name] for name in RICH if name in kept}
        cleaned = {n: [clean_html.clean(each, known).html for each in v] for n, v in rich.items()}
        return {**kept, **cleaned}
    except clean_html.TooDeep as problem:
        raise Problem(f"The body cannot be kept like this. {problem}") from problem


def _storable(value: str) -> str:
    """Return the text with what no database takes replaced, as the forms do."""
    return _UNSTORABLE.sub("\ufffd", value)
