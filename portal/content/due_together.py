"""Plain schedules of one tenant, carried out by the hundred: a few statements for all of them.

Plain is a publication that neither waits for anything nor moves anything else: see `_is_plain`.
What is left of it, and everything that a rule stands against, goes to `due_alone`, which comes to
the same end: a test carries out the same schedules both ways and compares every row.
"""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import case, func, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import aliased

from portal.content.addresses import RESERVED
from portal.content.content_types import BUILT_IN
from portal.content.due_alone import Due, reason_of, request_id_of
from portal.content.due_rules import (
    verdict_on_delay,
    verdict_on_right,
    verdict_on_text,
)
from portal.content.due_world import World, is_due
from portal.content.media import MediaUse
from portal.content.media_problems import media_problems
from portal.content.media_uses import named_in
from portal.content.out_of_sight import WITH_TRASH
from portal.content.page_uses import PageUse
from portal.content.pages import Page, Revision
from portal.content.schedules import Schedule
from portal.content.sites import Redirect
from portal.content.terms import PageTerm
from portal.content.workflows import workflow_at
from tenants.clock import database_now
from tenants.db import db
from tenants.decisions import SYSTEM
from tenants.events import Event
from tenants.scope import acting_in, tenant_scope
from tenants.scope_hooks import of_tenant
from tenants.telling import Telling, record_each

_Live = aliased(Revision)
log = structlog.get_logger()


@dataclass(frozen=True)
class Carried:
    """How many were `claimed`, how many of them are done, and the `rest`, unlocked again."""

    claimed: int = 0
    number: int = 0
    rest: tuple[Due, ...] = ()


def carry_out_plain(tenant_id: uuid.UUID, world: World, limit: int) -> Carried:
    """Carry out the tenant's plain schedules among the `limit` that are longest due.

    After a fault none is done and all are `rest`. Raises OperationalError.
    """
    with acting_in(tenant_scope(tenant_id)):
        moment = database_now(db.session())
        rows = _claim(moment, limit)
        try:
            plain = _without_neighbours(_plain_alone(rows, world, moment), rows, moment)
            if plain:
                _carry_out(plain)
            db.session.commit()
        except OperationalError:
            raise
        except Exception:
            log.exception("schedules failed together; each is tried alone", number=len(rows))
            db.session.rollback()
            plain = []
    done = {row.schedule_id for row in plain}
    rest = tuple(Due(row.schedule_id, tenant_id) for row in rows if row.schedule_id not in done)
    return Carried(len(rows), len(plain), rest)


def _claim(moment: datetime, limit: int) -> Sequence[Any]:
    """Lock schedules and their pages; what somebody else has locked is left alone."""
    query = (
        select(
            Schedule.id.label("schedule_id"), Schedule.page_id, Schedule.account_id, Schedule.what,
            Schedule.revision_id, Schedule.revision_digest, Schedule.due_at, Schedule.approver_id,
            Schedule.approver_label, Schedule.page_title, Schedule.late_policy,
            Schedule.late_minutes, Page.type, Page.title.label("shown_as"), Page.address,
            Page.parent_id.label("stands_below"), Page.live_revision_id, Page.trashed_at,
            Revision.page_id.label("of_page"), Revision.number, Revision.title, Revision.slug,
            Revision.body, Revision.excerpt, Revision.byline, Revision.parent_id, Revision.term_ids,
            Revision.fields, _Live.number.label("live_number"),
        )
        .join(Page, Page.id == Schedule.page_id)
        .outerjoin(Revision, Revision.id == Schedule.revision_id)
        .outerjoin(_Live, _Live.id == Page.live_revision_id)
        .where(*is_due(moment))
        .order_by(Schedule.due_at, Schedule.id)
        .limit(limit)
        .with_for_update(of=(Schedule, Page), skip_locked=True)
        .execution_options(**WITH_TRASH)
    )  # fmt: skip
    return db.session.execute(query).all()


def _plain_alone(rows: Sequence[Any], world: World, moment: datetime) -> list[Any]:
    """Return those that are plain as far as their own rows tell."""
    free = {
        account_id: not workflow_at(account).required
        for account_id in {row.account_id for row in rows}
        if (account := world.accounts.get(account_id)) is not None
    }
    return [
        row
        for row in rows
        if free.get(row.account_id) and _is_plain(row) and _may(row, world, moment)
    ]


def _is_plain(row: Any) -> bool:
    """Tell whether nothing but the page itself is touched, and nothing has to be looked up."""
    if row.what != "publish" or row.of_page != row.page_id or row.trashed_at is not None:
        return False
    definition = BUILT_IN.get(row.type)
    if definition is None or definition.fields or definition.stands == "nowhere":
        return False
    if row.parent_id is not None or row.stands_below is not None or row.term_ids:
        return False
    if not (row.title or row.body) or row.revision_id == row.live_revision_id:
        return False
    if row.type != "post" and row.slug in RESERVED:
        return False
    return row.address in {None, _address(row)} and not named_in(row.body, row.fields)


