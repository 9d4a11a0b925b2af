"""The commit guard: no changed `Audited` row without an event that tells of it.

Importing this module sets it up for every session of the process.
"""

from functools import cache
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction

from tenants.audit import Audited, Unrecorded, key_of
from tenants.db import Base
from tenants.telling import Told

_NOTES = ("changed", "recorded")


@event.listens_for(Session, "before_flush")
def _note_changes(session: Session, _context: Any, _instances: Any) -> None:
    changed = session.info.setdefault("changed", set())
    for row in (*session.new, *session.deleted):
        if isinstance(row, Audited):
            changed.add(key_of(row))
    for row in session.dirty:
        if isinstance(row, Audited) and session.is_modified(row):
            changed.add(key_of(row))


@event.listens_for(Session, "before_commit")
def _guard_commit(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.flush()
    untold = session.info.get("changed", set()) - session.info.get("recorded", set())
    if untold:
        raise Unrecorded(f"No event tells of {sorted(name for name, _ in untold)}.")


@event.listens_for(Session, "after_transaction_create")
def _mark(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        marks = session.info.setdefault("marks", {})
        marks[transaction] = tuple(set(session.info.get(name, ())) for name in _NOTES)


@event.listens_for(Session, "after_soft_rollback")
def _return_to_mark(session: Session, transaction: SessionTransaction) -> None:
    """Forget what a rolled back savepoint changed, and the events it told it by."""
    mark = session.info.get("marks", {}).pop(transaction, None)
    if mark is not None:
        session.info.update(zip(_NOTES, mark, strict=True))


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        for name in (*_NOTES, "marks", "told"):
            session.info.pop(name, None)


@event.listens_for(Session, "do_orm_execute")
def _refuse_bulk_writes(state: ORMExecuteState) -> None:
    if not (state.is_update or state.is_delete or state.is_insert):
        return
    if not state.is_insert and _told_of(state):
        return
    name = state.statement.table.name  # type: ignore[attr-defined]  # every INSERT, UPDATE, DELETE has one
    if name in _audited_tables() and not _only_derived(state, name):
        raise Unrecorded(f"Bulk writes on {name} cannot be told of; use actions.")


def _told_of(state: ORMExecuteState) -> bool:
    """Tell whether events of this transaction, given as `told_by`, tell of all it does."""
    told_by = state.execution_options.get("told_by")
    if isinstance(told_by, Told):
        return told_by in state.session.info.get("told", ())
    return told_by is not None and told_by in state.session


def _only_derived(state: ORMExecuteState, name: str) -> bool:
    """Tell whether an UPDATE sets only what follows from rows whose change an event tells of."""
    values = getattr(state.statement, "_values", None) or {}
    columns = {getattr(key, "key", key) for key in values}
    return state.is_update and bool(columns) and columns <= _audited_tables()[name]


@cache
def _audited_tables() -> dict[str, frozenset[str]]:
    """Return each audited table with its columns that derive from other rows."""
    mappers = (m for m in Base.registry.mappers if issubclass(m.class_, Audited))
    return {
        mapper.local_table.name: getattr(mapper.class_, "__derived__", frozenset())  # type: ignore[attr-defined]  # a Table
        for mapper in mappers
    }
