"""What the frame of every page asks the database: the bell's number and the scheduler's life."""

from functools import cache
from typing import Any

from sqlalchemy import select

from portal.content.notifications import unread_asked, unread_query
from portal.heartbeats import BEAT, Pulse
from tenants.clock import row_with_database_now
from tenants.db import db
from tenants.decisions import Actor

SCHEDULER = "scheduler"


def bell_and_life(actor: Actor) -> tuple[int, Pulse]:
    """Return how much the person did not read, and when the scheduler was last heard of.

    One statement for both.
    """
    asked = unread_asked(actor) | {"part": SCHEDULER}
    row, moment = row_with_database_now(db.session, _query(), asked)
    return row[0], Pulse(row[1], moment)


@cache
def _query() -> Any:
    return select(unread_query().scalar_subquery(), BEAT.scalar_subquery())
