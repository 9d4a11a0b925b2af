"""A site's menus put in order: seen, made, changed, shown somewhere, deleted; all recorded.

A change is of the whole menu at once, so readers never see one half rearranged.
"""

import hashlib
import json
import uuid
from collections.abc import Sequence
from typing import Any, Literal

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from portal.content.addresses import slug_of
from portal.content.linking import Target, targets_by_id
from portal.content.menu_rows import Row, address_of, check_rows, in_shape, items_of, rows_of
from portal.content.menus import by_itself
from portal.content.pages import Page
from portal.content.problems import Problem, Stale
from portal.content.reading import links_by_id
from portal.content.sites import Menu
from tenants.accounts import AccountRef, take_turn
from tenants.audit import record
from tenants.db import db
from tenants.decisions import Actor, authorize, can
from tenants.events import Event
from tenants.permissions import Permission

Place = Literal["main", "footer", ""]
MOST_MENUS = 100
NAME_LENGTH = 200
CHANGED_MEANWHILE = "Somebody else saved this menu while you had it open. Nothing was overwritten."
TAKEN_MEANWHILE = "Another menu was put there at this very moment. Look at the list and try again."


class BadRows(Problem):
    """Entries that lead nowhere; `told` says what is wrong with each, by its place."""

    def __init__(self, told: dict[int, str]) -> None:
        super().__init__("Some entries lead nowhere.")
        self.told = told


def menus_listed(account_id: uuid.UUID) -> list[Menu]:
    """Return the account's menus: the main one, the foot's, the others by name. One statement."""
    order = (Menu.primary.desc(), Menu.footer.desc(), Menu.name, Menu.slug)
    query = select(Menu).where(Menu.account_id == account_id).order_by(*order).limit(MOST_MENUS)
    return list(db.session.scalars(query))


def menu_by_id(menu_id: uuid.UUID, account_id: uuid.UUID) -> Menu | None:
    """Return the account's menu with this id if it is inside the scope, else None."""
    return db.session.scalar(select(Menu).where(Menu.id == menu_id, Menu.account_id == account_id))


