"""Saving templates, starting pages from them, renaming them, throwing them away."""

import uuid
from dataclasses import dataclass

from sqlalchemy import func, select

from portal.content import clean_html
from portal.content.approvals import authors_of
from portal.content.clean_html import Removal
from portal.content.drafting import BODY_LENGTH, Text, create_page
from portal.content.filing import categories_called, tags_named, terms_by_ids
from portal.content.media import MediaUse
from portal.content.media_uses import named_in
from portal.content.page_templates import (
    MOST,
    NAME_LENGTH,
    SENTENCE_LENGTH,
    PageTemplate,
    own_templates,
)
from portal.content.pages import Page, revision_by_id
from portal.content.problems import Problem
from portal.content.translation_groups import row_of
from portal.content.translations import language_row
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, authorize
from tenants.events import Event
from tenants.permissions import Permission


class Stale(Problem):
    """Somebody else saved the template since it was looked at."""


CHANGING = Permission.PAGE_EDIT
"""The right that templates are saved and changed with, at the account they belong to."""


def save_template(
    page: Page, account: AccountRef, name: str, sentence: str = "", *, by: Actor,
    over: PageTemplate | None = None,
) -> PageTemplate:  # fmt: skip
    """Keep what a page's draft says as a template of its account, and record it.

    `over` is one of the account's own to be replaced. Whoever may start pages here or below reads
    it then. Raises Denied and Problem.
    """
    authorize(by, CHANGING, account)
    draft = revision_by_id(page.draft_revision_id, page)
    if draft is None:
        raise Problem("There is nothing saved to start from yet.")
    name = _free_name(name, account, over)
    row = over or PageTemplate(tenant_id=account.tenant_id, account_id=account.id)
    said = language_row(page)
    terms = terms_by_ids(account.id, draft.term_ids)
    row.name, row.sentence, row.type = name, _short(sentence), page.type
    row.title, row.body, row.excerpt = draft.title, draft.body, draft.excerpt
    row.terms = [[term.taxonomy, term.slug, term.name] for term in terms]
    row.fields, row.language = draft.fields or {}, said.language if said else ""
    row.writer_ids = sorted(map(str, authors_of(page, draft)))
    row.saved_at, row.saved_by_label = now(), by.name or by.label
    db.session.add(row)
    db.session.flush()
    record(Event.TEMPLATE_SAVED, row, by=by, changes={}, source=page.label, revision=draft.number)
    return row


def start_from(
    template: PageTemplate, account: AccountRef, *, by: Actor, title: str = ""
) -> tuple[Page, int]:
    """Start a page with the words of a template, and record where they come from.

    Returns it and how many of the files it names are not shown on it: of another account's library,
    or in a folder that `by` does not see. Tags are found or started by name, categories found.
    Raises Denied, Problem and QuotaReached.
    """
    authorize(by, Permission.PAGE_VIEW, account)
    if template.account_id not in account.path or template.trashed_at is not None:
        raise Problem("This template is not offered here any more.")
    text = Text(
        title=title or template.title, body=template.body, excerpt=template.excerpt,
        term_ids=_terms_at(template, account), fields=template.fields,
    )  # fmt: skip
    page, _ = create_page(account, template.type, text, by=by, copied_from=_writers_of(template))
    if template.language:
        row_of(page, template.language)
    record(Event.PAGE_STARTED_FROM, page, by=by, changes={}, source=template.name)
    shown = select(func.count()).select_from(MediaUse).where(MediaUse.page_id == page.id)
    named = len(named_in(template.body, template.fields))
    return page, named - (db.session.scalar(shown) or 0)


def rename_template(
    template: PageTemplate, account: AccountRef, name: str, sentence: str, *, by: Actor
) -> None:
    """Call a template of the account something else, and record it. Raises Denied and Problem."""
    authorize(by, CHANGING, account)
    _hold(template)
    name, sentence = _free_name(name, account, template), _short(sentence)
    if (template.name, template.sentence) == (name, sentence):
        return
    template.name, template.sentence = name, sentence
    record(Event.TEMPLATE_RENAMED, template, by=by)


@dataclass(frozen=True)
class Words:
    """What a template says, as it was typed. `seen` is when what was looked at had been saved."""

    title: str
    body: str
    excerpt: str
    seen: str = ""


