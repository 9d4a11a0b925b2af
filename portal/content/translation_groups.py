"""The rows of a group of translations: whose turn it is, who is in it, what goes out of it."""

import uuid

from sqlalchemy import select

from portal.content.out_of_sight import WITH_TRASH
from portal.content.pages import Page
from portal.content.translations import PageLanguage, language_row
from tenants.audit import record
from tenants.db import db
from tenants.decisions import Actor
from tenants.events import Event


def take_turn(page: Page) -> None:
    """Wait for others who change the page's group, then see it as they left it."""
    db.session.flush()
    row = language_row(page)
    held = {page.id, row.source_id if row else page.id}
    query = select(Page.id).where(Page.id.in_(held)).order_by(Page.id).with_for_update()
    db.session.execute(query.execution_options(**WITH_TRASH)).all()
    db.session.refresh(page)
    if row is not None:
        db.session.refresh(row)


def members(source_id: uuid.UUID) -> list[PageLanguage]:
    """Return the rows of a group, the first linked first, those in the trash among them."""
    query = select(PageLanguage).where(PageLanguage.source_id == source_id)
    return list(db.session.scalars(query.order_by(PageLanguage.created_at, PageLanguage.id)))


def row_of(page: Page, language: str) -> PageLanguage:
    """Return a page's row; a page that has none gets one, alone, in `language`."""
    row = language_row(page)
    if row is None:
        row = PageLanguage(
            tenant_id=page.tenant_id, account_id=page.account_id, page_id=page.id,
            source_id=page.id, language=language,
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
    return row


def let_go(page: Page, *, by: Actor) -> bool:
    """Take a page out of its group without asking, and record it; False when it is in none.

    It keeps its language. When it is the source, the one linked first takes its place, and nobody
    knows which revision of that one the others were made from.
    """
    row = language_row(page)
    others = [each for each in members(row.source_id) if each is not row] if row else []
    if row is None or not others:
        return False
    first = others[0]
    source = next((each for each in others if each.is_source), first)
    if row.is_source:
        for each in others:
            each.source_id, each.made_from_id, each.made_from_digest = first.page_id, None, None
    row.source_id, row.made_from_id, row.made_from_digest = page.id, None, None
    title = select(Page.title).where(Page.id == source.page_id).execution_options(**WITH_TRASH)
    record(
        Event.PAGE_UNLINKED, page, by=by, changes={},
        other=db.session.scalar(title) or "(untitled)",
    )  # fmt: skip
    db.session.flush()
    return True


def carry_language(page: Page, copy: Page) -> None:
    """Have a copy speak the language of the page it was made from, linked to nothing."""
    row = language_row(page)
    if row is not None:
        row_of(copy, row.language)
