"""Every route, and a sample for every id that stands in an address."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Flask
from sqlalchemy import select, update
from werkzeug.routing import Rule

from portal.content.pages import Page
from tests.isolation.world import World, table_of

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def a_page(world: World, handle: str) -> uuid.UUID:
    """A live page of the cast."""
    table = table_of(Page)
    query = select(table.c.id).where(
        table.c.account_id == world.id_of(handle), table.c.live_revision_id.is_not(None)
    )
    with world.engine.connect() as connection:
        found: uuid.UUID = connection.scalars(query).first()  # type: ignore[assignment]
    assert found is not None
    return found


def an_address(world: World, handle: str) -> Any:
    """Where a page of the cast is live, without the slash it begins with."""
    table = table_of(Page)
    query = select(table.c.address).where(table.c.id == a_page(world, handle))
    with world.engine.connect() as connection:
        address: Any = connection.scalars(query).one()
    return address.removeprefix("/")


def a_row(table: str) -> Callable[[World, str], uuid.UUID]:
    return lambda world, handle: world.made[table, handle]


def a_trashed_page(world: World, handle: str) -> uuid.UUID:
    """The page that was made up for the account, put into the trash."""
    table, page_id = table_of(Page), world.made["page", handle]
    with world.engine.begin() as connection:
        connection.execute(update(table).where(table.c.id == page_id).values(trashed_at=LONG_AGO))
    return page_id


def an_account_below(world: World, handle: str) -> uuid.UUID:
    """An account right below another; of one without any, the account itself, which is not."""
    own = world.id_of(handle)
    below = (row.id for row in world.accounts.values() if row.parent_id == own)
    return next(below, own)


# An address with another parameter needs a line here, or its row of the matrix cannot be tried.
SAMPLES: dict[str, Callable[[World, str], uuid.UUID]] = {
    "access_id": a_row("media_access"),
    "account_id": an_account_below,
    "export_id": a_row("export_run"),
    "freeze_id": a_row("freeze"),
    "folder_id": a_row("media_folder"),
    "comment_id": a_row("comment"),
    "field_id": a_row("content_field"),
    "grant_id": a_row("grant"),
    "host_id": a_row("site_host"),
    "hold_id": a_row("trail_hold"),
    "group_id": a_row("person_group"),
    "import_id": a_row("import_run"),
    "invitation_id": a_row("invitation"),
    "media_id": a_row("media"),
    "list_view_id": a_row("saved_view"),
    "member_id": a_row("group_member"),
    "menu_id": a_row("menu"),
    "notification_id": a_row("notification"),
    "page_address": an_address,
    "page_id": a_page,
    "redirect_id": a_row("redirect"),
    "release_id": a_row("release"),
    "request_id": a_row("access_request"),
    "revision_id": a_row("revision"),
    "role_id": a_row("role"),
    "run_id": a_row("bulk_run"),
    "schedule_id": a_row("schedule"),
    "session_id": a_row("support_session"),
    "share_id": a_row("share_link"),
    "version_id": a_row("media_version"),
    "template_id": a_row("page_template"),
    "term_id": a_row("term"),
    "trashed_id": a_trashed_page,
    "type_id": a_row("content_type"),
    "view_id": a_row("saved_view"),
}


@dataclass(frozen=True)
class Route:
    """One address with one method."""

    rule: Rule
    method: str
    guard: tuple[str, Any]

    @property
    def name(self) -> str:
        return f"{self.method} {self.rule.rule}"

    @property
    def ids(self) -> list[str]:
        return sorted(self.rule.arguments - {"handle"})

    def path(self, handle: str, ids: dict[str, uuid.UUID]) -> str:
        """The address with everything filled in."""
        _, built = self.rule.build({"handle": handle, **ids}) or (None, None)
        assert built is not None
        return built.replace("|", "")

    def ids_of(self, world: World, handle: str) -> dict[str, uuid.UUID]:
        return {name: SAMPLES[name](world, handle) for name in self.ids}


def guard_of(app: Flask, rule: Rule) -> tuple[str, Any]:
    return getattr(app.view_functions[rule.endpoint], "guard", ("none", ()))


def routes(app: Flask, start: str) -> Iterator[Route]:
    """Every route below `start`, once for each of its methods."""
    for rule in sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule):
        if rule.rule.startswith(start):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield Route(rule, method, guard_of(app, rule))
