"""What the frame around a signed-in page is drawn from: plain values, so that it is drawn once."""

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

from flask import request, url_for

from portal.navigation import NAV, PART_OF
from portal.requests import current
from tenants.accounts import AccountRef
from tenants.asking import requests_for
from tenants.decisions import can_any


class Entry(NamedTuple):
    """A link of the menu; `number` is how much waits there."""

    label: str
    url: str
    icon: str
    current: bool
    number: int


class Group(NamedTuple):
    """Links of the menu under a label, or under none."""

    label: str | None
    entries: tuple[Entry, ...]


class Where(NamedTuple):
    """The account somebody is at."""

    name: str
    kind: str
    handle: str


class Choice(NamedTuple):
    """An account somebody can go to; `depth` counts from the highest of them."""

    name: str
    handle: str
    depth: int
    kind: str
    current: bool


class Logo(NamedTuple):
    """An account's logo: address, size in pixels, and whose it is."""

    url: str
    width: int
    height: int
    name: str


class Me(NamedTuple):
    """Who is signed in."""

    name: str
    email: str


def menu(here: AccountRef | None, asked: bool) -> tuple[Group, ...]:
    """Return the menu beside every page: what the person may do at the account, and as staff.

    `asked` is whether somebody may wait for an answer about access.
    """
    at = _At(request.path, PART_OF.get(request.blueprint or "", request.blueprint))
    groups = [_group(label, items, here, asked, at) for label, items in NAV if here]
    if current.person.is_staff:
        entry = at.entry("Staff console", "/console/", "building-2", "/console", 0)
        groups.append(Group("House", (entry,)))
    return tuple(group for group in groups if group.entries)


def choices(found: Iterable[AccountRef], here: AccountRef | None) -> tuple[Choice, ...]:
    """Return the accounts to go to, in the order they are in."""
    found = list(found)
    top = min((each.depth for each in found), default=0)
    own = here.id if here else None
    return tuple(
        Choice(each.name, each.handle, each.depth - top, each.kind, each.id == own)
        for each in found
    )


class _At(NamedTuple):
    """Where in the portal somebody is: the address, and the part that it belongs to."""

    path: str
    part: str | None

    def entry(self, label: str, url: str, icon: str, key: str, number: int) -> Entry:
        """Return a link, which is to the place itself when `key` begins its address or part."""
        here = self.path.startswith(key) or self.part == key.split(".", maxsplit=1)[0]
        return Entry(label, url, icon, here, number)


def _group(label: str | None, items: Any, here: AccountRef, asked: bool, at: _At) -> Group:
    person, root = current.person, request.script_root
    shown = (
        at.entry(text, f"{before}{here.handle}{after}", icon, endpoint, _waiting(endpoint, asked))
        for text, endpoint, icon, permissions in items
        for before, after in [_around_handle(endpoint, root)]
        if can_any(person, permissions, here).allowed
    )
    return Group(label, tuple(shown))


@cache
def _around_handle(endpoint: str, _root: str) -> tuple[str, str]:
    """Return an address of the menu without the account's handle, which needs no quoting."""
    before, _, after = url_for(endpoint, handle="-").partition("/-/")
    return f"{before}/", f"/{after}"


def _waiting(endpoint: str, asked: bool) -> int:
    if endpoint != "requests.index" or not asked:
        return 0
    return len(requests_for(current.person, current.here))
