"""Where readers find a page: `/about/team/`, `/posts/first-snow/`. Unique on each site."""

import re
import unicodedata

from sqlalchemy import select

from portal.content.pages import Page, revision_by_id
from portal.content.problems import AddressTaken, Problem
from tenants.db import db

SLUG_LENGTH = 120
DEPTH_LIMIT = 20
RESERVED = frozenset({"posts", "tags", "categories", "archive"})


def slug_of(text: str, fallback: str = "untitled") -> str:
    """Return a slug in the script of `text`: letters, marks and digits, joined by hyphens."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" else _joint(c) for c in plain)
    slug = re.sub(r"-{2,}", "-", kept).strip("-")[:SLUG_LENGTH].strip("-")
    return slug or fallback


def _joint(character: str) -> str:
    category = unicodedata.category(character)
    return "" if category == "Cf" or character in "'’" else "-"


def address_of(page: Page, slug: str) -> str:
    """Return the address `page` has with this slug, below its parents' addresses.

    Raises Problem for an address the site keeps for itself or a parent that is its own child.
    """
    if page.type == "post":
        return f"/posts/{slug}/"
    if page.parent_id is None:
        if slug in RESERVED:
            raise Problem(f"The site uses the address /{slug}/ itself; choose another.")
        return f"/{slug}/"
    return f"{_address_above(page)}{slug}/"


def _address_above(page: Page) -> str:
    seen = {page.id}
    slugs: list[str] = []
    above = _parent(page)
    while above is not None:
        if above.id in seen or len(seen) > DEPTH_LIMIT:
            raise Problem("This page stands below itself; choose another parent.")
        seen.add(above.id)
        if above.address is not None:
            return above.address + "".join(f"{slug}/" for slug in reversed(slugs))
        draft = revision_by_id(above.draft_revision_id, above)
        slugs.append(draft.slug if draft else "untitled")
        above = _parent(above)
    return "/" + "".join(f"{slug}/" for slug in reversed(slugs))


def _parent(page: Page) -> Page | None:
    if page.parent_id is None:
        return None
    return db.session.scalar(
        select(Page).where(Page.id == page.parent_id, Page.account_id == page.account_id)
    )


def refuse_taken(page: Page, address: str) -> None:
    """Raise AddressTaken when another live page of the site has the address."""
    other = db.session.scalar(
        select(Page).where(
            Page.account_id == page.account_id, Page.address == address, Page.id != page.id
        )
    )
    if other is not None:
        raise AddressTaken(
            f"“{other.title or 'Untitled'}” is live at {address} already. "
            "Give this page another address, or take the other one offline first."
        )
