"""Purging by rule, as the owner of the tables; the web's own role may not."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from flask import current_app
from sqlalchemy import create_engine, pool, select
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session

from portal.config import Config
from tenants import engines, scope_sql
from tenants.chain import verify
from tenants.db import db
from tenants.engines import reading
from tenants.purging import CannotPurge, Cut, find_cut, purge
from tenants.retention import TrailRetention
from tenants.scope import across_tenants, acting_in, tenant_scope

ROUNDS = 50
log = structlog.get_logger()


@dataclass(frozen=True)
class Purged:
    """What became of one tenant: events gone, up to which position, or why none."""

    count: int = 0
    position: int = 0
    obstacle: str = ""


def purge_by_rule() -> int:
    """Purge every tenant that has a rule; return how many events went. For the periodic job."""
    total = 0
    for tenant_id in tenants_with_rules():
        done = purge_tenant(tenant_id)
        total += done.count
        if done.obstacle:
            log.info("trail not purged", tenant=str(tenant_id), reason=done.obstacle)
        elif done.count:
            log.info(
                "trail purged", tenant=str(tenant_id), events=done.count, position=done.position
            )
    return total


def tenants_with_rules() -> list[uuid.UUID]:
    """Return the tenants whose master keeps its trail for a number of days."""
    query = select(TrailRetention.tenant_id).where(
        TrailRetention.account_id == TrailRetention.tenant_id, TrailRetention.days.is_not(None)
    )
    with reading(), across_tenants("looking for trails to purge"):
        return list(db.session.scalars(query))


def purge_tenant(tenant_id: uuid.UUID, *, dry_run: bool = False) -> Purged:
    """Purge one tenant by its rules, in transactions of some 20,000 events.

    The chain is verified first: what was tampered with is evidence, and stays.
    """
    key = current_app.config["PORTAL"].seal_key
    total, position = 0, 0
    for turn in range(ROUNDS):
        try:
            cut = _round(tenant_id, key, dry_run=dry_run, first=turn == 0)
        except CannotPurge as problem:
            return Purged(total, position, str(problem))
        except ProgrammingError as problem:
            log.error("purging needs the tables' owner", error=str(problem.orig))
            return Purged(total, position, "Set DATABASE_OWNER_URL: only the tables’ owner may.")
        if cut is None:
            break
        total, position = total + cut.count, cut.position
        if dry_run:
            break
    return Purged(total, position)


def _round(tenant_id: uuid.UUID, key: bytes, *, dry_run: bool, first: bool) -> Cut | None:
    with owning(tenant_id) as session:
        cut = find_cut(session, tenant_id, key)
        if cut is None or dry_run:
            session.rollback()
            return cut
        session.rollback()
    if first:
        _refuse_broken(tenant_id, key)
    with owning(tenant_id) as session:
        cut = find_cut(session, tenant_id, key)
        if cut is not None:
            purge(session, tenant_id, cut, key)
        session.commit()
    return cut


def _refuse_broken(tenant_id: uuid.UUID, key: bytes) -> None:
    report = verify(tenant_id, key)
    if report.fault is not None:
        raise CannotPurge(report.sentence)


@contextmanager
def owning(tenant_id: uuid.UUID) -> Iterator[Session]:
    """Yield a session of the tables' owner in the scope of one tenant."""
    config: Config = current_app.config["PORTAL"]
    engine = create_engine(config.migrations_url, poolclass=pool.NullPool)
    engines.configure(engine)
    scope_sql.watch(engine)
    try:
        with acting_in(tenant_scope(tenant_id)), Session(engine) as session:
            yield session
    finally:
        engine.dispose()
