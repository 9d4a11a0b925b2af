"""What can be put into a menu: own pages, tags and categories, lists of the site, any address."""

import uuid
from dataclasses import dataclass

from portal.content.linking import Target, targets, targets_by_id
from portal.content.menu_rows import LABEL_LENGTH, Row, address_of
from portal.content.problems import Problem
from portal.content.term_desk import term_by_id, terms_listed
from portal.content.terms import Term
from tenants.accounts import AccountRef
from tenants.decisions import Actor, authorize, can
from tenants.permissions import Permission

STANDING = {"/": "Home", "/posts/": "Posts", "/archive/": "Archive"}
FOLDERS = {"tag": "tags", "category": "categories"}
MOST_TERMS = 10


@dataclass(frozen=True)
class Found:
    """What fits a search; of pages nothing for who may not read drafts."""

    search: str
    pages: list[Target]
    terms: list[Term]


def found_for(search: str, account: AccountRef, *, by: Actor) -> Found | None:
    """Return pages, tags and categories whose names have the words; None without words.

    Five statements.
    """
    search = search.strip()
    if not search or not can(by, Permission.PAGE_VIEW, account).allowed:
        return None
    terms = [
        line.term
        for kind in FOLDERS
        for line in terms_listed(account.id, kind, search).rows[:MOST_TERMS]
    ]
    return Found(search, targets(account.id, search), terms)


def add(kind: str, what: str, typed: tuple[str, str], account: AccountRef, *, by: Actor) -> Row:
    """Return the row for a `page` or `term` by id, a `list` of the site, or a typed `address`.

    A page's row has no words of its own: it follows the page's title. Raises Denied and Problem.
    """
    if kind == "address":
        words, address = typed[0].strip(), address_of(typed[1])
        return Row(words or address[:LABEL_LENGTH], address)
    if kind == "list" and what in STANDING:
        return Row(STANDING[what], what)
    authorize(by, Permission.PAGE_VIEW, account)
    wanted = _id(what)
    if kind == "page" and wanted and str(wanted) in targets_by_id(account.id, [str(wanted)]):
        return Row("", f"page:{wanted}")
    term = term_by_id(wanted, account.id) if kind == "term" and wanted else None
    if term is None:
        raise Problem("This is not there any more. Find it again.")
    return Row(term.name[:LABEL_LENGTH], f"/{FOLDERS[term.taxonomy]}/{term.slug}/")


def _id(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
