"""Tags and categories put in order: started, renamed, merged, deleted where nothing has them.

Revisions never change, so a term that was merged, or had another address, stays as a row that leads
on (`merged_into_id`): ids in old revisions and addresses that readers know keep finding the term.
"""

import uuid
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Text, cast, delete, func, or_, select, tuple_, update

from portal.content.addresses import slug_of
from portal.content.filing import TAG_LENGTH
from portal.content.pages import Page, Revision
from portal.content.paging import PER_PAGE, Slice
from portal.content.problems import Problem
from portal.content.terms import PageTerm, Term
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.db import db
from tenants.decisions import Actor, authorize
from tenants.events import Event
from tenants.permissions import Permission

Taxonomy = Literal["tag", "category"]


@dataclass(frozen=True)
class Line:
    """A term and how many live pages stand under it."""

    term: Term
    live: int


def terms_listed(account_id: uuid.UUID, taxonomy: str, search: str = "",
                 after: uuid.UUID | None = None) -> Slice:  # fmt: skip
    """Return the account's terms by name with their live pages, from the one `after` on.

    Two statements.
    """
    live = select(func.count()).where(PageTerm.term_id == Term.id).scalar_subquery()
    query = select(Term, live.label("live")).where(*_of(account_id, taxonomy))
    if search:
        query = query.where(Term.name.icontains(search, autoescape=True))
    if after:
        place = select(Term.name, Term.id).where(*_of(account_id, taxonomy), Term.id == after)
        found = db.session.execute(place).first()
        query = query.where(tuple_(Term.name, Term.id) > tuple_(*found)) if found else query
    rows = db.session.execute(query.order_by(Term.name, Term.id).limit(PER_PAGE + 1)).all()
    shown = [Line(row[0], row[1]) for row in rows[:PER_PAGE]]
    return Slice(shown, str(shown[-1].term.id) if len(rows) > PER_PAGE else None)


def term_by_id(term_id: uuid.UUID, account_id: uuid.UUID) -> Term | None:
    """Return the account's term with this id, unless it was merged into another."""
    return db.session.scalar(
        select(Term).where(
            Term.id == term_id, Term.account_id == account_id, Term.merged_into_id.is_(None)
        )
    )


def term_named(account_id: uuid.UUID, taxonomy: str, name: str) -> Term | None:
    """Return the account's term with this name, or what it was merged into."""
    asked = select(func.coalesce(Term.merged_into_id, Term.id)).where(
        Term.account_id == account_id, Term.taxonomy == taxonomy, Term.slug == slug_of(name)
    )
    found = db.session.scalar(asked)
    return term_by_id(found, account_id) if found else None


def start_term(account: AccountRef, taxonomy: Taxonomy, name: str, *, by: Actor) -> Term:
    """Start a tag or category and record it. Raises Denied and Problem."""
    authorize(by, Permission.PAGE_EDIT, account)
    name = _checked(name)
    slug = slug_of(name)
    if _holder(account.id, taxonomy, slug) is not None:
        raise Problem(f"There is a {taxonomy} with this name already, or there was one.")
    term = Term(
        tenant_id=account.tenant_id, account_id=account.id, taxonomy=taxonomy, slug=slug, name=name
    )
    db.session.add(term)
    db.session.flush()
    record(Event.TERM_STARTED, term, by=by, changes={}, what=taxonomy)
    return term


def rename_term(
    term: Term, account: AccountRef, name: str, slug: str = "", *, by: Actor, reason: str = ""
) -> None:
    """Give a term another name, with `slug` another address too; the old one leads there. Recorded.

    Readers see it at once. Raises Denied and Problem.
    """
    authorize(by, Permission.PAGE_PUBLISH, account)
    name, slug = _checked(name), slug_of(slug) if slug.strip() else term.slug
    holder = _holder(account.id, term.taxonomy, slug)
    if holder is not None and term.id not in (holder.id, holder.merged_into_id):
        raise Problem(f"The address {slug} belongs to the {term.taxonomy} “{holder.name}”: merge "
                      "the two, or choose another.")  # fmt: skip
    before = {"name": [term.name, name], "address": [term.slug, slug]}
    changes = {field: pair for field, pair in before.items() if pair[0] != pair[1]}
    if not changes:
        return
    record(Event.TERM_RENAMED, term, by=by, reason=reason, changes=changes, what=term.taxonomy)
    if slug != term.slug:
        _move_address(term, slug, holder)
    term.name = name
    db.session.flush()


