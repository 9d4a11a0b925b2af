"""What carrying out plain schedules together writes, whichever way their pages go."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, update

from portal.content.schedules import Schedule
from tenants.among import among
from tenants.audit import By
from tenants.db import UtcDateTime, db
from tenants.decisions import SYSTEM
from tenants.telling import Told

MOMENT = bindparam("moment", type_=UtcDateTime())
END = (
    update(Schedule)
    .where(among(Schedule.id, "schedules"))
    .values(state="done", done_at=MOMENT, cause="")
)
"""Ends the `schedules` at the `moment`."""


@lru_cache(maxsize=1024)
def on_behalf_of(label: str) -> By:
    """Return the portal, acting for whoever answers for a schedule."""
    return replace(SYSTEM, on_behalf_of=label)


def change_each(statements: Sequence[Any], asked: dict[str, Any], number: int, told: Told) -> None:
    """Run statements that change just so many rows each. Raises RuntimeError for any other."""
    options = {"told_by": told, "synchronize_session": False}
    for statement in statements:
        done: Any = db.session.execute(statement, asked, execution_options=options)
        if done.rowcount != number:
            raise RuntimeError(f"{done.rowcount} rows changed instead of {number}.")
