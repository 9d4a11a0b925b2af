"""The public site of an account: its name, its look, its menus and the addresses it answers to."""

import uuid
from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, String, Text, UniqueConstraint, false, select
from sqlalchemy.orm import Mapped, mapped_column

from tenants.accounts import AccountRef
from tenants.audit import Audited, record
from tenants.db import Base, Keyed, db
from tenants.decisions import Actor, authorize
from tenants.events import Event
from tenants.permissions import Permission
from tenants.scope import TenantScoped


class Site(Keyed, TenantScoped, Audited, Base):
    """One site an account. Readers find it at `/s/<handle>/`."""

    __tablename__ = "site"
    __table_args__ = (UniqueConstraint("account_id"),)

    title: Mapped[str] = mapped_column(String(200))
    tagline: Mapped[str] = mapped_column(String(300), default="")
    language: Mapped[str] = mapped_column(String(35), default="en")
    # The look; an empty one is as the theme has it, see `portal.content.themes`.
    theme: Mapped[str] = mapped_column(String(20), default="", server_default="")
    accent: Mapped[str] = mapped_column(String(7), default="", server_default="")
    accent_dark: Mapped[str] = mapped_column(String(7), default="", server_default="")
    tint: Mapped[str] = mapped_column(String(20), default="", server_default="")
    font: Mapped[str] = mapped_column(String(20), default="", server_default="")
    size: Mapped[str] = mapped_column(String(20), default="", server_default="")
    width: Mapped[str] = mapped_column(String(20), default="", server_default="")
    corners: Mapped[str] = mapped_column(String(20), default="", server_default="")

    @property
    def label(self) -> str:
        """Return how the trail names this site."""
        return self.title


class Menu(Keyed, TenantScoped, Base):
    """A named list of links, in order. `items` are `{label, url | page_id, depth}`.

    Readers see the `primary` one on top of every page and the `footer` one below it: at most one
    each on a site.
    """

    __tablename__ = "menu"
    __table_args__ = (UniqueConstraint("account_id", "slug"),)

    slug: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(200))
    primary: Mapped[bool] = mapped_column(default=False)
    footer: Mapped[bool] = mapped_column(default=False, server_default=false())
    items: Mapped[list[Any]] = mapped_column(default=list)

    @property
    def label(self) -> str:
        """Return how the trail names this menu."""
        return self.name


for _place in (Menu.primary, Menu.footer):
    Index(f"ix_menu_{_place.key}", Menu.account_id, unique=True, sqlite_where=_place,
          postgresql_where=_place)  # fmt: skip


class Redirect(Keyed, TenantScoped, Base):
    """An address that used to hold a page. Points to the page, wherever it is now."""

    __tablename__ = "redirect"
    __table_args__ = (
        UniqueConstraint("account_id", "address"),
        ForeignKeyConstraint(["tenant_id", "page_id"], ["page.tenant_id", "page.id"]),
        Index("ix_redirect_page_id", "page_id"),
    )

    address: Mapped[str] = mapped_column(Text)
    page_id: Mapped[uuid.UUID]

    @property
    def label(self) -> str:
        """Return how the trail names this redirect."""
        return self.address


def site_of(account_id: uuid.UUID) -> Site | None:
    """Return the account's site, or None."""
    return db.session.scalar(select(Site).where(Site.account_id == account_id))


def open_site(account: AccountRef, title: str, tagline: str = "", *, by: Actor) -> Site:
    """Give an account its site and record it."""
    site = Site(tenant_id=account.tenant_id, account_id=account.id, title=title, tagline=tagline)
    db.session.add(site)
    record(Event.SITE_CHANGED, site, by=by)
    return site


def change_site(site: Site, account: AccountRef, *, by: Actor, **values: str) -> None:
    """Change the site's title, tagline or language and record it. Raises Denied."""
    authorize(by, Permission.ACCOUNT_EDIT, account)
    changed = {name: value for name, value in values.items() if getattr(site, name) != value}
    for name, value in changed.items():
        setattr(site, name, value)
    if changed:
        record(Event.SITE_CHANGED, site, by=by)
