"""Host names of an account's own: claimed by anybody, its only once the DNS says so.

Any number of accounts may claim a name; a claim keeps nobody from it. The name is the account's
that proved it last. What the record must say is drawn by lot for each claim, so that a record
proves one claim only.
"""

import uuid
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Index,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    and_,
    bindparam,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column

from portal.content.host_names import readable
from portal.content.sites import Site
from tenants.accounts import Account
from tenants.audit import Audited
from tenants.clock import now
from tenants.db import Base, Keyed, db
from tenants.prepared import by_key
from tenants.scope import TenantScoped

LABEL = "_portal-site"
MARK = "portal-site="
_MAIN = '"primary"'


class SiteHost(Keyed, TenantScoped, Audited, Base):
    """A claim to a host name. `host` is as the DNS writes it.

    `verified_at` is since when it is proved, None while it is not: only then it is served.
    `missing_since` is since when the record of a proved name is away, `lost_at` when it stopped
    being served for that. `leads` is where the name led at the last look: `here`, `elsewhere`,
    `nowhere`, or empty when that is not known. `turns` counts what changes how it is served.
    """

    __tablename__ = "site_host"
    __table_args__ = (
        UniqueConstraint("account_id", "host"),
        CheckConstraint('NOT "primary" OR verified_at IS NOT NULL', name="proved"),
        Index("ix_site_host_host", "host", "verified_at"),
        Index(
            "ix_site_host_primary", "account_id", unique=True,
            sqlite_where=_MAIN, postgresql_where=_MAIN,
        ),
    )  # fmt: skip

    host: Mapped[str] = mapped_column(String(253))
    token: Mapped[str] = mapped_column(String(64))
    claimed_at: Mapped[datetime] = mapped_column(default=now)
    claimed_by_label: Mapped[str] = mapped_column(String(300), default="")
    verified_at: Mapped[datetime | None]
    checked_at: Mapped[datetime | None]
    missing_since: Mapped[datetime | None]
    lost_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(Text, default="")
    leads: Mapped[str] = mapped_column(String(16), default="")
    primary: Mapped[bool] = mapped_column(Boolean, default=False)
    turns: Mapped[int] = mapped_column(default=0)

    @property
    def label(self) -> str:
        """Return how the trail names this claim."""
        return self.host

    @property
    def shown(self) -> str:
        """Return the name as people write it."""
        return readable(self.host)

    @property
    def record_name(self) -> str:
        """Return the name of the TXT record that proves the claim."""
        return f"{LABEL}.{self.host}"

    @property
    def record_value(self) -> str:
        """Return what that record must say."""
        return f"{MARK}{self.token}"

    @property
    def state(self) -> str:
        """Return `proved`, `missing` (proved, and its record is away), `lost` or `waiting`."""
        if self.verified_at is not None:
            return "missing" if self.missing_since else "proved"
        return "lost" if self.lost_at else "waiting"


def hosts_of(account_id: uuid.UUID) -> list[SiteHost]:
    """Return an account's claims, the primary host first, then by name. One statement."""
    query = select(SiteHost).where(SiteHost.account_id == account_id)
    return list(db.session.scalars(query.order_by(SiteHost.primary.desc(), SiteHost.host)))


def troubled(account_id: uuid.UUID) -> list[SiteHost]:
    """Return names whose record is gone, by name: to be mended, or not served any more."""
    return list(db.session.scalars(_troubled(), {"of_account": account_id}))


@cache
def _troubled() -> Any:
    gone = or_(SiteHost.missing_since.is_not(None), SiteHost.lost_at.is_not(None))
    account = bindparam("of_account", type_=Uuid())
    query = select(SiteHost).where(SiteHost.account_id == account, gone)
    return by_key(query.order_by(SiteHost.host))


def host_by_id(host_id: uuid.UUID, account_id: uuid.UUID) -> SiteHost | None:
    """Return the account's claim with this id if it is inside the scope, else None."""
    query = select(SiteHost).where(SiteHost.id == host_id, SiteHost.account_id == account_id)
    return db.session.scalar(query)


def site_and_host(account_id: uuid.UUID) -> tuple[Site | None, str]:
    """Return the account's site and its primary host, empty without one. One statement."""
    row = db.session.execute(_site_and_host(), {"of_account": account_id}).first()
    return (row[0], row[1] or "") if row else (None, "")


@cache
def _site_and_host() -> Any:
    main = and_(SiteHost.account_id == Site.account_id, SiteHost.primary.is_(True))
    query = select(Site, SiteHost.host).outerjoin(SiteHost, main)
    return by_key(query.where(Site.account_id == bindparam("of_account", type_=Uuid())))


def own_base(base_url: str, host: str) -> str:
    """Return what addresses on an own host begin with: the portal's scheme and port."""
    here = urlsplit(base_url)
    port = f":{here.port}" if here.port else ""
    return f"{here.scheme}://{host}{port}"


def served() -> Any:
    """Return the statement of all proved names, each name's last proof last. Across all tenants."""
    columns = SiteHost.host, SiteHost.primary, Account.handle
    query = select(*columns).join(Account, Account.id == SiteHost.account_id)
    query = query.where(SiteHost.verified_at.is_not(None))
    return query.order_by(SiteHost.verified_at, SiteHost.id)


def served_mark() -> Any:
    """Return the statement of a row that is another once `served` is. Across all tenants."""
    return select(
        func.count(), func.coalesce(func.sum(SiteHost.turns), 0), func.max(SiteHost.verified_at)
    ).where(SiteHost.verified_at.is_not(None))


def proved_later() -> Any:
    """Return the condition that another account proved a row's name after it."""
    other = aliased(SiteHost)
    later = or_(
        other.verified_at > SiteHost.verified_at,
        and_(other.verified_at == SiteHost.verified_at, other.id > SiteHost.id),
    )
    return select(other.id).where(other.host == SiteHost.host, later).exists()
