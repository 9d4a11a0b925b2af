"""The last look at a statement before the database sees it: is every tenant table in it scoped?

SQLAlchemy adds a scope's condition wherever it finds an entity. It does not look at plain tables,
at text, at entities named only in the WHERE of an EXISTS or of an UPDATE; so the SQL itself is
read, once for each statement it keeps compiled.
"""

import re
from collections import Counter
from functools import cache
from typing import Any

from sqlalchemy import Delete, Engine, Insert, Table, Update, event

from tenants.db import Base
from tenants.scope import NoScope, TenantOrBuiltIn, TenantScoped, current_scope

DIRECTORY_TABLES = frozenset(
    {
        "access_request", "account", "account_closure", "account_place", "account_state", "grant",
        "group_member", "person_group", "policy", "role", "role_parent", "role_permission",
        "site_change", "site_copy", "support_session",
    }
)  # fmt: skip
PARAMETER = "scope_tenant"
_LOCKED = re.compile(r"\bFOR (?:UPDATE|SHARE) OF [\w, ]+$")  # names again what FROM named
_PLACEHOLDER = rf"(?:\?|%\({PARAMETER}\w*\)s)"


@cache
def scoped_tables() -> frozenset[str]:
    """Return the names of the tables that belong to tenants."""
    return frozenset(
        mapper.local_table.name
        for mapper in Base.registry.mappers
        if issubclass(mapper.class_, TenantScoped | TenantOrBuiltIn)
        and isinstance(mapper.local_table, Table)
    )


def watch(engine: Engine) -> None:
    """Have every statement of `engine` looked at. Raises NoScope from the statement's call."""
    event.listen(engine, "before_cursor_execute", _look)


def _look(
    _connection: Any, _cursor: Any, sql: str, _parameters: Any, context: Any, _many: bool
) -> None:
    scope = current_scope()
    kind = scope.kind if scope else "none"
    if kind == "across":
        return
    compiled = context.compiled if context is not None else None
    passed = compiled.__dict__.setdefault("passed_scopes", set()) if compiled is not None else set()
    if kind in passed:
        return
    untold = _unscoped(sql, compiled, kind)
    if untold:
        raise NoScope(
            f"{sorted(untold)} touched without a scope's condition; open a scope with "
            "acting_in() and name mapped classes in FROM, not tables or text."
        )
    passed.add(kind)


def _unscoped(sql: str, compiled: Any, kind: str) -> set[str]:
    """Return the tenant tables in a statement that nothing keeps inside the scope."""
    statement = getattr(compiled, "statement", None)
    # A flush names its row by key and has been checked; the ORM's own hook scopes bulk writes.
    written_by_orm = isinstance(statement, Insert | Update | Delete)
    if isinstance(statement, Delete):
        sql = sql.removeprefix("DELETE FROM")
    seen = Counter[tuple[str, str]]()
    for word, table, alias in _mentions().findall(_LOCKED.sub("", sql)):
        if written_by_orm and word in {"UPDATE", "INTO"}:
            continue
        if alias not in {"scope_closure", "scope_closure_above"}:
            seen[table, alias or table] += 1
    if kind == "directory":
        return {table for table, _ in seen} - DIRECTORY_TABLES
    if kind == "none":
        return {table for table, _ in seen}
    return {table for (table, name), times in seen.items() if times > _conditions(sql, name)}


@cache
def _mentions() -> re.Pattern[str]:
    names = "|".join(sorted(scoped_tables(), key=len, reverse=True))
    return re.compile(
        rf'(\bFROM|\bJOIN|\bUSING|\bUPDATE|\bINTO|,)[\s(]+(?:\w+\.)?"?({names})\b"?(?!["\w.])'
        r'(?:\s+(?:AS\s+)"?(\w+)"?)?'
    )


def _conditions(sql: str, name: str) -> int:
    return len(re.findall(rf'(?<![\w"])"?{name}"?\.tenant_id = {_PLACEHOLDER}', sql))
