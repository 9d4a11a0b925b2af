"""What an account has already: looked up before an import, and again before it is written."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from portal.content.exchange.beside import Beside, look_beside
from portal.content.exchange.model import Bundle
from portal.content.imports import ImportedItem
from portal.content.pages import Page, Revision
from portal.content.sites import Menu, Redirect
from portal.content.terms import Term
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.decisions import Actor, can
from tenants.inventory import people_reaching
from tenants.permissions import Permission

DOCUMENTS = ("post", "page")


@dataclass(frozen=True, slots=True)
class Existing:
    """A page that an earlier import made, as it is now. A draft's `address` is None."""

    id: uuid.UUID
    type: str
    address: str | None
    parent_id: uuid.UUID | None
    slug: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What is there. Two looks at an account that did not change in between are equal.

    `items` maps (kind, source id) to what it became; `people` maps the e-mail of each member of
    the account to his id and name, and holds nobody else. Whoever imports without the right to see
    people (`sees_people`) finds himself at most: a file can name any address, and who is known by
    it must not be learned from what becomes of the file.
    """

    items: Mapping[tuple[str, str], uuid.UUID | None]
    pages: Mapping[uuid.UUID, Existing]
    addresses: frozenset[str]
    redirects: frozenset[str]
    terms: Mapping[tuple[str, str], uuid.UUID]
    menus: frozenset[str]
    has_primary_menu: bool
    people: Mapping[str, tuple[uuid.UUID, str]]
    sees_people: bool = True
    beside: Beside | None = None

    def page_of(self, kind: str, source_id: str) -> Existing | None:
        """Return the page that a document became in an earlier import, if it is still there."""
        target = self.items.get((kind, source_id))
        return self.pages.get(target) if target else None


def look(account: AccountRef, source: str, bundle: Bundle | None = None, *, by: Actor) -> Standing:
    """Return what the account has. Needs the whole tenant's scope; seven statements, and a few for
    a bundle, of which pages and files that are here count as imported before.
    """
    beside = look_beside(account, bundle, by=by) if bundle else None
    own = [Existing(*row) for row in beside.pages] if beside else []
    sees_people = can(by, Permission.ACCESS_VIEW, account).allowed
    menus = _rows(Menu, account, Menu.slug, Menu.primary)
    terms = _rows(
        Term, account, Term.taxonomy, Term.slug, func.coalesce(Term.merged_into_id, Term.id)
    )
    return Standing(
        items=_items(account, source) | _keys(own),
        pages=_pages(account, source) | {each.id: each for each in own},
        addresses=frozenset(
            address for (address,) in _rows(Page, account, Page.address) if address
        ),
        redirects=frozenset(address for (address,) in _rows(Redirect, account, Redirect.address)),
        terms={(taxonomy, slug): term_id for taxonomy, slug, term_id in terms},
        menus=frozenset(slug for slug, _ in menus),
        has_primary_menu=any(primary for _, primary in menus),
        people=_members(account, None if sees_people else by),
        sees_people=sees_people,
        beside=beside,
    )


def _rows(entity: Any, account: AccountRef, *columns: Any) -> list[tuple[Any, ...]]:
    query = select(*columns).where(entity.account_id == account.id)
    return [tuple(row) for row in db.session.execute(query)]


def _items(account: AccountRef, source: str) -> dict[tuple[str, str], uuid.UUID | None]:
    query = select(ImportedItem.kind, ImportedItem.source_id, ImportedItem.target_id).where(
        ImportedItem.account_id == account.id, ImportedItem.source == source
    )
    return {(kind, source_id): target for kind, source_id, target in db.session.execute(query)}


def _pages(account: AccountRef, source: str) -> dict[uuid.UUID, Existing]:
    query = (
        select(Page.id, Page.type, Page.address, Revision.parent_id, Revision.slug)
        .join(ImportedItem, ImportedItem.target_id == Page.id)
        .join(Revision, Revision.id == Page.draft_revision_id)
        .where(
            Page.account_id == account.id,
            ImportedItem.account_id == account.id,
            ImportedItem.source == source,
            ImportedItem.kind.in_(DOCUMENTS),
        )
    )
    return {row[0]: Existing(*row) for row in db.session.execute(query)}


def _keys(own: list[Existing]) -> dict[tuple[str, str], uuid.UUID | None]:
    """Return what pages that are here would be remembered by: as posts, or else as pages."""
    return {("post" if e.type == "post" else "page", str(e.id)): e.id for e in own}


def _members(account: AccountRef, only: Actor | None) -> dict[str, tuple[uuid.UUID, str]]:
    return {
        each.email: (each.id, each.name)
        for each in people_reaching(account)
        if only is None or each.id == only.person_id
    }
