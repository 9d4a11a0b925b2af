"""Erasing accounts whose days of grace are over: each in a transaction, begun again if killed."""

import uuid
from dataclasses import replace

import structlog
from sqlalchemy import select

from portal.content.erasing import erase, inventory
from portal.content.storing import forget_after_commit
from portal.files import files
from tenants.accounts import Account, AccountState
from tenants.certificates import ClosingCertificate
from tenants.clock import now
from tenants.closing import GRACE, certificate_for, certify, shut
from tenants.db import db
from tenants.decisions import SYSTEM
from tenants.engines import reading
from tenants.scope import across_tenants
from tenants.tree import below, fresh, hold

BATCH = 10
log = structlog.get_logger()


def erase_closed() -> int:
    """Erase what was closed for longer than the days of grace; return how many accounts went."""
    return sum(_erase_all(top_id, tenant_id) for top_id, tenant_id in _due())


def _due() -> list[tuple[uuid.UUID, uuid.UUID]]:
    query = (
        select(Account.id, Account.tenant_id)
        .join(AccountState, AccountState.account_id == Account.id)
        .where(
            Account.state == "closing", AccountState.state == "closing",
            AccountState.ended_at.is_(None), AccountState.since <= now() - GRACE,
        )
        .order_by(Account.depth)
        .limit(BATCH)
    )  # fmt: skip
    with reading(), across_tenants("looking for accounts to erase"):
        return [(row.id, row.tenant_id) for row in db.session.execute(query)]


def _erase_all(top_id: uuid.UUID, tenant_id: uuid.UUID) -> int:
    """Erase an account and all below it, the deepest first, so that it is the last to go."""
    count = 0
    while _erase_next(top_id, tenant_id):
        count += 1
    return count


def _erase_next(top_id: uuid.UUID, tenant_id: uuid.UUID) -> bool:
    with across_tenants("a closed account is erased"):
        hold(tenant_id)
        top = fresh(top_id)
        certificate = certificate_for(top) if top else None
        if top is None or certificate is None:
            return False
        query = select(Account.id).where(Account.id.in_(below(top.id)), Account.state != "closed")
        account_id = db.session.scalar(query.order_by(Account.depth.desc(), Account.id).limit(1))
        row = fresh(account_id)
        if row is None:
            return False
        _erase_one(row, top, certificate)
        forget_after_commit(files(), [key for key, _ in files().keys(folder_of(row))])
        db.session.commit()
        log.info("account erased", account=row.handle)
        return True


def _erase_one(row: Account, top: Account, certificate: ClosingCertificate) -> None:
    by = replace(SYSTEM, on_behalf_of=certificate.asked_by_label)
    told = shut(row, certificate, inventory(row.id), by=by)
    erase(row.id, told)
    if row.id == top.id:
        certify(row, certificate, by=by)


def folder_of(row: Account) -> str:
    """Return where all files of an account stand in the store."""
    return f"{row.tenant_id.hex}/{row.id.hex}/"
