"""What is in the trash is nowhere else: every SELECT leaves it out, unless it says that it asks.

Rows that are loaded already can still be refreshed; whoever holds one that goes into the trash
meanwhile is told by `pages.refuse_trashed`.
"""

from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, with_loader_criteria

from portal.content.pages import Page

WITH_TRASH: dict[str, Any] = {"with_trash": True}
"""Execution options of the few statements that look into the trash as well."""

_LEFT_OUT = with_loader_criteria(Page, lambda cls: cls.trashed_at.is_(None), include_aliases=True)
_without: WeakKeyDictionary[Any, Any] = WeakKeyDictionary()
"""Statements without the trash, by those with it: what is made once is also changed only once."""


@event.listens_for(Session, "do_orm_execute")
def _leave_out(state: ORMExecuteState) -> None:
    if not state.is_select or not state.is_orm_statement or state.is_column_load:
        return
    if state.execution_options.get("with_trash"):
        return
    found = _without.get(state.statement)
    if found is None:
        found = _without[state.statement] = state.statement.options(_LEFT_OUT)
    state.statement = found
