"""Every route, and a sample for every id that stands in an address."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from flask import Flask
from sqlalchemy import select
from werkzeug.routing import Rule

from portal.content.pages import Page
from tests.isolation.world import World, table_of


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


def a_row(table: str) -> Callable[[World, str], uuid.UUID]:
    return lambda world, handle: world.made[table, handle]


def an_account_below(world: World, handle: str) -> uuid.UUID:
    """An account right below another; of one without any, the account itself, which is not."""
    own = world.id_of(handle)
    below = (row.id for row in world.accounts.values() if row.parent_id == own)
    return next(below, own)


# An address with another parameter needs a line here, or its row of the matrix cannot be tried.
SAMPLES: dict[str, Callable[[World, str], uuid.UUID]] = {
    "account_id": an_account_below,
    "field_id": a_row("content_field"),
    "grant_id": a_row("grant"),
    "hold_id": a_row("trail_hold"),
    "group_id": a_row("person_group"),
    "import_id": a_row("import_run"),
    "invitation_id": a_row("invitation"),
    "member_id": a_row("group_member"),
    "page_id": a_page,
    "request_id": a_row("access_request"),
    "revision_id": a_row("revision"),
    "role_id": a_row("role"),
    "schedule_id": a_row("schedule"),
    "session_id": a_row("support_session"),
    "type_id": a_row("content_type"),
    "view_id": a_row("trail_view"),
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
