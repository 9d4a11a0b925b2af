"""Taking the locks off one at a time, to see that each holds alone and that the checks bite."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from tenants import commit_guard, scope_hooks, scope_sql
from tests.infra.run_folder import run_folder

ORM_LOCKS = (
    ("do_orm_execute", scope_hooks._scope_statement),
    ("before_flush", scope_hooks._check_rows),
    ("do_orm_execute", commit_guard._refuse_bulk_writes),
)


@dataclass(frozen=True)
class Locks:
    """Which locks are on. `database` is row-level security, which SQLite does not have."""

    kind: str
    orm: bool
    database: bool

    @property
    def name(self) -> str:
        on = [n for n, here in (("ORM", self.orm), ("RLS", self.database)) if here]
        return f"{self.kind}: {' and '.join(on) or 'no lock'}"


ALL = (
    Locks("sqlite", orm=True, database=False),
    Locks("postgres", orm=True, database=True),
    Locks("postgres", orm=True, database=False),
    Locks("postgres", orm=False, database=True),
)
NONE = (
    Locks("sqlite", orm=False, database=False),
    Locks("postgres", orm=False, database=False),
)


def _places(choices: tuple[Locks, ...]) -> pytest.MarkDecorator:
    marks = {"sqlite": [], "postgres": [pytest.mark.postgres]}
    values = [pytest.param(locks, id=locks.name, marks=marks[locks.kind]) for locks in choices]
    return pytest.mark.parametrize("place", values, indirect=True)


locked = _places(ALL)
unlocked = _places(NONE)


@contextmanager
def set_to(locks: Locks, engine: Engine) -> Iterator[None]:
    """Take our hooks off the ORM and off `engine` for the block if `locks` says so."""
    if locks.orm:
        yield
        return
    for name, hook in ORM_LOCKS:
        event.remove(Session, name, hook)
    event.remove(engine, "before_cursor_execute", scope_sql._look)
    try:
        yield
    finally:
        for name, hook in ORM_LOCKS:
            event.listen(Session, name, hook)
        event.listen(engine, "before_cursor_execute", scope_sql._look)


def count(locks: Locks, held: int, leaked: int) -> None:
    """Keep a count for the end of the run; test processes share the run's folder."""
    with (run_folder() / "isolation.counts").open("a") as file:
        file.write(f"{locks.name}\t{held}\t{leaked}\n")
