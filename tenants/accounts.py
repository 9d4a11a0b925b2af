"""The tree of accounts: one house, masters below it, secondaries at any depth below those.

Where an account stands and whether it is open are kept twice: on its row as of now, and in
`AccountPlace` and `AccountState` with from and until, so that every past answer can be given again.
"""

import re
import uuid
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column, synonym

from tenants.audit import Audited
from tenants.clock import now
from tenants.db import Base, Keyed, db
from tenants.scope import TenantScoped

Kind = Literal["house", "master", "secondary"]
State = Literal["open", "suspended", "closing", "closed"]
HANDLE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


class BadHandle(ValueError):
    """The text cannot be an account's handle; the message says why."""


class Account(Keyed, TenantScoped, Audited, Base):
    """A node of the one tree. `path` holds the ids from the root down to this account."""

    __tablename__ = "account"
    __table_args__ = (
        CheckConstraint("kind IN ('house', 'master', 'secondary')", name="kind"),
        CheckConstraint("state IN ('open', 'suspended', 'closing', 'closed')", name="state"),
    )
    __derived__ = frozenset({"path", "depth", "halted"})
    __listed__ = True

    account_id = synonym("id")
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    handle: Mapped[str] = mapped_column(String(63), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    path: Mapped[str] = mapped_column(String(1000), index=True)
    depth: Mapped[int]
    zone: Mapped[str] = mapped_column(String(64), default="UTC")
    state: Mapped[str] = mapped_column(String(16), default="open")
    halted: Mapped[bool] = mapped_column(default=False)
    accent: Mapped[str] = mapped_column(String(7), default="")
    logo: Mapped[str] = mapped_column(String(40), default="")
    created_at: Mapped[datetime] = mapped_column(default=now)

    @property
    def label(self) -> str:
        """Return how the trail names this account."""
        return self.name


class AccountPlace(Keyed, TenantScoped, Base):
    """Below which parent an account stood, from when until when. Ended, never changed."""

    __tablename__ = "account_place"

    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    since: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]


class AccountState(Keyed, TenantScoped, Base):
    """An account's own state, whatever stands above it, from when until when."""

    __tablename__ = "account_state"

    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text, default="")
    by_label: Mapped[str] = mapped_column(String(300), default="")
    since: Mapped[datetime] = mapped_column(default=now)
    ended_at: Mapped[datetime | None]


class AccountClosure(TenantScoped, Base):
    """Every pair of ancestor and descendant, each account with itself included."""

    __tablename__ = "account_closure"
    __table_args__ = (
        Index("ix_account_closure_below", "ancestor_id", "descendant_id", "tenant_id", "distance"),
        Index("ix_account_closure_near", "ancestor_id", "distance", "descendant_id"),
    )

    ancestor_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    descendant_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("account.id"), primary_key=True, index=True
    )
    account_id = synonym("descendant_id")
    distance: Mapped[int]


@dataclass(frozen=True)
class AccountRef:
    """What a decision needs to know of an account; outlives the session that loaded it.

    `state` is the account's own; `halted` tells whether it or an account above it is not open.
    """

    id: uuid.UUID
    tenant_id: uuid.UUID
    parent_id: uuid.UUID | None
    kind: str
    handle: str
    name: str
    path: tuple[uuid.UUID, ...]
    zone: str
    state: str = "open"
    halted: bool = False
    accent: str = ""
    logo: str = ""

    @property
    def label(self) -> str:
        """Return how the trail names this account."""
        return self.name

    @cached_property
    def keys(self) -> tuple[int, ...]:
        """Return the path as numbers, which are quicker to look up than ids are."""
        return tuple(account_id.int for account_id in self.path)

    @property
    def depth(self) -> int:
        """Return the distance to the house."""
        return len(self.path) - 1


REF = (
    Account.id, Account.tenant_id, Account.parent_id, Account.kind, Account.handle, Account.name,
    Account.path, Account.zone, Account.state, Account.halted, Account.accent, Account.logo,
)  # fmt: skip
"""The columns that make an `AccountRef`."""


def ref(account: Account) -> AccountRef:
    """Return the lasting form of a loaded account."""
    return AccountRef(
        id=account.id,
        tenant_id=account.tenant_id,
        parent_id=account.parent_id,
        kind=account.kind,
        handle=account.handle,
        name=account.name,
        path=split_path(account.path),
        zone=account.zone,
        state=account.state,
        halted=account.halted,
        accent=account.accent,
        logo=account.logo,
    )


def row_ref(row: Any) -> AccountRef:
    """Return the lasting form of an account from a row of just the columns `REF`."""
    values = list(row)
    values[6] = split_path(values[6])
    return AccountRef(*values)


@lru_cache(maxsize=4096)
def split_path(path: str) -> tuple[uuid.UUID, ...]:
    """Return the ids in a stored path, root first."""
    return tuple(uuid.UUID(hex=part) for part in path.split("/"))


def check_handle(text: str) -> str:
    """Return `text` as a handle. Raises BadHandle with what is wrong."""
    if not HANDLE.fullmatch(text):
        raise BadHandle(
            "A handle has 1 to 63 lower-case letters, digits and hyphens, "
            "and neither starts nor ends with a hyphen."
        )
    return text


def place(kind: Kind, handle: str, name: str, parent: Account | None, zone: str) -> Account:
    """Add an account to the tree with its closure rows and return it, flushed.

    The caller has authorized it and records it. Raises BadHandle.
    """
    account = Account(
        kind=kind, handle=check_handle(handle), name=name, zone=zone, parent_id=parent and parent.id
    )
    account.tenant_id = account.id if kind != "secondary" or parent is None else parent.tenant_id
    account.path = f"{parent.path}/{account.id.hex}" if parent else account.id.hex
    account.depth = account.path.count("/")
    account.halted = parent is not None and parent.halted
    db.session.add(account)
    db.session.flush()
    node = {"tenant_id": account.tenant_id, "account_id": account.id, "since": account.created_at}
    db.session.add(AccountPlace(parent_id=account.parent_id, **node))
    db.session.add(AccountState(state="open", **node))
    for distance, ancestor_id in enumerate(reversed(split_path(account.path))):
        db.session.add(
            AccountClosure(
                tenant_id=account.tenant_id,
                ancestor_id=ancestor_id,
                descendant_id=account.id,
                distance=distance,
            )
        )
    db.session.flush()
    return account


def take_turn(account: AccountRef) -> None:
    """Wait for others who took a turn at the account; hold it until the transaction ends."""
    turn = select(Account.id).where(Account.id == account.id).with_for_update(key_share=True)
    db.session.execute(turn)


def account_by_id(account_id: uuid.UUID) -> Account | None:
    """Return the account if it is inside the scope, else None."""
    return db.session.scalar(select(Account).where(Account.id == account_id))
