"""The menus readers see: links to live pages and to elsewhere, nothing that is not live."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Uuid, bindparam, or_, select

from portal.content import html_policy
from portal.content.around import top_pages
from portal.content.reading import Link, links_by_id
from portal.content.sites import Menu
from tenants.db import db
from tenants.prepared import by_key

DEFAULT_PAGES = 8
ITEM_LIMIT = 200


@dataclass(frozen=True)
class MenuItem:
    """One link. `address` is of this site when it begins with `/`, else of somewhere else."""

    label: str
    address: str
    depth: int = 0


@dataclass(frozen=True)
class Menus:
    """What stands on top of every page of a site, and what stands below it."""

    main: Sequence[MenuItem]
    footer: Sequence[MenuItem] = ()


POSTS = MenuItem("Posts", "/posts/")


def menus_of(account_id: uuid.UUID) -> Menus:
    """Return the site's menus; without a main one, the first top pages and the posts.

    Two statements, three when there is no main menu and one for the foot.
    """
    rows = db.session.scalars(_shown(), {"of_account": account_id}).all()
    main = next((row for row in rows if row.primary), None)
    footer = next((row for row in rows if row.footer), None)
    shown = [item for menu in (main, footer) if menu for item in entries_of(menu)]
    ids = [page_id for item in shown if (page_id := page_id_of(item))]
    live = links_by_id(account_id, ids) if rows else {}
    top = _resolved(main, live) if main else by_itself(account_id)
    return Menus(top, _resolved(footer, live) if footer else ())


@cache
def _shown() -> Any:
    here = Menu.account_id == bindparam("of_account", type_=Uuid())
    placed = or_(Menu.primary.is_(True), Menu.footer.is_(True))
    return by_key(select(Menu).where(here, placed).order_by(Menu.slug))


def by_itself(account_id: uuid.UUID) -> list[MenuItem]:
    """Return the main menu of a site that nobody made one for. One statement."""
    found = top_pages(account_id, DEFAULT_PAGES)
    return [*(MenuItem(link.title, link.address) for link in found), POSTS]


def entries_of(menu: Menu) -> list[dict[str, Any]]:
    """Return a menu's items, whatever an import left there."""
    return [item for item in menu.items[:ITEM_LIMIT] if isinstance(item, dict)]


def page_id_of(item: dict[str, Any]) -> uuid.UUID | None:
    """Return the id of the page an item leads to, or None."""
    try:
        return uuid.UUID(str(item.get("page_id")))
    except ValueError:
        return None


def depth_of(item: dict[str, Any]) -> int:
    """Return how deep an item stands below those before it, 0 for the first level."""
    return item["depth"] if isinstance(item.get("depth"), int) else 0


def _resolved(menu: Menu, live: dict[uuid.UUID, Link]) -> list[MenuItem]:
    resolved = (_resolve(item, live) for item in entries_of(menu))
    return [item for item in resolved if item is not None]


def _resolve(item: dict[str, Any], live: dict[uuid.UUID, Link]) -> MenuItem | None:
    label, depth = str(item.get("label") or "").strip(), depth_of(item)
    if item.get("page_id"):
        link = live.get(page_id_of(item) or uuid.UUID(int=0))
        if link is None or not (label or link.listed):
            return None  # not listed: its title is not for everybody
        return MenuItem(label or link.title, link.address, depth)
    address = html_policy.address(str(item.get("url") or ""), html_policy.SCHEMES)
    if address is None:
        return None
    return MenuItem(label or address, address, depth)
