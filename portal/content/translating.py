"""Linking pages that say the same in other languages, and saying which of them is up to date."""

import uuid
from dataclasses import replace

from sqlalchemy import select

from portal.content.addresses import slug_of
from portal.content.copying import duplicate_as
from portal.content.drafting import Text, authorize_edit
from portal.content.languages import account_language, language_tag, name_of
from portal.content.out_of_sight import WITH_TRASH
from portal.content.pages import Page, Revision, page_by_id, refuse_trashed, revision_by_id
from portal.content.problems import Problem
from portal.content.translation_groups import let_go, members, row_of, take_turn
from portal.content.translations import PageLanguage, language_row, translations_of
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.db import db
from tenants.decisions import Actor
from tenants.events import Event


def set_language(page: Page, account: AccountRef, language: str, *, by: Actor) -> None:
    """Say which language a page is in, and record it. Raises Denied and Problem."""
    authorize_edit(by, page, account)
    tag = language_tag(language)
    take_turn(page)
    refuse_trashed(page)
    row = language_row(page)
    before = row.language if row else account_language(account.id)
    if row is not None and row.language == tag:
        return
    if row is not None:
        _make_room(row.source_id, tag, account, by)
    row = row_of(page, tag)
    row.language = tag
    record(
        Event.PAGE_LANGUAGE_SET, page, by=by, language=name_of(tag),
        changes={"language": [before, tag]},
    )  # fmt: skip
    db.session.flush()


def translate(
    page: Page, account: AccountRef, language: str, *, by: Actor, title: str = ""
) -> Page:
    """Start a page in another language with the words of the group's source, and record it.

    A draft, with labels and further fields; below the translation of what the source stands below,
    if there is one. Nothing of the source changes. Raises Denied, Problem and QuotaReached.
    """
    tag = language_tag(language)
    take_turn(page)
    refuse_trashed(page)
    said = row_of(page, account_language(account.id))
    source = page if said.is_source else page_by_id(said.source_id, account.id)
    if source is None:
        raise Problem("The source is in the trash. Restore it, or make another page the source.")
    _make_room(source.id, tag, account, by)

    def change(text: Text) -> Text:
        slug = slug_of(title) if title and title != text.title else f"{text.slug}-{tag.lower()}"
        above = translations_of([text.parent_id], tag) if text.parent_id else {}
        parent = above.get(text.parent_id, text.parent_id) if text.parent_id else None
        return replace(text, title=title or text.title, slug=slug, parent_id=parent)

    made, draft = duplicate_as(source, account, change, by=by)
    row = row_of(made, tag)
    row.language, row.source_id = tag, source.id
    _says(row, draft)
    record(
        Event.PAGE_TRANSLATED, made, by=by, changes={}, source=source.label, language=name_of(tag),
        revision=draft.number,
    )  # fmt: skip
    db.session.flush()
    return made


def link(
    page: Page, source: Page, account: AccountRef, language: str, *, by: Actor, current: bool
) -> None:
    """Make a page that stands alone the translation of another, and record it.

    Of a translation's own source, when `source` is one. `current` says that it is up to date.
    Raises Denied and Problem.
    """
    for each in (page, source):
        authorize_edit(by, each, account)
        if each.account_id != account.id:
            raise Problem("Only pages of the same account can be linked.")
    tag = language_tag(language)
    for each in sorted((page, source), key=lambda each: each.id):
        take_turn(each)
        refuse_trashed(each)
    there = row_of(source, account_language(account.id))
    if page.id in {source.id, there.source_id}:
        raise Problem("A page is no translation of itself. Choose another one.")
    row = language_row(page)
    if row is not None and len(members(row.source_id)) > 1:
        raise Problem("It has translations already. Take it out of them first.")
    _make_room(there.source_id, tag, account, by)
    row = row_of(page, tag)
    row.language, row.source_id = tag, there.source_id
    if current:
        _says(row, _draft_of(there.source_id, account))
    record(Event.PAGE_LINKED, page, by=by, changes={}, source=source.label, language=name_of(tag))
    db.session.flush()


def unlink(page: Page, account: AccountRef, *, by: Actor) -> None:
    """Take a page out of its group, and record it. Raises Denied, and Problem for none.

    When it is the source, the one linked first takes its place.
    """
    authorize_edit(by, page, account)
    take_turn(page)
    if not let_go(page, by=by):
        raise Problem("It is linked to no other page.")


def make_source(page: Page, account: AccountRef, *, by: Actor) -> None:
    """Make a translation the page that the others are made from, and record it.

    Which revision of it they are made from nobody knows then. Raises Denied and Problem.
    """
    authorize_edit(by, page, account)
    take_turn(page)
    refuse_trashed(page)
    row = language_row(page)
    if row is None or row.is_source:
        raise Problem("It is the source already.")
    for each in members(row.source_id):
        each.source_id, each.made_from_id, each.made_from_digest = page.id, None, None
    record(Event.PAGE_SOURCE_CHOSEN, page, by=by, changes={})
    db.session.flush()


def confirm(page: Page, account: AccountRef, seen: uuid.UUID | None, *, by: Actor) -> Revision:
    """Say that a translation says what the source's revision `seen` says, and record it.

    Returns that revision. Raises Denied, and Problem when somebody saved the source meanwhile.
    """
    authorize_edit(by, page, account)
    take_turn(page)
    refuse_trashed(page)
    row = language_row(page)
    if row is None or row.is_source:
        raise Problem("It is no translation of another page.")
    draft = _draft_of(row.source_id, account)
    if draft.id != seen:
        raise Problem("Somebody saved the source meanwhile. Look at what changed, then say it.")
    before = _number_of(row.made_from_id)
    _says(row, draft)
    record(
        Event.PAGE_BROUGHT_UP, page, by=by, revision=draft.number,
        changes={"made from revision": [before, draft.number]},
    )  # fmt: skip
    db.session.flush()
    return draft


def _number_of(revision_id: uuid.UUID | None) -> int | None:
    return db.session.scalar(select(Revision.number).where(Revision.id == revision_id))


def _says(row: PageLanguage, draft: Revision) -> None:
    row.made_from_id, row.made_from_digest = draft.id, draft.digest


def _draft_of(page_id: uuid.UUID, account: AccountRef) -> Revision:
    source = page_by_id(page_id, account.id)
    draft = revision_by_id(source.draft_revision_id, source) if source else None
    if draft is None:
        raise Problem("The source is in the trash. Restore it, or make another page the source.")
    return draft


def _make_room(source_id: uuid.UUID, tag: str, account: AccountRef, by: Actor) -> None:
    """Refuse a second page in one language; what is in the trash gives way to a new one."""
    query = select(PageLanguage).where(
        PageLanguage.source_id == source_id, PageLanguage.language == tag
    )
    taken = db.session.scalar(query)
    if taken is None:
        return
    there = page_by_id(taken.page_id, account.id)
    if there is not None:
        raise Problem(f"“{there.label or '(untitled)'}” is the page in {name_of(tag)} already.")
    hidden = select(Page).where(Page.id == taken.page_id).execution_options(**WITH_TRASH)
    let_go(db.session.scalars(hidden).one(), by=by)
