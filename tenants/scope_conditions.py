"""The conditions that a scope puts on every statement. They hold no values: see `TENANT`."""

import uuid
from collections.abc import Callable
from functools import cache, partial
from typing import Any, NamedTuple

from sqlalchemy import Uuid, and_, bindparam, exists, false, literal_column, or_, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import with_loader_criteria
from sqlalchemy.sql.functions import FunctionElement

from tenants.db import Base
from tenants.lookups import is_looked_up
from tenants.scope import LISTED, Scope, TenantOrBuiltIn, TenantScoped, current_scope
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


def _one_of(ids: Callable[[], tuple[uuid.UUID, ...]], number: int) -> uuid.UUID | None:
    """Return the id with this number; beyond the last one, the last one again."""
    found = ids()
    return found[min(number, len(found) - 1)] if found else None


# The values are asked for at each execution (`callable_`): the SQL is cached, they never are.
# They stand outside the criteria, where SQLAlchemy would take them for literals.
TENANT = bindparam(PARAMETER, callable_=_tenant, type_=Uuid())
ROOTS = bindparam("scope_roots", callable_=_roots, type_=Uuid(), expanding=True)
ALONE = bindparam("scope_alone", callable_=_alone, type_=Uuid(), expanding=True)
_ROOT = [
    bindparam(f"scope_root_{n}", callable_=partial(_one_of, _roots, n), type_=Uuid())
    for n in range(4)
]
_ONLY = bindparam("scope_only", callable_=partial(_one_of, _alone, 0), type_=Uuid())


class _Checked(FunctionElement[uuid.UUID]):
    """The tenant of a row, by which SQLite may not choose an index where rows are listed.

    Nor where a statement names what to look them up by.
    """

    type = Uuid()
    inherit_cache = True


@compiles(_Checked)
def _as_it_is(element: Any, compiler: Any, **options: Any) -> str:
    return str(compiler.process(next(iter(element.clauses)), **options))


@compiles(_Checked, "sqlite")
def _without_index(element: Any, compiler: Any, **options: Any) -> str:
    of = next(iter(element.clauses)).table
    name = getattr(getattr(of, "element", of), "name", "")
    chosen = name in _listed() or getattr(of, "name", "") == LISTED
    here = compiler.stack[-1]
    by_other = chosen or is_looked_up(of, here["selectable"], here["asfrom_froms"])
    plus = "+" if by_other else ""
    return plus + _as_it_is(element, compiler, **options)


@cache
def _listed() -> frozenset[str]:
    found = (mapper.class_ for mapper in Base.registry.mappers)
    return frozenset(each.__tablename__ for each in found if getattr(each, "__listed__", False))


def of_tenant(cls: Any) -> Any:
    """Return the scope's condition; for the second table of an UPDATE, where no hook adds it."""
    return _Checked(cls.tenant_id) == TENANT


def _of_accounts(cls: Any, roots: int | None, alone: int | None) -> Any:
    """Ask of each row whether its account is reached, by the key of the closure.

    The OFFSET keeps PostgreSQL from joining instead: it guesses the size of a subtree a hundred
    times wrong, and would collect all of it for every row looked up by its id.
    """
    reached = []
    if roots != 0:
        closure = Base.metadata.tables["account_closure"].alias("scope_closure")
        above = select(closure.c.descendant_id).where(
            closure.c.descendant_id == cls.account_id,
            closure.c.ancestor_id.in_(ROOTS if roots is None else _ROOT[:roots]),
        )
        reached.append(exists(above.offset(literal_column("0"))))
    if alone != 0:
        among = cls.account_id == _ONLY if alone else cls.account_id.in_(ALONE)
        reached.append(among)
    return and_(of_tenant(cls), or_(false(), *reached))


def of_tenant_or_built_in(cls: Any) -> Any:
    """Return that a row is the tenant's own, or everybody's."""
    return or_(cls.tenant_id == TENANT, cls.tenant_id.is_(None))


def _option(mixin: type, criterion: Callable[[Any], Any]) -> Any:
    return with_loader_criteria(
        mixin, criterion, include_aliases=True, track_closure_variables=False
    )


class Form(NamedTuple):
    """What the condition of a scope that reaches some accounts looks like, whatever accounts.

    Both are how many of them it has room for; the last one is named again where there are fewer.
    With None there is room for any number, and the SQL is put together each time, which takes time.
    """

    roots: int | None
    alone: int | None


def form_of(scope: Scope) -> Form:
    """Return the smallest form that a scope fits into."""
    room = next((n for n in (0, 1, 2, 4) if len(scope.roots) <= n), None)
    return Form(room, len(scope.alone) if len(scope.alone) <= 1 else None)


# A function for each: SQLAlchemy knows criteria by their code, and not by what they close over.
OF_ACCOUNTS: dict[Form, Callable[[Any], Any]] = {
    Form(0, 0): lambda cls: _of_accounts(cls, 0, 0),
    Form(0, 1): lambda cls: _of_accounts(cls, 0, 1),
    Form(0, None): lambda cls: _of_accounts(cls, 0, None),
    Form(1, 0): lambda cls: _of_accounts(cls, 1, 0),
    Form(1, 1): lambda cls: _of_accounts(cls, 1, 1),
    Form(1, None): lambda cls: _of_accounts(cls, 1, None),
    Form(2, 0): lambda cls: _of_accounts(cls, 2, 0),
    Form(2, 1): lambda cls: _of_accounts(cls, 2, 1),
    Form(2, None): lambda cls: _of_accounts(cls, 2, None),
    Form(4, 0): lambda cls: _of_accounts(cls, 4, 0),
    Form(4, 1): lambda cls: _of_accounts(cls, 4, 1),
    Form(4, None): lambda cls: _of_accounts(cls, 4, None),
    Form(None, 0): lambda cls: _of_accounts(cls, None, 0),
    Form(None, 1): lambda cls: _of_accounts(cls, None, 1),
    Form(None, None): lambda cls: _of_accounts(cls, None, None),
}
SHARED = _option(TenantOrBuiltIn, of_tenant_or_built_in)
OWN = _option(TenantOrBuiltIn, of_tenant)
WHOLE_TENANT = (_option(TenantScoped, of_tenant),)
SOME_ACCOUNTS = {form: (_option(TenantScoped, call),) for form, call in OF_ACCOUNTS.items()}
