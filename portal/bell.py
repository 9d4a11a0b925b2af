"""What the frame of every page asks the database: the bell's number and the scheduler's life."""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import func, literal, select

from portal.content.notifications import unread_asked, unread_query
from portal.heartbeats import BEAT, silent_since
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor

SCHEDULER = "scheduler"


def bell_and_life(actor: Actor) -> tuple[int, bool]:
    """Return how much the person did not read, and whether the scheduler is silent.

    One statement for both.
    """
    by_server = db.session.get_bind().dialect.name == "postgresql"
    asked = unread_asked(actor) | {"part": SCHEDULER}
    unread, seen, moment = db.session.execute(_query(by_server), asked).one()
    told: datetime = moment if by_server else now()
    return unread or 0, silent_since(seen, told)


@cache
def _query(by_server: bool) -> Any:
    moment: Any = func.clock_timestamp() if by_server else literal(None)
    return select(unread_query().scalar_subquery(), BEAT.scalar_subquery(), moment)
