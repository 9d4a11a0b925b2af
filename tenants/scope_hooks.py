"""The machinery behind `scope`: hooks on every session of the process."""

import uuid
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import event, inspect, or_, select
from sqlalchemy.orm import ORMExecuteState, Session

from tenants.beginnings import tell
from tenants.db import Base
from tenants.engines import is_reading
from tenants.prepared import mode, note_mode
from tenants.scope import (
    CrossTenant,
    NoScope,
    ReadOnly,
    Scope,
    TenantOrBuiltIn,
    TenantScoped,
    current_scope,
)
from tenants.scope_conditions import (
    ALONE,
    OF_ACCOUNTS,
    OWN,
    ROOTS,
    SHARED,
    SOME_ACCOUNTS,
    WHOLE_TENANT,
    Form,
    form_of,
    of_tenant,
    of_tenant_or_built_in,
)
from tenants.scope_sql import scoped_tables

_forms: WeakKeyDictionary[Any, dict[tuple[Form | None, bool], Any]] = WeakKeyDictionary()


@event.listens_for(Session, "do_orm_execute")
def _scope_statement(state: ORMExecuteState) -> None:
    scope = current_scope()
    _refuse_other_scope(state.session, scope)
    writes = state.is_update or state.is_delete or state.is_insert
    if writes and is_reading():
        raise ReadOnly("This request promised only to read.")
    if writes and (scope is None or scope.kind != "across"):
        _check_bulk_write(state, scope)
    if scope is None or scope.kind != "tenant" or not state.is_orm_statement:
        return
    if state.is_column_load:
        _scope_column_load(state, scope)
        return
    state.statement = _conditioned(state.statement, scope, writes)


def _conditioned(statement: Any, scope: Scope, writes: bool) -> Any:
    """Add the scope's conditions, which hold no values: to a statement that is kept, only once."""
    forms = _forms.setdefault(statement, {})
    form = None if scope.whole_tenant else form_of(scope)
    if (form, writes) not in forms:
        options = SOME_ACCOUNTS[form] if form else WHOLE_TENANT
        forms[form, writes] = statement.options(*options, OWN if writes else SHARED)
    return forms[form, writes]


def _refuse_other_scope(session: Session, scope: Scope | None) -> None:
    if session.info.get("scope", scope) != scope:
        raise CrossTenant("A transaction of another scope is open on this session; end it first.")


def _check_bulk_write(state: ORMExecuteState, scope: Scope | None) -> None:
    """Raise unless it is an UPDATE or DELETE by condition, in a tenant, that moves no row."""
    table: Any = state.statement.table  # type: ignore[attr-defined]  # a write always has one
    if table.name not in scoped_tables():
        return
    if scope is None or scope.kind != "tenant":
        raise NoScope(f"Rows of {table.name} were about to be written without a scope.")
    if state.is_insert or not state.is_orm_statement or isinstance(state.parameters, list):
        raise NoScope(f"Rows of {table.name} are added and changed as objects of the session.")
    if state.is_update:
        values = getattr(state.statement, "_values", None) or {}
        if {getattr(key, "key", key) for key in values} & {"tenant_id", "account_id"}:
            raise CrossTenant(f"A bulk write was about to move rows of {table.name}.")


def _scope_column_load(state: ORMExecuteState, scope: Scope) -> None:
    """Add the condition by hand: SQLAlchemy leaves refreshes and deferred columns without it."""
    mapper = state.bind_mapper
    if mapper is None:
        return
    criterion: Any = None
    if issubclass(mapper.class_, TenantScoped):
        criterion = of_tenant if scope.whole_tenant else OF_ACCOUNTS[form_of(scope)]
    elif issubclass(mapper.class_, TenantOrBuiltIn):
        criterion = of_tenant_or_built_in
    if criterion is not None:
        state.statement = state.statement.where(criterion(mapper.class_))  # type: ignore[attr-defined]  # a SELECT


@event.listens_for(Session, "after_begin")
def _tell_database(session: Session, transaction: Any, connection: Any) -> None:
    if transaction.nested:
        return
    scope = current_scope()
    session.info["scope"] = scope
    session.info["engine"] = connection.engine
    if connection.dialect.name == "postgresql":
        kind = scope.kind if scope else ""
        tenant = str(scope.tenant_id) if scope and scope.tenant_id else ""
        once = scope is not None and scope.asks_by_key if is_reading() else True
        tell(connection, kind, tenant, mode(once))
        note_mode(connection, once)


@event.listens_for(Session, "after_transaction_end")
def _forget_scope(session: Session, transaction: Any) -> None:
    if transaction.parent is None:
        session.info.pop("scope", None)
        session.info.pop("accounts", None)
        session.info.pop("engine", None)


@event.listens_for(Session, "before_flush")
def _check_rows(session: Session, _context: Any, _instances: Any) -> None:
    changed = [*session.new, *session.dirty, *session.deleted]
    if changed and is_reading():
        raise ReadOnly("This request promised only to read.")
    scope = current_scope()
    _refuse_other_scope(session, scope)
    rows = [row for row in changed if isinstance(row, TenantScoped | TenantOrBuiltIn)]
    for row in rows:
        _check_row(row, scope)
    if rows and scope is not None and scope.kind == "tenant":
        _check_accounts(session, rows, scope)


def _check_row(row: TenantScoped | TenantOrBuiltIn, scope: Scope | None) -> None:
    if scope is None or scope.kind == "directory":
        raise NoScope(f"A {type(row).__name__} was written without a scope.")
    if scope.kind == "across":
        return
    own: uuid.UUID | None = scope.tenant_id
    if row.tenant_id is None and isinstance(row, TenantScoped):
        row.tenant_id = own
    before = inspect(row).attrs.tenant_id.history.deleted or (own,)
    if row.tenant_id != own or before[0] != own:
        raise CrossTenant(f"A {type(row).__name__} of another tenant was about to be written.")


def was_reached(session: Session, account_id: uuid.UUID) -> None:
    """Note that a row of this account was just read under the scope: rows may be written there.

    For those who read by a statement that the scope's condition was part of, and for no others.
    """
    if session.info.get("scope") == current_scope():
        session.info.setdefault("accounts", set()).add(account_id)


def _check_accounts(session: Session, rows: list[Any], scope: Scope) -> None:
    """Raise CrossTenant when a row stands at an account that the scope does not reach."""
    scoped = [row for row in rows if isinstance(row, TenantScoped)]
    asked = {row.account_id for row in scoped if row.account_id is not None}
    require_reached(session, asked, scope, {type(row).__name__ for row in scoped})


def require_reached(
    session: Session, account_ids: set[uuid.UUID], scope: Scope, kinds: set[str]
) -> None:
    """Raise CrossTenant when a scope, one tenant's, does not reach one of the accounts.

    `kinds` are the names of the classes whose rows are to be written. At most one statement.
    """
    known: set[uuid.UUID] = session.info.setdefault("accounts", set())
    asked = account_ids - known
    if not asked:
        return
    closure = Base.metadata.tables["account_closure"]
    query = select(closure.c.descendant_id).where(
        of_tenant(closure.c), closure.c.descendant_id.in_(asked)
    )
    if not scope.whole_tenant:
        reached = or_(closure.c.ancestor_id.in_(ROOTS), closure.c.descendant_id.in_(ALONE))
        query = query.where(reached)
    known.update(session.connection().scalars(query))
    if asked - known:
        raise CrossTenant(f"{sorted(kinds)} of an account out of reach was about to be written.")
