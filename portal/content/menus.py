"""The menu readers see: links to live pages and to elsewhere, nothing that is not live."""

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.content import html_policy
from portal.content.reading import Link, links_by_id, top_pages
from portal.content.sites import Menu
from tenants.db import db

DEFAULT_PAGES = 8
ITEM_LIMIT = 200


@dataclass(frozen=True)
class MenuItem:
    """One link. `address` is of this site when it begins with `/`, else of somewhere else."""

    label: str
    address: str
    depth: int = 0


def menu_of(account_id: uuid.UUID) -> list[MenuItem]:
    """Return the primary menu; without one, the first top pages and the posts. Two statements."""
    menu = db.session.scalar(
        select(Menu)
        .where(Menu.account_id == account_id, Menu.primary.is_(True))
        .order_by(Menu.slug)
        .limit(1)
    )
    if menu is None:
        found = top_pages(account_id, DEFAULT_PAGES)
        return [*(MenuItem(link.title, link.address) for link in found), POSTS]
    items = [item for item in menu.items[:ITEM_LIMIT] if isinstance(item, dict)]
    live = links_by_id(account_id, [page_id for item in items if (page_id := _page_id(item))])
    resolved = (_resolve(item, live) for item in items)
    return [item for item in resolved if item is not None]


POSTS = MenuItem("Posts", "/posts/")


def _page_id(item: dict[str, Any]) -> uuid.UUID | None:
    try:
        return uuid.UUID(str(item.get("page_id")))
    except ValueError:
        return None


def _resolve(item: dict[str, Any], live: dict[uuid.UUID, Link]) -> MenuItem | None:
    label = str(item.get("label") or "").strip()
    depth = item["depth"] if isinstance(item.get("depth"), int) else 0
    if item.get("page_id"):
        link = live.get(_page_id(item) or uuid.UUID(int=0))
        told = link is not None and (
            label or link.listed
        )  # unlisted: its title is not for everybody
        return MenuItem(label or link.title, link.address, depth) if link and told else None
    address = html_policy.address(str(item.get("url") or ""), html_policy.SCHEMES)
    if address is None:
        return None
    return MenuItem(label or address, address, depth)
