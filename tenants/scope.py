"""Which rows a piece of work can reach. Without a scope, tenant tables cannot be read at all.

Three locks hold a tenant's rows in: every ORM statement is given the scope's condition
(`do_orm_execute`), every flushed row is checked, and PostgreSQL's row-level security is told the
same scope at the start of each transaction. One transaction has one scope.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, Session, declared_attr, mapped_column

from tenants.db import db
from tenants.engines import reading, writing

__all__ = [
    "Scope",
    "TenantScoped",
    "across_tenants",
    "acting_in",
    "aside",
    "current_scope",
    "directory",
    "reading",
    "tenant_at_large",
]


class NoScope(RuntimeError):
    """A tenant table was touched outside any scope."""


class CrossTenant(RuntimeError):
    """A row of another tenant was about to be written, or a scope changed in mid-transaction."""


class ReadOnly(RuntimeError):
    """A write was attempted in a transaction that promised only to read."""


@dataclass(frozen=True)
class Scope:
    """What may be reached.

    `kind` is `tenant` (one tenant: the subtrees below `roots` and the single accounts in `alone`,
    or all of it), `directory` (only the tables that say who is where, read only by
    `tenants.directory`) or `across` (every tenant; `reason` says why).
    """

    kind: Literal["tenant", "directory", "across"]
    tenant_id: uuid.UUID | None = None
    roots: tuple[uuid.UUID, ...] = ()
    alone: tuple[uuid.UUID, ...] = ()
    whole_tenant: bool = False
    reason: str = ""


_current: ContextVar[Scope | None] = ContextVar("scope", default=None)


def current_scope() -> Scope | None:
    """Return the scope in force, or None."""
    return _current.get()


@contextmanager
def acting_in(scope: Scope) -> Iterator[Scope]:
    """Give the block `scope`. Its session is closed at the end: rows do not outlive their scope.

    Inside a transaction of the same scope the block joins it and leaves it open. Raises CrossTenant
    when a transaction of another scope is still open.
    """
    session = db.session()
    joining = session.in_transaction()
    if joining and session.info.get("scope") != scope:
        raise CrossTenant("A transaction is open in another scope; end it first.")
    token = _current.set(scope)
    try:
        yield scope
    finally:
        if not joining:
            session.close()
        _current.reset(token)


def tenant_scope(tenant_id: uuid.UUID) -> Scope:
    """Return the scope of a whole tenant, for jobs and commands."""
    return Scope("tenant", tenant_id=tenant_id, whole_tenant=True)


@contextmanager
def tenant_at_large() -> Iterator[None]:
    """Let the block see the scope's whole tenant, in the transaction that is open: to count in it.

    For totals and names only: select columns, not rows. Nothing is written inside.
    """
    scope = current_scope()
    if scope is None:
        raise NoScope("There is no tenant to look at.")
    if scope.kind != "tenant":
        yield
        return
    session = db.session()
    session.flush()
    wide = replace(scope, roots=(), alone=(), whole_tenant=True)
    token = _look_as(session, wide)
    try:
        with session.no_autoflush:
            yield
    finally:
        _look_as(session, scope)
        _current.reset(token)


def _look_as(session: Session, scope: Scope) -> Token[Scope | None]:
    if "scope" in session.info:
        session.info["scope"] = scope
    return _current.set(scope)


def across_tenants(reason: str) -> Any:
    """Give the block every tenant. Only the staff console, commands and periodic jobs may."""
    if not reason:
        raise ValueError("Say why tenants are crossed.")
    return acting_in(Scope("across", reason=reason))


def directory() -> Any:
    """Give the block the tables that tell who is where: accounts, grants and roles.

    Inside a scope across all tenants the block joins it: it can reach them already.
    """
    scope = current_scope()
    return acting_in(scope if scope and scope.kind == "across" else Scope("directory"))


@contextmanager
def aside(scope: Scope | None) -> Iterator[Session]:
    """Yield a session of its own, committed at the end, for a small write beside the main work.

    The main session must not hold SQLite's write lock at that moment (a GET, or rolled back).
    """
    token = _current.set(scope)
    try:
        with writing(), Session(db.engine, expire_on_commit=False) as session, session.begin():
            yield session
    finally:
        _current.reset(token)


LISTED = "listed"


class TenantScoped:
    """A row that belongs to one account of one tenant.

    Classes with `__listed__` are found by account or by time: SQLite, which knows nothing of how
    many rows a tenant has, is kept from looking for them by the scope's tenant. Whoever wants that
    names the tenant in the statement. An alias named `LISTED` does the same for any class.
    """

    __scoped__: ClassVar[bool] = True
    __listed__: ClassVar[bool] = False

    tenant_id: Mapped[uuid.UUID] = mapped_column(index=True)

    @declared_attr
    @classmethod
    def account_id(cls) -> Mapped[uuid.UUID]:
        return mapped_column(ForeignKey("account.id"), index=True)


class TenantOrBuiltIn:
    """A row of one tenant, or, with no tenant, one that everybody shares and nobody changes."""

    tenant_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
