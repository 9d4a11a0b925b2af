"""Looking again whether host names are still proved, and telling admins when one is not."""

import uuid
from datetime import timedelta
from urllib.parse import urlsplit

import structlog
from flask import current_app
from sqlalchemy import ColumnElement, and_, or_, select

from portal import mail
from portal.config import Config
from portal.content.hosting import GRACE, TAKEN, Look, look_up, lose, note_look
from portal.content.site_hosts import SiteHost, proved_later
from portal.resolving import dns
from tenants.accounts import account_by_id, ref
from tenants.clock import now
from tenants.colleagues import who_may
from tenants.db import db
from tenants.engines import reading
from tenants.permissions import Permission
from tenants.scope import across_tenants, acting_in, tenant_scope

DAILY = timedelta(days=1)
SOON = timedelta(hours=1)
"""How often a proved name is asked for whose record is away."""
WAITING = timedelta(minutes=10)
"""How often a claim is asked for that was never proved, for its first days."""
PATIENCE = timedelta(days=3)
BATCH = 20
log = structlog.get_logger()


def check_hosts() -> int:
    """Look at what is due, at most BATCH names, a transaction each; return how many."""
    settle_taken()
    found = _due()
    for row in found:
        look = look_up(
            row.record_name, row.record_value, row.host, portal_host(current_app.config["PORTAL"]),
            dns(),
        )  # fmt: skip
        _keep(row.id, row.tenant_id, look)
    return len(found)


def anything_due() -> bool:
    """Tell whether there is something for `check_hosts`. One statement."""
    taken = and_(SiteHost.verified_at.is_not(None), proved_later())
    query = select(SiteHost.id).where(or_(_is_due(), taken)).limit(1)
    with reading(), across_tenants("looking for names to ask the DNS for"):
        return db.session.scalar(query) is not None


def settle_taken() -> int:
    """Stop serving names for accounts after which another proved them; return how many."""
    query = select(SiteHost.id, SiteHost.tenant_id)
    query = query.where(SiteHost.verified_at.is_not(None), proved_later()).limit(BATCH)
    with reading(), across_tenants("looking for names that another account proved since"):
        found = [(row.id, row.tenant_id) for row in db.session.execute(query)]
    for host_id, tenant_id in found:
        with acting_in(tenant_scope(tenant_id)):
            row = _locked(host_id)
            if row is not None and row.verified_at is not None:
                _tell(row, lose(row, TAKEN, at=now()))
            db.session.commit()
    return len(found)


def names_of_the_portal() -> set[str]:
    """Return the names the portal is reached by: nobody's own."""
    config: Config = current_app.config["PORTAL"]
    named = {name.lstrip(".").partition(":")[0].lower() for name in config.trusted_hosts}
    return (named | {portal_host(config)}) - {""}


def portal_host(config: Config) -> str:
    """Return the name under which people reach the portal itself."""
    return urlsplit(config.base_url).hostname or ""


def _due() -> list[SiteHost]:
    """Return what is to be looked at now, the longest waiting first; detached."""
    query = select(SiteHost).where(_is_due()).order_by(SiteHost.checked_at, SiteHost.id)
    with reading(), across_tenants("looking for names to ask the DNS for"):
        rows = list(db.session.scalars(query.limit(BATCH)))
        db.session.expunge_all()
    return rows


def _is_due() -> ColumnElement[bool]:
    moment = now()
    proved, asked = SiteHost.verified_at.is_not(None), SiteHost.checked_at
    away = and_(proved, SiteHost.missing_since.is_not(None), asked < moment - SOON)
    new = and_(SiteHost.verified_at.is_(None), SiteHost.claimed_at > moment - PATIENCE)
    waiting = and_(new, or_(asked.is_(None), asked < moment - WAITING))
    return or_(and_(proved, asked < moment - DAILY), away, waiting)


def _keep(host_id: uuid.UUID, tenant_id: uuid.UUID, look: Look) -> None:
    with acting_in(tenant_scope(tenant_id)):
        row = _locked(host_id)
        if row is not None and (row.checked_at is None or row.checked_at < look.at):
            _tell(row, note_look(row, look))
        db.session.commit()


def _locked(host_id: uuid.UUID) -> SiteHost | None:
    query = select(SiteHost).where(SiteHost.id == host_id)
    return db.session.scalar(query.with_for_update(skip_locked=True))


def _tell(row: SiteHost, follows: str) -> None:
    """Put a mail about what follows into the outbox, for everybody who can mend it."""
    if not follows:
        return
    log.info("host", host=row.host, follows=follows)
    account = account_by_id(row.account_id)
    if account is None:
        return
    here = ref(account)
    for person in who_may(Permission.ACCOUNT_EDIT, here):
        mail.host_news(person, here, row, follows, GRACE.days)