def standing_of(menu: Menu) -> str:
    """Return what tells one state of a menu from another, for forms to bring back."""
    text = json.dumps([menu.name, menu.items], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def pages_led_to(rows: Sequence[Row], account: AccountRef, *, by: Actor) -> dict[str, Target]:
    """Return the pages that rows lead to, by id; of drafts only for who may read them."""
    ids = [row.page_id for row in rows if row.page_id]
    if can(by, Permission.PAGE_VIEW, account).allowed or not ids:
        return targets_by_id(account.id, ids)
    live = links_by_id(account.id, [uuid.UUID(each) for each in ids])
    return {
        str(page_id): Target(str(page_id), link.title, link.address, "", live=True)
        for page_id, link in live.items()
    }


def start_menu(account: AccountRef, name: str, place: Place, *, by: Actor) -> Menu:
    """Make a menu and record it.

    The first main menu begins with what readers see there now. Raises Denied and Problem.
    """
    authorize(by, Permission.ACCOUNT_EDIT, account)
    name = _checked(name)
    take_turn(account)
    taken = {menu.slug: menu for menu in menus_listed(account.id)}
    if len(taken) >= MOST_MENUS:
        raise Problem(f"A site has at most {MOST_MENUS} menus. Delete one that is not shown.")
    items: list[dict[str, Any]] = []
    if place == "main" and not any(menu.primary for menu in taken.values()):
        items = _as_shown(account.id)
    menu = Menu(
        tenant_id=account.tenant_id, account_id=account.id, slug=_free(slug_of(name), taken),
        name=name, items=items,
    )  # fmt: skip
    db.session.add(menu)
    db.session.flush()
    record(Event.MENU_MADE, menu, by=by, changes={})
    if place:
        show_menu(menu, account, place, by=by)
    return menu


def change_menu(
    menu: Menu, account: AccountRef, name: str, rows: Sequence[Row], *, by: Actor, based_on: str
) -> bool:
    """Give a menu these entries, record it with both, and tell whether anything changed.

    Raises Denied; Stale when it is not `based_on` any more; BadRows and Problem.
    """
    authorize(by, Permission.ACCOUNT_EDIT, account)
    name, rows = _checked(name), in_shape(rows)
    _refuse_bad(rows, account.id)
    db.session.flush()
    db.session.refresh(menu, with_for_update=True)
    if standing_of(menu) != based_on:
        raise Stale(CHANGED_MEANWHILE, menu)
    kept = [row if row.page_id else Row(row.label, address_of(row.to), row.depth) for row in rows]
    before, items = outline(menu.items), items_of(kept)
    told = {"name": [menu.name, name], "entries": [before, outline(items)]}
    changes = {field: pair for field, pair in told.items() if pair[0] != pair[1]}
    if not changes:
        return False
    menu.name, menu.items = name, items
    record(Event.MENU_CHANGED, menu, by=by, changes=changes)
    return True


def show_menu(menu: Menu, account: AccountRef, place: Place, *, by: Actor) -> None:
    """Show a menu on top of the site (`main`), below it (`footer`) or nowhere; record it.

    Whichever was shown there is shown no longer. Raises Denied, and Problem when another came there
    at the same moment.
    """
    authorize(by, Permission.ACCOUNT_EDIT, account)
    take_turn(account)
    db.session.refresh(menu)
    before = place_of(menu)
    if before == place:
        return
    try:
        with db.session.begin_nested():
            _put(menu, account, place)
    except IntegrityError:
        raise Problem(TAKEN_MEANWHILE) from None
    record(Event.MENU_SHOWN, menu, by=by, changes={"place": [before, place]})


def _put(menu: Menu, account: AccountRef, place: Place) -> None:
    column = {"main": Menu.primary, "footer": Menu.footer}.get(place)
    if column is not None:
        here = (Menu.account_id == account.id, Menu.id != menu.id, column.is_(True))
        db.session.execute(update(Menu).where(*here).values({column: False}))
    menu.primary, menu.footer = place == "main", place == "footer"


def delete_menu(menu: Menu, account: AccountRef, *, by: Actor) -> None:
    """Delete a menu, and record what stood in it. Raises Denied."""
    authorize(by, Permission.ACCOUNT_EDIT, account)
    db.session.refresh(menu, with_for_update=True)
    gone: dict[str, list[Any]] = {
        "entries": [outline(menu.items), ""],
        "place": [place_of(menu), ""],
    }
    record(Event.MENU_DELETED, menu, by=by, changes=gone)
    db.session.delete(menu)
    db.session.flush()


def place_of(menu: Menu) -> Place:
    """Return where readers see a menu."""
    if menu.primary:
        return "main"
    return "footer" if menu.footer else ""


def outline(items: Sequence[Any]) -> str:
    """Return a menu's entries as lines, for the trail."""
    return "\n".join(f"{'– ' * row.depth}{row.label} → {row.to}" for row in rows_of(items))


def _as_shown(account_id: uuid.UUID) -> list[dict[str, Any]]:
    """Return what the menu that makes itself holds, its pages by their ids. Two statements."""
    shown = by_itself(account_id)
    query = select(Page.address, Page.id).where(
        Page.account_id == account_id, Page.address.in_([each.address for each in shown])
    )
    ids = {address: f"page:{page_id}" for address, page_id in db.session.execute(query)}
    return items_of(
        [
            Row("" if each.address in ids else each.label, ids.get(each.address, each.address))
            for each in shown
        ]
    )


def _refuse_bad(rows: Sequence[Row], account_id: uuid.UUID) -> None:
    told = check_rows(rows)
    there = targets_by_id(account_id, [row.page_id for row in rows if row.page_id])
    gone = "This page is not there any more. Remove the entry."
    told |= {at: gone for at, row in enumerate(rows) if row.page_id and row.page_id not in there}
    if told:
        raise BadRows(told)


def _checked(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= NAME_LENGTH:
        raise Problem(f"Give the menu a name of 1 to {NAME_LENGTH} characters.")
    return name


def _free(slug: str, taken: dict[str, Menu]) -> str:
    numbered = (f"{slug}-{number}" for number in range(2, MOST_MENUS + 2))
    return next(each for each in (slug, *numbered) if each not in taken)
