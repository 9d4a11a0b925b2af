"""Where readers find a page: `/about/team/`, `/posts/first-snow/`. Unique on each site."""

import re
import unicodedata
import uuid

from sqlalchemy import select

from portal.content.pages import Page, revision_by_id
from portal.content.problems import AddressTaken, Problem
from tenants.db import db
from tenants.prepared import by_key

SLUG_LENGTH = 120
DEPTH_LIMIT = 20
ADDRESS_BYTES = 2_000
"""What fits into an index of every database, in UTF-8."""
RESERVED = frozenset({"posts", "tags", "categories", "archive", "search"})


def slug_of(text: str, fallback: str = "untitled") -> str:
    """Return a slug in the script of `text`: letters, marks and digits, joined by hyphens."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" else _joint(c) for c in plain)
    slug = re.sub(r"-{2,}", "-", kept).strip("-")[:SLUG_LENGTH].strip("-")
    return slug or fallback


def _joint(character: str) -> str:
    category = unicodedata.category(character)
    return "" if category == "Cf" or character in "'’" else "-"


def address_of(page: Page, slug: str, parent_id: uuid.UUID | None) -> str:
    """Return the address `page` has with this slug below this parent.

    Raises Problem for an address the site keeps for itself, a parent of another account, or one
    that would put the page below itself.
    """
    if page.type == "post":
        if parent_id is not None:
            raise Problem("A post stands in the list of posts; choose no parent for it.")
        return f"/posts/{slug}/"
    slugs = [slug]
    base = "/"
    if parent_id is not None:
        base = _address_above(page, parent_id, slugs)
    if base == "/" and slugs[0] in RESERVED:
        raise Problem(f"The site uses the address /{slugs[0]}/ itself; choose another.")
    return base + "".join(f"{part}/" for part in slugs)


def is_kept(address: str) -> bool:
    """Tell whether every site uses an address itself, so that nothing can lead on from there."""
    return address == "/" or (address.count("/") == 2 and address.strip("/") in RESERVED)


def refuse_long(address: str) -> None:
    """Raise Problem for an address that no index takes."""
    size = len(address.encode())
    if size > ADDRESS_BYTES:
        raise Problem(
            f"The address {address[:60]}… is too long: it has {size:,} bytes, and "
            f"{ADDRESS_BYTES:,} fit."
        )


def _address_above(page: Page, parent_id: uuid.UUID, slugs: list[str]) -> str:
    """Return the nearest live address above, putting the slugs between it and the page in front."""
    seen, base = {page.id}, ""
    above = _page(parent_id, page)
    if above is None or above.type != "page":
        raise Problem("Choose a page of this account as the parent.")
    while above is not None:
        if above.id in seen:
            raise Problem("This page would stand below itself; choose another parent.")
        if len(seen) > DEPTH_LIMIT:
            raise Problem(
                f"This page would stand below more than {DEPTH_LIMIT} others; choose a parent "
                "further up."
            )
        seen.add(above.id)
        draft = None if above.address else revision_by_id(above.draft_revision_id, above)
        if not base and above.address:
            base = above.address
        elif not base:
            slugs.insert(0, draft.slug if draft else "untitled")
        higher = draft.parent_id if draft else above.parent_id
        above = _page(higher, page) if higher else None
    return base or "/"


def _page(page_id: uuid.UUID, beside: Page) -> Page | None:
    query = select(Page).where(Page.id == page_id, Page.account_id == beside.account_id)
    return db.session.scalar(by_key(query))


def refuse_taken(page: Page, address: str) -> None:
    """Raise AddressTaken when another live page of the site has the address.

    Raises Problem when it is too long for any page.
    """
    refuse_long(address)
    there = select(Page.id).where(
        Page.account_id == page.account_id, Page.address == address, Page.id != page.id
    )
    if db.session.scalar(by_key(there)) is not None:
        raise AddressTaken(
            f"Another page is live at {address} already. "
            "Give this page another address, or take the other one offline first."
        )