def _address(row: Any) -> str:
    return f"/posts/{row.slug}/" if row.type == "post" else f"/{row.slug}/"


def _may(row: Any, world: World, moment: datetime) -> bool:
    verdict = (
        verdict_on_delay(row, moment)
        or verdict_on_right(
            row, world.accounts.get(row.account_id), world.approvers.get(row.approver_id)
        )
        or verdict_on_text(row, row, row.live_number)
    )
    return verdict is None and not media_problems(row)


def _without_neighbours(plain: list[Any], rows: Sequence[Any], moment: datetime) -> list[Any]:
    """Leave out pages that others depend on, and addresses that are not free. Five statements."""
    if not plain:
        return []
    ids = [row.page_id for row in plain]
    pages = Counter(row.page_id for row in rows)
    addresses = Counter((row.account_id, _address(row)) for row in plain)
    claimed = [row.schedule_id for row in rows]
    tied: set[uuid.UUID] = set()
    for query in (
        select(Schedule.page_id).where(
            Schedule.page_id.in_(ids), *is_due(moment), Schedule.id.not_in(claimed)
        ),
        select(MediaUse.page_id).where(MediaUse.page_id.in_(ids), MediaUse.place == "live"),
        select(PageUse.page_id).where(PageUse.page_id.in_(ids), PageUse.side == "live"),
        select(PageTerm.page_id).where(PageTerm.page_id.in_(ids)),
        select(Page.parent_id).where(Page.parent_id.in_(ids), Page.address.is_not(None)),
    ):
        tied.update(db.session.scalars(query))
    taken = _taken([row for row in plain if row.address is None])
    return [
        row
        for row in plain
        if row.page_id not in tied
        and pages[row.page_id] == 1
        and addresses[row.account_id, _address(row)] == 1
        and (row.account_id, _address(row)) not in taken
    ]


def _taken(new: list[Any]) -> set[tuple[uuid.UUID, str]]:
    """Return the addresses that another page stands at, or that lead to one. Two statements."""
    if not new:
        return set()
    accounts = {row.account_id for row in new}
    addresses = {_address(row) for row in new}
    found: set[tuple[uuid.UUID, str]] = set()
    for kind in (Page, Redirect):
        query = select(kind.account_id, kind.address).where(
            kind.account_id.in_(accounts), kind.address.in_(addresses)
        )
        rows = db.session.execute(query.execution_options(**WITH_TRASH))
        found.update((account_id, address) for account_id, address in rows if address)
    return found


def _carry_out(plain: list[Any]) -> None:
    moment = database_now(db.session())
    told_by = record_each([telling for row in plain for telling in _tellings(row, moment)])
    ids = [row.schedule_id for row in plain]
    stands = case((Page.type == "post", "/posts/"), else_="/") + Revision.slug + "/"
    for statement in (
        update(Page)
        .where(
            Schedule.id.in_(ids), Page.id == Schedule.page_id, of_tenant(Schedule),
            Revision.id == Schedule.revision_id, of_tenant(Revision),
        )
        .values(
            live_revision_id=Schedule.revision_id, unpublished_at=None,
            published_at=func.coalesce(Page.published_at, moment),
            address=func.coalesce(Page.address, stands),
        ),
        update(Schedule).where(Schedule.id.in_(ids)).values(
            state="done", done_at=moment, cause=""
        ),
    ):  # fmt: skip
        options = {"told_by": told_by, "synchronize_session": False}
        done: Any = db.session.execute(statement.execution_options(**options))
        if done.rowcount != len(plain):
            raise RuntimeError(f"{done.rowcount} rows changed instead of {len(plain)}.")


def _tellings(row: Any, moment: datetime) -> tuple[Telling, Telling]:
    by = replace(SYSTEM, on_behalf_of=row.approver_label)
    address = _address(row)
    request_id = request_id_of(row.schedule_id)
    published = Telling(
        Event.PAGE_PUBLISHED, "page", row.page_id, row.shown_as, row.account_id, by, request_id,
        reason_of(row),
        {"live revision": [row.live_number, row.number], "address": [row.address, address]},
        {"revision": row.number, "address": address},
    )  # fmt: skip
    run = Telling(
        Event.SCHEDULE_RUN, "schedule", row.schedule_id, row.page_title, row.account_id, by,
        request_id, "", {"state": ["pending", "done"]},
        {
            "what": row.what, "due": row.due_at.isoformat(),
            "delay_ms": round((moment - row.due_at).total_seconds() * 1000),
        },
    )  # fmt: skip
    return published, run
