"""A page once more, and a page in another account of the same tenant."""

import uuid
from collections.abc import Callable, Iterable
from dataclasses import replace

from sqlalchemy import func, select

from portal.content.addresses import slug_of
from portal.content.approvals import authors_of, writers_before
from portal.content.content_types import definition_at
from portal.content.drafting import Text, create_page, make_draft, text_of
from portal.content.moving_along import take_along
from portal.content.pages import Page, Revision, digest_now, revision_by_id, revisions_of
from portal.content.problems import Problem
from portal.content.terms import Term
from portal.content.translation_groups import carry_language, let_go
from portal.content.trash import put_in_trash
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.db import db
from tenants.decisions import Actor, authorize
from tenants.events import Event
from tenants.limiting import take
from tenants.permissions import Permission
from tenants.quotas import Resource

KEPT = 200
"""How many revisions move along, the newest."""


def duplicate(page: Page, account: AccountRef, *, by: Actor, title: str = "") -> Page:
    """Start a page with the words of another's draft, and record where they come from.

    Text, labels, place, language and further fields are copied. Its revisions, what is live or
    scheduled, its password, its translations and its place in menus are not. Raises Denied, Problem
    and QuotaReached.
    """

    def change(text: Text) -> Text:
        named = title or f"Copy of {text.title or 'an untitled page'}"
        return replace(text, title=named, slug=slug_of(named))

    copy, draft = duplicate_as(page, account, change, by=by)
    carry_language(page, copy)
    record(Event.PAGE_COPIED, copy, by=by, changes={}, source=page.label, revision=draft.number)
    return copy


def duplicate_as(
    page: Page, account: AccountRef, change: Callable[[Text], Text], *, by: Actor
) -> tuple[Page, Revision]:
    """Start a page with a changed copy of another's draft; return it, and what it was made from.

    Says nothing of where the words come from. Raises Denied, Problem and QuotaReached.
    """
    authorize(by, Permission.PAGE_VIEW, account)
    draft = revision_by_id(page.draft_revision_id, page)
    if draft is None:
        raise Problem("There is nothing saved to copy yet.")
    text, wrote = change(text_of(draft)), authors_of(page, draft)
    copy, _ = create_page(account, page.type, text, by=by, copied_from=wrote)
    return copy, draft


def move_page(
    page: Page, source: AccountRef, target: AccountRef, *, by: Actor, reason: str = ""
) -> Page:
    """Take a page to another account of the tenant, as a draft there; recorded at both ends.

    Its newest revisions go along, with their authors and times; who wrote those left behind is
    noted on them. Revisions never change, so they stay at the old place too: there the page goes
    into the trash, offline first. What else goes along tells `moving_along`. Its labels are found
    or started by name; it stands below nothing and keeps its language, while its translations stay
    where they are, without it. Raises Denied for either end, Problem and QuotaReached.
    """
    authorize(by, Permission.PAGE_CREATE, target)
    if target.tenant_id != source.tenant_id or target.id == source.id:
        raise Problem("Choose another account of this customer.")
    if definition_at(page.type, target) is None:
        raise Problem(f"Content of this type cannot stand at {target.name}: the type is not there.")
    draft = revision_by_id(page.draft_revision_id, page)
    if draft is None:
        raise Problem("There is nothing saved to move yet.")
    let_go(page, by=by)
    put_in_trash(page, source, by=by, reason=reason or f"It was moved to {target.name}.")
    take(Resource.ITEMS, target, by=by)
    arrived = Page(
        tenant_id=target.tenant_id, account_id=target.id, type=page.type, title="",
        author_id=page.author_id, created_at=page.created_at,
        access_password_hash=page.access_password_hash, for_members=page.for_members,
    )  # fmt: skip
    db.session.add(arrived)
    db.session.flush()
    copied = _copy_revisions(page, arrived, target)
    carry_language(page, arrived)
    record(
        Event.PAGE_MOVED, page, by=by, reason=reason, changes={}, account=target.name,
        revisions=len(copied),
    )  # fmt: skip
    record(Event.PAGE_ARRIVED, arrived, by=by, reason=reason, changes={}, account=source.name,
           revisions=len(copied))  # fmt: skip
    take_along(page, arrived, (source, target), copied, by=by)
    return arrived


def _copy_revisions(page: Page, arrived: Page, target: AccountRef) -> dict[uuid.UUID, Revision]:
    """Return the newest revisions, written again at the target, by the ids they had."""
    copied: dict[uuid.UUID, Revision] = {}
    rows = list(reversed(revisions_of(page, KEPT)))
    left = writers_before(rows[0])
    terms = _terms_at(target, {term_id for row in rows for term_id in row.term_ids})
    for row in rows:
        copy = Revision(
            tenant_id=target.tenant_id, account_id=target.id, page_id=arrived.id, number=row.number,
            title=row.title, slug=row.slug, body=row.body, excerpt=row.excerpt, byline=row.byline,
            fields=row.fields or {}, author_id=row.author_id, author_label=row.author_label,
            writer_ids=sorted({*(row.writer_ids or ()), *left}) or None,
            note=row.note, created_at=row.created_at, parent_id=None,
            term_ids=sorted({terms[term_id] for term_id in row.term_ids if term_id in terms}),
        )  # fmt: skip
        copy.digest = digest_now(copy)
        copied[row.id] = copy
        db.session.add(copy)
    db.session.flush()
    make_draft(arrived, copy)
    return copied


def _terms_at(target: AccountRef, term_ids: Iterable[str]) -> dict[str, str]:
    """Return for each term the one of the same name at the target, started where it lacks one."""
    ids = [uuid.UUID(term_id) for term_id in term_ids]
    into = func.coalesce(Term.merged_into_id, Term.id)
    means = dict(db.session.execute(select(Term.id, into).where(Term.id.in_(ids))).all())
    met = select(Term).where(Term.id.in_(means.values())).order_by(Term.slug)
    wanted = {term.id: term for term in db.session.scalars(met)}
    slugs = {term.slug for term in wanted.values()}
    query = select(Term).where(Term.account_id == target.id, Term.slug.in_(slugs))
    there = {(term.taxonomy, term.slug): term for term in db.session.scalars(query)}
    for term in wanted.values():
        key = (term.taxonomy, term.slug)
        if key not in there:
            there[key] = Term(
                tenant_id=target.tenant_id, account_id=target.id, taxonomy=term.taxonomy,
                slug=term.slug, name=term.name,
            )  # fmt: skip
            db.session.add(there[key])
    db.session.flush()
    found = {each: there[term.taxonomy, term.slug].id for each, term in wanted.items()}
    return {str(old): str(found[new]) for old, new in means.items()}
