"""Tags and categories as editors type and tick them."""

import uuid
from collections.abc import Collection, Iterable
from functools import cache
from typing import Any

from sqlalchemy import Uuid, bindparam, or_, select
from sqlalchemy.exc import IntegrityError

from portal.content.addresses import slug_of
from portal.content.pages import Page
from portal.content.problems import Problem
from portal.content.terms import Term, meant_by
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.prepared import cut
from tenants.scope import only_at

TAG_LENGTH = 100
TAGS = 100
NO_PAGE = uuid.UUID(int=0)
OFFERED = 100
"""How many a list shows: nobody reads through more, and words find the others."""


def categories_of(
    account_id: uuid.UUID, chosen: Collection[uuid.UUID] = (), search: str = ""
) -> tuple[list[Term], bool]:
    """Return the account's categories by name, at most OFFERED, and whether there are more.

    With `search` only those whose name has it. Those that are `chosen` are among them in any case.
    At most two statements.
    """
    named, asked = _categories_by_name(OFFERED + 1), {"at_account": account_id}
    if search:
        named = named.where(Term.name.icontains(search, autoescape=True))
    hits = list(db.session.scalars(named, asked))
    found = hits[:OFFERED]
    missing = set(chosen) - {term.id for term in found}
    if missing:
        rest = _categories().where(Term.id.in_(missing)).order_by(Term.name)
        found += db.session.scalars(rest, asked)
    return found, len(hits) > OFFERED


def categories_called(account_id: uuid.UUID, slugs: Collection[str]) -> list[Term]:
    """Return those of the account's categories that have one of these slugs."""
    called = _categories().where(Term.slug.in_(slugs))
    return list(db.session.scalars(called, {"at_account": account_id}))


@cache
def _categories_by_name(most: int) -> Any:
    return cut(_categories().order_by(Term.name, Term.id), most)


def _categories() -> Any:
    account = bindparam("at_account", type_=Uuid())
    return select(Term).where(
        Term.account_id == account, Term.taxonomy == "category", Term.merged_into_id.is_(None)
    )


def terms_by_ids(account_id: uuid.UUID, term_ids: list[str]) -> list[Term]:
    """Return those of the account's terms, or what they were merged into, by name."""
    ids = [uuid.UUID(term_id) for term_id in term_ids]
    return meant_by(account_id, ids)


def tags_named(account: AccountRef, names: list[str]) -> list[Term]:
    """Return the account's tags with these names, starting the ones it lacks. Raises Problem."""
    wanted: dict[str, str] = {}
    for name in filter(None, (n.strip() for n in names)):
        if len(name) > TAG_LENGTH:
            raise Problem(f"The tag “{name[:30]}…” is too long; use at most {TAG_LENGTH} letters.")
        wanted.setdefault(slug_of(name), name)
    if len(wanted) > TAGS:
        raise Problem(f"Use at most {TAGS} tags.")
    found = {term.slug: term for term in _tags(account, wanted)} if wanted else {}
    # In one order for everybody: two who start the same tags then wait, and never for each other.
    for slug in sorted(wanted.keys() - found.keys()):
        found[slug] = _started(account, slug, wanted[slug])
    led = [term.id for term in found.values() if term.merged_into_id]
    leading = meant_by(account.id, led)
    return list({t.id: t for t in [*found.values(), *leading] if not t.merged_into_id}.values())


def _tags(account: AccountRef, slugs: Iterable[str]) -> list[Term]:
    return list(
        db.session.scalars(
            select(Term).where(
                Term.account_id == account.id, Term.taxonomy == "tag", Term.slug.in_(slugs)
            )
        )
    )


def _started(account: AccountRef, slug: str, name: str) -> Term:
    """Return a new tag, or the one that somebody else started at the same moment."""
    term = Term(
        tenant_id=account.tenant_id, account_id=account.id, taxonomy="tag", slug=slug, name=name
    )
    try:
        with db.session.begin_nested():
            db.session.add(term)
    except IntegrityError:
        theirs = _tags(account, [slug])
        if not theirs:
            raise
        return theirs[0]
    return term


def possible_parents(
    account_id: uuid.UUID,
    page_id: uuid.UUID | None,
    chosen: uuid.UUID | None = None,
    search: str = "",
) -> tuple[list[tuple[uuid.UUID, str]], bool]:
    """Return the pages that another may stand below, at most OFFERED, and whether there are more.

    Their ids and titles, by title; with `search` only those with it in their title or address. The
    one that is `chosen` is among them in any case. At most two statements.
    """
    asked = {"at_account": account_id, "not_below": page_id or NO_PAGE}
    named = _parents_by_title(OFFERED + 1)
    if search:
        words = [c.icontains(search, autoescape=True) for c in (Page.title, Page.address)]
        named = named.where(or_(*words))
    with only_at(account_id):
        hits = db.session.execute(named, asked).all()
    found = [(page, title) for page, title in hits[:OFFERED]]
    if chosen is not None and not any(page == chosen for page, _ in found):
        rows = db.session.execute(_parents().where(Page.id == chosen), asked)
        found += [(page, title) for page, title in rows]
    return found, len(hits) > OFFERED


@cache
def _parents_by_title(most: int) -> Any:
    return cut(_parents().order_by(Page.title, Page.id), most)


def _parents() -> Any:
    account, page = (bindparam(name, type_=Uuid()) for name in ("at_account", "not_below"))
    return select(Page.id, Page.title).where(
        Page.account_id == account, Page.type == "page", Page.id != page
    )
