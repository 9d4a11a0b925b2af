"""What a change of a type would do to the drafts and live pages that are there, before it is made.

Nothing is lost by it: values stay in the revisions, and come back when the field comes back.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import aliased

from portal.content.clean_html import excerpt
from portal.content.content_types import Definition
from portal.content.field_kinds import Unfit, read
from portal.content.fields import Field, is_empty, plain
from portal.content.pages import Page, Revision
from tenants.accounts import Account, AccountClosure, AccountRef
from tenants.db import db
from tenants.decisions import Actor
from tenants.permissions import Permission
from tenants.reaching import reach_of
from tenants.scope import tenant_at_large

LOOKED_AT = 2_000
SHOWN = 100
SNIPPET = 120
MISSING = "is missing: to be filled in before the next publishing"
GONE = "is shown no more; it comes back with the field"


@dataclass(frozen=True)
class Effect:
    """What would become of one value of one page. `live` says whether readers see it today."""

    page_id: uuid.UUID
    title: str
    account_name: str
    handle: str
    label: str
    value: str
    becomes: str
    live: bool


@dataclass(frozen=True)
class Effects:
    """All of it, as far as `pages` of the `total` pages of the type were looked at.

    `number` counts the effects; `shown` are the first of them, on the pages changed last.
    """

    total: int
    pages: int
    number: int
    shown: tuple[Effect, ...]

    @property
    def partial(self) -> bool:
        """Tell whether there are pages that were not looked at, or may not be."""
        return self.pages < self.total


def number_of_pages(key: str, tenant_id: uuid.UUID) -> int:
    """Return how many pages of a type a tenant has, wherever they are."""
    with tenant_at_large():
        query = select(func.count(Page.id)).where(Page.tenant_id == tenant_id, Page.type == key)
        return db.session.scalar(query) or 0


def is_live_somewhere(key: str, tenant_id: uuid.UUID) -> bool:
    """Tell whether readers of a tenant see a page of a type, wherever it is. One statement."""
    with tenant_at_large():
        query = select(Page.id).where(
            Page.tenant_id == tenant_id, Page.type == key, Page.live_revision_id.is_not(None)
        )
        return db.session.scalar(query.limit(1)) is not None


def numbers_of_pages(account_id: uuid.UUID) -> dict[str, int]:
    """Return how many pages of each type an account has. One statement."""
    query = select(Page.type, func.count(Page.id)).where(Page.account_id == account_id)
    rows = db.session.execute(query.group_by(Page.type)).all()
    return {row[0]: row[1] for row in rows}


def effects_of(
    definition: Definition, after: Sequence[Field], account: AccountRef, *, by: Actor
) -> Effects:
    """Return what the pages of a type would lose if it had the fields `after`.

    Of pages whose drafts `by` may read, at the account and below it, the LOOKED_AT changed last.
    Three statements.
    """
    found: list[Effect] = []
    pages = 0
    pairs = [(field, _same(field, after)) for field in definition.asked]
    new = [field for field in after if not field.removed and _same(field, definition.asked) is None]
    for page, name, handle, draft, live in _pages(definition.key, account, by):
        pages += 1
        for values, is_live in _sides(draft, live):
            lines = [line for pair in pairs for line in _compared(*pair, values)]
            lines += [line for field in new for line in _compared(None, field, values)]
            found += [
                Effect(page.id, page.title, name, handle, *line, is_live)
                for line in lines
                if line[1] or values is draft
            ]
    total = number_of_pages(definition.key, account.tenant_id)
    return Effects(total, pages, len(found), tuple(found[:SHOWN]))


def _same(field: Field, among: Sequence[Field]) -> Field | None:
    return next((each for each in among if each.id == field.id and not each.removed), None)


def _sides(draft: Any, live: Any) -> list[tuple[Mapping[str, Any], bool]]:
    """Return what to look at: the draft, and what readers see where that says something else."""
    other = live is not None and live != draft
    return [(draft, live is not None and not other), *([(live, True)] if other else [])]


def _compared(
    before: Field | None, after: Field | None, values: Mapping[str, Any]
) -> Iterator[tuple[str, str, str]]:
    """Yield label, value and fate of what a change of one field does to these values."""
    field = after or before
    value = values.get(field.key) if field else None
    if is_empty(value):
        if after and after.required and not (before and before.required):
            yield after.label, "", MISSING
    elif before and after is None:
        yield before.label, _snippet(before, value), GONE
    elif before and after and _are_groups(before, after, value):
        for row in value or ():
            yield from _compared_parts(before, after, row if isinstance(row, Mapping) else {})
    elif after:
        now = _problem(after, value)
        if now and not (before and _problem(before, value)):
            yield after.label, _snippet(before or after, value), f"stays as it is, but it {now}"


def _are_groups(before: Field, after: Field, value: Any) -> bool:
    return before.kind == after.kind == "group" and isinstance(value, list)


def _compared_parts(
    before: Field, after: Field, row: Mapping[str, Any]
) -> Iterator[tuple[str, str, str]]:
    for part in before.asked:
        for label, value, becomes in _compared(part, _same(part, after.parts), row):
            yield f"{after.label}, {label}", value, becomes
    for part in after.asked:
        if _same(part, before.asked) is None:
            for label, value, becomes in _compared(None, part, row):
                yield f"{after.label}, {label}", value, becomes


def _problem(field: Field, value: Any) -> str:
    try:
        read(field, value)
    except Unfit as problem:
        return str(problem)
    return ""


def _snippet(field: Field, value: Any) -> str:
    text = excerpt(str(value), SNIPPET) if field.kind == "rich" else " ".join(plain(value).split())
    return text if len(text) <= SNIPPET else text[: SNIPPET - 1] + "…"


def _pages(key: str, account: AccountRef, by: Actor) -> Iterator[tuple[Any, ...]]:
    """Yield page, account's name and handle, and what draft and live revision hold in fields."""
    draft, live = aliased(Revision), aliased(Revision)
    reach = reach_of(by, Permission.PAGE_VIEW, account, below=True)
    closure = AccountClosure.descendant_id
    below = select(closure).where(AccountClosure.ancestor_id == account.id)
    seen = select(closure).where(AccountClosure.ancestor_id.in_(reach.roots))
    query = (
        select(Page, Account.name, Account.handle, draft.fields, live.fields)
        .join(Account, Account.id == Page.account_id)
        .join(draft, draft.id == Page.draft_revision_id)
        .outerjoin(live, live.id == Page.live_revision_id)
        .where(
            Page.tenant_id == account.tenant_id,
            Page.type == key,
            Page.account_id.in_(below),
            or_(Page.account_id.in_(seen), Page.account_id.in_(reach.alone)),
        )
        .order_by(Page.changed_at.desc(), Page.id.desc())
        .limit(LOOKED_AT)
    )
    for page, name, handle, drafted, shown in db.session.execute(query).all():
        yield page, name, handle, drafted or {}, shown if page.live_revision_id else None