def merge_terms(term: Term, into: Term, account: AccountRef, *, by: Actor, reason: str = "") -> int:
    """Merge a term into another of its kind; return how many live pages came along. Recorded.

    Drafts and old revisions that name it mean the other from now on. Raises Denied and Problem.
    """
    authorize(by, Permission.PAGE_PUBLISH, account)
    held = select(Term).where(Term.id.in_((term.id, into.id))).order_by(Term.id)
    db.session.scalars(held.with_for_update().execution_options(populate_existing=True)).all()
    if term.id == into.id or term.taxonomy != into.taxonomy or term.account_id != into.account_id:
        raise Problem(f"Choose another {term.taxonomy} of this account to merge it into.")
    if term.merged_into_id or into.merged_into_id:
        raise Problem("One of the two was merged meanwhile. Look again.")
    moved = _move_pages(term, into)
    if into.parent_id == term.id:
        into.parent_id = term.parent_id
    for column in (Term.merged_into_id, Term.parent_id):
        led = update(Term).where(column == term.id, Term.id != into.id)
        db.session.execute(led.values({column: into.id}))
    term.merged_into_id, term.parent_id = into.id, None
    record(
        Event.TERM_MERGED, term, by=by, reason=reason, changes={}, what=term.taxonomy,
        into=into.name, pages=moved,
    )  # fmt: skip
    db.session.flush()
    return moved


def delete_term(term: Term, account: AccountRef, *, by: Actor) -> None:
    """Delete a term that nothing stands under, live or as a draft. Recorded.

    Raises Denied and Problem.
    """
    authorize(by, Permission.PAGE_PUBLISH, account)
    db.session.refresh(term, with_for_update=True)
    led = db.session.scalars(select(Term.id).where(Term.merged_into_id == term.id)).all()
    ids = [term.id, *led]
    if _is_used(ids, account.id):
        raise Problem(f"Pages stand under “{term.name}”. Merge it into another instead.")
    record(Event.TERM_DELETED, term, by=by, changes={}, what=term.taxonomy)
    above = update(Term).where(Term.parent_id == term.id).values(parent_id=term.parent_id)
    db.session.execute(above)
    db.session.execute(delete(Term).where(Term.merged_into_id == term.id))
    db.session.delete(term)
    db.session.flush()


def _of(account_id: uuid.UUID, taxonomy: str) -> tuple[Any, ...]:
    return Term.account_id == account_id, Term.taxonomy == taxonomy, Term.merged_into_id.is_(None)


def _checked(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > TAG_LENGTH:
        raise Problem(f"Give it a name of at most {TAG_LENGTH} letters.")
    return name


def _holder(account_id: uuid.UUID, taxonomy: str, slug: str) -> Term | None:
    return db.session.scalar(
        select(Term).where(
            Term.account_id == account_id, Term.taxonomy == taxonomy, Term.slug == slug
        )
    )


def _move_address(term: Term, slug: str, holder: Term | None) -> None:
    """Give the term an address, and leave a row at its old one that leads to it."""
    old = term.slug
    if holder is not None:  # it had this address before: the two rows change places
        holder.slug = f"{slug}--moving"
        db.session.flush()
        term.slug = slug
        db.session.flush()
        holder.slug, holder.name = old, term.name
        return
    term.slug = slug
    db.session.flush()
    db.session.add(
        Term(
            tenant_id=term.tenant_id, account_id=term.account_id, taxonomy=term.taxonomy,
            slug=old, name=term.name, merged_into_id=term.id,
        )
    )  # fmt: skip


def _move_pages(term: Term, into: Term) -> int:
    rows = select(PageTerm.page_id, PageTerm.term_id).where(
        PageTerm.term_id.in_((term.id, into.id))
    )
    under: dict[uuid.UUID, set[uuid.UUID]] = {term.id: set(), into.id: set()}
    for page_id, term_id in db.session.execute(rows):
        under[term_id].add(page_id)
    db.session.execute(delete(PageTerm).where(PageTerm.term_id == term.id))
    db.session.add_all(
        PageTerm(tenant_id=into.tenant_id, account_id=into.account_id, page_id=page_id,
                 term_id=into.id)
        for page_id in sorted(under[term.id] - under[into.id])
    )  # fmt: skip
    db.session.flush()
    return len(under[term.id])


def _is_used(ids: list[uuid.UUID], account_id: uuid.UUID) -> bool:
    live = select(PageTerm.page_id).where(PageTerm.term_id.in_(ids)).limit(1)
    if db.session.scalar(live) is not None:
        return True
    named = [cast(Revision.term_ids, Text).contains(str(each)) for each in ids]
    drafts = (
        select(Page.id)
        .join(Revision, Revision.id == Page.draft_revision_id)
        .where(Page.account_id == account_id, or_(*named))
        .limit(1)
    )
    return db.session.scalar(drafts) is not None
