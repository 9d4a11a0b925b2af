"""Which rows a piece of work can reach. Without a scope, tenant tables cannot be read at all.

Three locks hold a tenant's rows in: every ORM statement is given the scope's condition
(`do_orm_execute`), every flushed row is checked, and PostgreSQL's row-level security is told the
same scope at the start of each transaction. One transaction has one scope.
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from dataclasses import dataclass, field, replace
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
    "only_at",
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
    `tenants.directory`) or `across` (every tenant; `reason` says why). `here` is an account among
    those reached, for which nobody needs to look that up again. With `asks_by_key` most of what is
    read first is found by a key (see `tenants.prepared`).
    """

    kind: Literal["tenant", "directory", "across"]
    tenant_id: uuid.UUID | None = None
    roots: tuple[uuid.UUID, ...] = ()
    alone: tuple[uuid.UUID, ...] = ()
    whole_tenant: bool = False
    reason: str = ""
    here: uuid.UUID | None = field(default=None, compare=False)
    asks_by_key: bool = field(default=False, compare=False)


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
    with _looking(scope, replace(scope, roots=(), alone=(), whole_tenant=True)):
        yield


@contextmanager
def only_at(account_id: uuid.UUID) -> Iterator[None]:
    """Let the block see one account of the scope alone, in the transaction that is open: quicker.

    The database then need not ask of every row whether its account is reached. Where that is not
    known beforehand, or nothing is won, it sees what the scope reaches. Nothing is written inside.
    """
    scope = current_scope()
    known = {scope.here, *scope.roots, *scope.alone} if scope else ()
    if scope is None or scope.whole_tenant or account_id not in known:
        yield
        return
    with _looking(scope, replace(scope, roots=(), alone=(account_id,), whole_tenant=False)):
        yield


@contextmanager
def _looking(scope: Scope, other: Scope) -> Iterator[None]:
    """Put another scope in the place of the one that is in force, for a block that only reads."""
    session = db.session()
    session.flush()
    token = _look_as(session, other)
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
    here = scope if scope and scope.kind == "across" else Scope("directory", asks_by_key=True)
    return acting_in(here)


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
