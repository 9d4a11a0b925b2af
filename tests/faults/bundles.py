"""Releases of a scenario: made as people make them, and judged as a whole."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select

from portal.content.moments import moment_at
from portal.content.pages import Page
from portal.content.releases import Release
from portal.content.releasing import gather, make_release, schedule_release
from tenants.audit import AuditEvent
from tenants.db import db
from tests.faults import items
from tests.faults.items import PUBLISHED, Item, Wanted
from tests.faults.stage import Stage
from tests.fixtures.cast import as_actor

HEARD_SECONDS = 10.0
"""Far beyond the second in which a web process hears of a change: this asks whether, not when."""


@dataclass(frozen=True)
class Bundle:
    """A release of Acme: what goes live and offline with it, and when it is due."""

    release_id: uuid.UUID
    items: tuple[Item, ...]
    due_at: datetime

    @property
    def coming(self) -> list[Item]:
        return [item for item in self.items if item.ends == PUBLISHED]


def bundle(stage: Stage, *, coming: int = 8, going: int = 2, due_in: float = 3.0,
           **options: Any) -> Bundle:  # fmt: skip
    """Schedule a release by Pia; its pages are watched by readers, up to 20 of each sort."""
    cast = stage.cast
    due = datetime.now(UTC) + timedelta(seconds=due_in)
    wanted = Wanted(cast.acme, cast.publisher, due, coming)
    with stage.engine.begin() as connection:
        live = items.write_for_release(connection, wanted, uuid.uuid4())
        wanted = replace(wanted, what="unpublish", count=going)
        gone = items.write_for_release(connection, wanted, uuid.uuid4()) if going else []
    if stage.url:
        stage.recorder.watch(items.paths([*live[:20], *gone[:20]]))
    with stage.app():
        by = as_actor(cast.publisher)
    with stage.inside(cast.acme.tenant_id):
        release = make_release(cast.acme, "Spring", by=by)
        gather(release, _pages(live), cast.acme, by=by)
        gather(release, _pages(gone), cast.acme, by=by, what="unpublish")
        schedule_release(release, moment_at(due, "UTC"), cast.acme, by=by, **options)
        return Bundle(release.id, (*live, *gone), due)


def _pages(made: Sequence[Item]) -> list[Page]:
    query = select(Page).where(Page.id.in_([item.page_id for item in made]))
    return list(db.session.scalars(query))


def state_of(stage: Stage, one: Bundle) -> str:
    query = "SELECT id, state FROM release"
    states = {str(row[0]).replace("-", ""): row[1] for row in stage.rows(query)}
    return str(states.get(one.release_id.hex, ""))


def wait_for(stage: Stage, bundles: Sequence[Bundle], *states: str) -> None:
    """Wait until each has come to one of the states."""
    stage.wait(lambda: {state_of(stage, one) for one in bundles} <= set(states),
               f"the releases are {' or '.join(states)}")  # fmt: skip


def changed(stage: Stage, one: Bundle) -> int:
    """How many of its pages stand as they are to stand after it."""
    with stage.engine.connect() as connection:
        live = dict(connection.execute(select(Page.id, Page.live_revision_id)).all())
    return sum(_stands(item, live.get(item.page_id)) for item in one.items)


def _stands(item: Item, live: uuid.UUID | None) -> bool:
    return live == (item.revision_id if item.ends == PUBLISHED else None)


def check(stage: Stage, bundles: Sequence[Bundle]) -> None:
    """Judge releases that should be done: all of each, once, not early, and readers see it."""
    verdict = stage.verdict
    with stage.engine.connect() as connection:
        rows = {row.id: row for row in connection.execute(select(Release.__table__))}
        query = select(AuditEvent.target_id, AuditEvent.event)
        told = Counter((row.target_id, row.event) for row in connection.execute(query))
    for one in bundles:
        row = rows[one.release_id]
        assert row.state == "done", f"{row.state}: {row.cause}\n{stage.logs()}"
        verdict.items += len(one.items)
        verdict.lost += len(one.items) - changed(stage, one)
        verdict.early += row.done_at < one.due_at
        verdict.twice += told[one.release_id, "release.run"] != 1
        verdict.twice += sum(told[item.page_id, _event(item)] > 1 for item in one.items)
        verdict.worst = max(verdict.worst, (row.done_at - one.due_at).total_seconds())
        since = max(filter(None, [stage.over, one.due_at]))
        verdict.heals = max(verdict.heals, (row.done_at - since).total_seconds())
        _ask_readers(stage, one)
    found = [verdict.lost, verdict.twice, verdict.early, verdict.wrong]
    assert not any(found), f"{verdict}\n{stage.logs()}"


def _event(item: Item) -> str:
    return "page.published" if item.ends == PUBLISHED else "page.unpublished"


def _ask_readers(stage: Stage, one: Bundle) -> None:
    for item in one.items[:20] if stage.url else ():
        seen = stage.recorder.first(item.path, item.words)
        if item.ends == PUBLISHED:
            stage.verdict.early += seen is not None and seen.told_at < one.due_at
        _seen_in_the_end(stage, item)


def _seen_in_the_end(stage: Stage, item: Item) -> None:
    """Wait until readers get what the release made of a page: a kept one is heard to be gone."""
    there = item.ends == PUBLISHED
    stage.wait(lambda: (stage.recorder.get(item.path).status == 200) == there,
               f"readers see that {item.path} is {item.ends}", HEARD_SECONDS)  # fmt: skip
