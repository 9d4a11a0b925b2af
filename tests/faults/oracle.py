"""What became of every item, asked of rows, trail and readers: lost, twice, early, time to heal."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine, select, text

from portal.content.pages import Page
from portal.content.schedules import Schedule
from tenants.audit import AuditEvent
from tests.faults.items import ABSENT, HELD, PUBLISHED, Item
from tests.faults.recorder import Recorder
from tests.infra.run_folder import run_folder

REPORT = "FAULTS_REPORT"


@dataclass
class Verdict:
    """One row of the table. Seconds; `heals`: from the end of the fault, or from the due moment,
    whichever is later, until an item was done; the longest of all."""

    number: int
    kind: str
    promise: str
    items: int = 0
    lost: int = 0
    twice: int = 0
    early: int = 0
    wrong: int = 0
    heals: float = 0.0
    worst: float = 0.0
    note: str = ""
    told: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.number:>3} {self.kind:<9}{self.items:>6}{self.lost:>6}{self.twice:>6}"
            f"{self.early:>6}{self.wrong:>6}{self.heals:>8.1f}{self.worst:>8.1f}  {self.promise}"
        )


HEAD = (
    f"{'no':>3} {'database':<9}{'items':>6}{'lost':>6}{'twice':>6}{'early':>6}{'wrong':>6}"
    f"{'heals':>8}{'worst':>8}  promise"
)


def judge(
    verdict: Verdict, engine: Engine, items: Sequence[Item], over: datetime | None = None,
    recorder: Recorder | None = None,
) -> Verdict:  # fmt: skip
    """Count what went wrong with `items`, and how long after `over` each was done."""
    with engine.connect() as connection:
        schedules = {row.id: row for row in connection.execute(select(Schedule.__table__))}
        pages = {row.id: row for row in connection.execute(select(Page.__table__))}
        events: Counter[tuple[object, str]] = Counter(
            (row.target_id, row.event)
            for row in connection.execute(select(AuditEvent.target_id, AuditEvent.event))
        )
    for item in items:
        row, page = schedules.get(item.schedule_id), pages.get(item.page_id)
        runs = events[item.schedule_id, "schedule.run"]
        shown = events[item.page_id, "page.published"]
        told = max(runs, shown)  # a plain publication is one event, the page's
        verdict.items += 1
        verdict.twice += runs > 1 or shown > 1
        if not _ended_well(item, row, page, told):
            verdict.lost += 1
            _say(verdict, item, f"{_of(row, 'state')} {_of(row, 'cause')}, told {told} x, live "
                 f"{_of(page, 'live_revision_id') == item.revision_id}")  # fmt: skip
        if row is not None and row.done_at is not None:
            since = max(over, row.due_at) if over else row.due_at
            verdict.heals = max(verdict.heals, (row.done_at - since).total_seconds())
            verdict.early += row.done_at < row.due_at
            verdict.worst = max(verdict.worst, (row.done_at - row.due_at).total_seconds())
        if recorder is not None:
            _ask_readers(verdict, item, recorder)
    return verdict


def _of(row: object, name: str) -> object:
    return getattr(row, name, None)


def _say(verdict: Verdict, item: Item, words: str) -> None:
    verdict.told.append(f"{item.path} should be {item.ends}, is {words}")


def _ended_well(item: Item, row: object, page: object, runs: int) -> bool:
    state, live = getattr(row, "state", None), getattr(page, "live_revision_id", None)
    if item.ends == PUBLISHED:
        return state == "done" and runs == 1 and live == item.revision_id
    if item.ends == HELD:
        return state in {"held", "failed"} and live is None
    if item.ends == ABSENT:
        return state in {"done", "cancelled", "skipped"} and live is None
    return state == item.ends


def _ask_readers(verdict: Verdict, item: Item, recorder: Recorder) -> None:
    history = recorder.history.get(item.path)
    if history is None:
        return
    seen = recorder.first(item.path, item.words)
    if item.ends == PUBLISHED:
        if (status := recorder.get(item.path).status) != 200:
            verdict.lost += 1
            _say(verdict, item, f"readers get {status}")
        verdict.early += seen is not None and seen.told_at < item.due_at
        answers = [each.status for each in history]
        verdict.wrong += 200 in answers and any(
            status != 200 for status in answers[answers.index(200) :]
        )
    elif item.ends == HELD:
        verdict.wrong += seen is not None


def legal(engine: Engine) -> list[str]:
    """Rows in a state that no sequence of acts leads to. Empty when all is well."""
    wrong = {
        "done without an instant": "state = 'done' AND done_at IS NULL",
        "done before due": "state = 'done' AND done_at < due_at",
        "held without a cause": "state = 'held' AND cause = ''",
        "an unknown state": "state NOT IN "
        "('pending', 'held', 'failed', 'done', 'skipped', 'cancelled')",
    }
    found = []
    with engine.connect() as connection:
        for words, condition in wrong.items():
            query = f"SELECT count(*) FROM schedule WHERE {condition}"
            if count := connection.execute(text(query)).scalar_one():
                found.append(f"{count} schedules: {words}")
        query = (
            "SELECT count(*) FROM page WHERE type = 'page' AND "
            "(live_revision_id IS NULL) <> (address IS NULL)"
        )
        if count := connection.execute(text(query)).scalar_one():
            found.append(f"{count} pages live without an address, or the other way round")
    return found


def note(verdict: Verdict) -> None:
    """Keep a row for the table at the end of the run."""
    path = Path(os.environ.get(REPORT) or run_folder() / "faults.jsonl")
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as stream:
        stream.write(json.dumps(asdict(verdict)) + "\n")
