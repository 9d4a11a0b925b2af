"""What the frame of every page asks the database: the bell's number and the scheduler's life."""

from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import exists, select

from portal.content.notifications import unread_asked, unread_query
from portal.heartbeats import BEAT, Pulse
from tenants.access_requests import open_below
from tenants.accounts import AccountRef
from tenants.clock import row_with_database_now
from tenants.db import db
from tenants.decisions import Actor
from tenants.prepared import by_key

SCHEDULER = "scheduler"


class Told(NamedTuple):
    """How much the person did not read, when the scheduler was last heard of, and whether anybody
    waits for an answer about access at the account or below it. None is what nobody asked.
    """

    unread: int | None
    pulse: Pulse | None
    asked: bool | None = None


def told(actor: Actor, here: AccountRef) -> Told:
    """Return all of it. One statement."""
    asked = unread_asked(actor) | {"part": SCHEDULER, "of_account": here.id}
    row, moment = row_with_database_now(db.session, _query(), asked)
    return Told(row[0], Pulse(row[1], moment), bool(row[2]))


@cache
def _query() -> Any:
    parts = unread_query().scalar_subquery(), BEAT.scalar_subquery(), exists(open_below())
    return by_key(select(*parts))
