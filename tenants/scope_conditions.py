"""The conditions that a scope puts on every statement. They hold no values: see `TENANT`."""

import uuid
from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import Uuid, bindparam, exists, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import with_loader_criteria
from sqlalchemy.sql.functions import FunctionElement

from tenants.db import Base
from tenants.scope import LISTED, TenantOrBuiltIn, TenantScoped, current_scope
from tenants.scope_sql import PARAMETER


def _tenant() -> uuid.UUID | None:
    scope = current_scope()
    return scope.tenant_id if scope else None


def _roots() -> tuple[uuid.UUID, ...]:
    scope = current_scope()
    return scope.roots if scope else ()


def _alone() -> tuple[uuid.UUID, ...]:
    scope = current_scope()
    return scope.alone if scope else ()


# The values are asked for at each execution (`callable_`): the SQL is cached, they never are.
# They stand outside the criteria, where SQLAlchemy would take them for literals.
TENANT = bindparam(PARAMETER, callable_=_tenant, type_=Uuid())
ROOTS = bindparam("scope_roots", callable_=_roots, type_=Uuid(), expanding=True)
ALONE = bindparam("scope_alone", callable_=_alone, type_=Uuid(), expanding=True)


class _Checked(FunctionElement[uuid.UUID]):
    """The tenant of a row, by which SQLite may not choose an index where rows are listed."""

    type = Uuid()
    inherit_cache = True


@compiles(_Checked)
def _as_it_is(element: Any, compiler: Any, **options: Any) -> str:
    return str(compiler.process(next(iter(element.clauses)), **options))


@compiles(_Checked, "sqlite")
def _without_index(element: Any, compiler: Any, **options: Any) -> str:
    of = next(iter(element.clauses)).table
    name = getattr(getattr(of, "element", of), "name", "")
    plus = "+" if name in _listed() or getattr(of, "name", "") == LISTED else ""
    return plus + _as_it_is(element, compiler, **options)


@cache
def _listed() -> frozenset[str]:
    found = (mapper.class_ for mapper in Base.registry.mappers)
    return frozenset(each.__tablename__ for each in found if getattr(each, "__listed__", False))


def of_tenant(cls: Any) -> Any:
    """Return the scope's condition; for the second table of an UPDATE, where no hook adds it."""
    return _Checked(cls.tenant_id) == TENANT


def of_accounts(cls: Any) -> Any:
    """Ask of each row whether its account is reached, by the key of the closure.

    The OFFSET keeps PostgreSQL from joining instead: it guesses the size of a subtree a hundred
    times wrong, and would collect all of it for every row looked up by its id.
    """
    closure = Base.metadata.tables["account_closure"].alias("scope_closure")
    above = select(closure.c.descendant_id).where(
        closure.c.descendant_id == cls.account_id, closure.c.ancestor_id.in_(ROOTS)
    )
    reached = or_(exists(above.offset(0)), cls.account_id.in_(ALONE))
    return of_tenant(cls) & reached


def of_tenant_or_built_in(cls: Any) -> Any:
    """Return that a row is the tenant's own, or everybody's."""
    return or_(cls.tenant_id == TENANT, cls.tenant_id.is_(None))


def _option(mixin: type, criterion: Callable[[Any], Any]) -> Any:
    return with_loader_criteria(
        mixin, criterion, include_aliases=True, track_closure_variables=False
    )


SHARED = _option(TenantOrBuiltIn, of_tenant_or_built_in)
OWN = _option(TenantOrBuiltIn, of_tenant)
WHOLE_TENANT = (_option(TenantScoped, of_tenant),)
SOME_ACCOUNTS = (_option(TenantScoped, of_accounts),)
