"""Plain schedules of one tenant, carried out by the hundred: a few statements for all of them.

Plain is a publication that neither waits for anything nor moves anything else: see `due_plain`.
What is left of it, and everything that a rule stands against, goes to `due_alone`, which comes to
the same end: a test carries out the same schedules both ways and compares every row.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy import case, func, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import aliased

from portal.content.approvals import NotApproved, approved_by, gate_at
from portal.content.due_alone import Due, due_told, reason_of, request_id_of
from portal.content.due_plain import is_plain, plain_address, terms_to_file, without_neighbours
from portal.content.due_rules import (
    verdict_on_delay,
    verdict_on_right,
    verdict_on_text,
)
from portal.content.due_world import World, is_due
from portal.content.freezing import frozen_now
from portal.content.media_problems import media_problems
from portal.content.out_of_sight import WITH_TRASH
from portal.content.pages import Page, Revision
from portal.content.reviews import verdicts_on_each
from portal.content.schedules import Schedule
from portal.content.terms import PageTerm
from tenants.clock import database_now
from tenants.db import db
from tenants.decisions import SYSTEM
from tenants.events import Event
from tenants.scope import acting_in, tenant_scope
from tenants.scope_conditions import of_tenant
from tenants.telling import Telling, record_each

_Live = aliased(Revision)
log = structlog.get_logger()


Approvals = dict[str, list[str | None]]


@dataclass(frozen=True)
class Ready:
    """A claimed schedule that can be carried out, who approved its text, and its new terms."""

    row: Any
    approvals: Approvals
    terms: frozenset[uuid.UUID]


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
            ready = _ready(rows, world, moment)
            if ready:
                _carry_out(ready)
            db.session.commit()
        except OperationalError:
            raise
        except Exception:
            log.exception("schedules failed together; each is tried alone", number=len(rows))
            db.session.rollback()
            ready = []
    done = {each.row.schedule_id for each in ready}
    rest = tuple(Due(row.schedule_id, tenant_id) for row in rows if row.schedule_id not in done)
    return Carried(len(rows), len(ready), rest)


def _claim(moment: datetime, limit: int) -> Sequence[Any]:
    """Lock schedules and their pages; what somebody else has locked is left alone."""
    query = (
        select(
            Schedule.id.label("schedule_id"), Schedule.tenant_id, Schedule.account_id,
            Schedule.page_id, Schedule.what, Schedule.revision_id, Schedule.revision_digest,
            Schedule.due_at, Schedule.approver_id, Schedule.approver_label, Schedule.page_title,
            Schedule.late_policy, Schedule.late_minutes,
            Page.type, Page.title.label("shown_as"), Page.address, Page.live_revision_id,
            Page.parent_id.label("stands_below"), Page.trashed_at,
            Revision.page_id.label("of_page"), Revision.number, Revision.title, Revision.slug,
            Revision.body, Revision.excerpt, Revision.byline, Revision.parent_id, Revision.term_ids,
            Revision.fields, Revision.digest, _Live.number.label("live_number"),
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


def _ready(rows: Sequence[Any], world: World, moment: datetime) -> list[Ready]:
    """Return those that are plain and that no rule stands against."""
    plain = [row for row in rows if is_plain(row) and _may(row, world, moment)]
    frozen = frozen_now({row.account_id for row in plain})
    plain = [row for row in plain if row.account_id not in frozen]
    if not plain:
        return []
    approved = _approved(plain, world)
    plain = without_neighbours([r for r in plain if r.schedule_id in approved], rows, moment)
    terms = terms_to_file(plain)
    return [
        Ready(row, approved[row.schedule_id], frozenset(added))
        for row in plain
        if (added := terms[row.page_id]) is not None
    ]


def _approved(plain: Sequence[Any], world: World) -> dict[uuid.UUID, Approvals]:
    """Return who approved each of those that their workflows let through, as events tell it."""
    gates = {each: gate_at(world.accounts[each]) for each in {row.account_id for row in plain}}
    asked = [row.revision_id for row in plain if gates[row.account_id].required]
    verdicts = verdicts_on_each(asked) if asked else {}
    found: dict[uuid.UUID, Approvals] = {}
    for row in plain:
        try:
            given = gates[row.account_id].approvals(row, verdicts.get(row.revision_id, []))
        except NotApproved:
            continue
        found[row.schedule_id] = approved_by(given)
    return found


def _may(row: Any, world: World, moment: datetime) -> bool:
    verdict = (
        verdict_on_delay(row, moment)
        or verdict_on_right(
            row, world.accounts.get(row.account_id), world.approvers.get(row.approver_id)
        )
        or verdict_on_text(row, row, row.live_number)
    )
    return verdict is None and not media_problems(row)


def _carry_out(ready: list[Ready]) -> None:
    moment = database_now(db.session())
    told_by = record_each([_telling(each, moment) for each in ready])
    ids = [each.row.schedule_id for each in ready]
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
        if done.rowcount != len(ready):
            raise RuntimeError(f"{done.rowcount} rows changed instead of {len(ready)}.")
    db.session.add_all(
        PageTerm(
            tenant_id=each.row.tenant_id, account_id=each.row.account_id,
            page_id=each.row.page_id, term_id=term_id,
        )
        for each in ready
        for term_id in sorted(each.terms)
    )  # fmt: skip


def _telling(ready: Ready, moment: datetime) -> Telling:
    row, address = ready.row, plain_address(ready.row)
    return Telling(
        Event.PAGE_PUBLISHED, "page", row.page_id, row.shown_as, row.account_id,
        replace(SYSTEM, on_behalf_of=row.approver_label), request_id_of(row.schedule_id),
        reason_of(row),
        {
            "live revision": [row.live_number, row.number], "address": [row.address, address],
            **ready.approvals, **due_told(row, moment),
        },
        {"revision": row.number, "address": address},
    )  # fmt: skip