def change_template(
    template: PageTemplate, account: AccountRef, words: Words, *, by: Actor
) -> tuple[Removal, ...]:
    """Have a template of the account say something else, and record it; return what was removed.

    Labels, further fields and pages started from it stay as they are. Raises Denied, Problem, and
    Stale when somebody saved it meanwhile.
    """
    authorize(by, CHANGING, account)
    _hold(template)
    if words.seen and words.seen != template.saved_at.isoformat():
        raise Stale(f"{template.saved_by_label} saved it meanwhile. Compare before you save.")
    try:
        cleaned = clean_html.clean(words.body, template.body)
    except clean_html.TooDeep as problem:
        raise Problem(str(problem)) from problem
    if len(cleaned.html) > BODY_LENGTH:
        raise Problem(f"The text has {len(cleaned.html):,} characters; {BODY_LENGTH:,} fit.")
    said = (words.title, cleaned.html, words.excerpt)
    if (template.title, template.body, template.excerpt) == said:
        return cleaned.removed
    before = template.title
    template.title, template.body, template.excerpt = said
    template.saved_at, template.saved_by_label = now(), by.name or by.label
    if by.person_id is not None:
        template.writer_ids = sorted({*(template.writer_ids or ()), str(by.person_id)})
    changes = {"title": [before, words.title]} if before != words.title else {}
    record(Event.TEMPLATE_CHANGED, template, by=by, changes=changes)
    return cleaned.removed


def trash_template(template: PageTemplate, account: AccountRef, *, by: Actor) -> None:
    """Offer a template no more, and record it. What was started from it stays as it is.

    Raises Denied, and Problem when it is in the trash already.
    """
    authorize(by, CHANGING, account)
    _hold(template)
    if template.trashed_at is not None:
        raise Problem("It is in the trash already.")
    template.trashed_at = now()
    record(Event.TEMPLATE_TRASHED, template, by=by, changes={})


def restore_template(template: PageTemplate, account: AccountRef, *, by: Actor) -> None:
    """Offer a template again, and record it. Raises Denied and Problem."""
    authorize(by, CHANGING, account)
    _hold(template)
    if template.trashed_at is None:
        raise Problem("It is not in the trash any more.")
    _free_name(template.name, account, template)
    template.trashed_at = None
    record(Event.TEMPLATE_RESTORED, template, by=by, changes={})


def purge_template(template: PageTemplate, *, by: Actor) -> None:
    """Delete a template for good and record it, without asking."""
    record(Event.TEMPLATE_PURGED, template, by=by, changes={})
    db.session.delete(template)
    db.session.flush()


def _writers_of(template: PageTemplate) -> set[uuid.UUID]:
    return set(map(uuid.UUID, template.writer_ids or ()))


def _hold(template: PageTemplate) -> None:
    db.session.flush()
    db.session.refresh(template, with_for_update=True)


def _short(sentence: str) -> str:
    sentence = " ".join(sentence.split())
    if len(sentence) > SENTENCE_LENGTH:
        raise Problem(f"The sentence has {len(sentence):,} characters; {SENTENCE_LENGTH} fit.")
    return sentence


def _free_name(name: str, account: AccountRef, but: PageTemplate | None) -> str:
    name = " ".join(name.split())
    if not name or len(name) > NAME_LENGTH:
        raise Problem(f"The name needs 1 to {NAME_LENGTH} characters.")
    others = [each for each in own_templates(account.id) if each is not but]
    if any(each.name.casefold() == name.casefold() for each in others):
        raise Problem(f"The name “{name}” is taken by another template here.")
    if len(others) >= MOST:
        raise Problem(f"There are {MOST} templates already. Delete one of them first.")
    return name


def _terms_at(template: PageTemplate, account: AccountRef) -> tuple[str, ...]:
    named = [name for taxonomy, _, name in template.terms if taxonomy == "tag"]
    slugs = {slug for taxonomy, slug, _ in template.terms if taxonomy == "category"}
    found = tags_named(account, named) if named else []
    found += categories_called(account.id, slugs) if slugs else []
    return tuple(str(term.id) for term in found)
