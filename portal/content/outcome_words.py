"""How schedules ended, in sentences: one by one, or many at once."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from portal.content.due_rules import delay_words
from portal.content.moments import moment_at
from portal.content.notifications import Kind

NOTICED = timedelta(minutes=1)
"""A delay that is worth a word."""
WORST: tuple[Kind, ...] = ("failed", "held", "skipped", "done")
VERBS = {"publish": "live", "unpublish": "offline"}


def sentence_of(row: Any) -> str:
    """Return how one schedule ended, with the cause where it was not carried out."""
    name = name_of(row)
    if row.state == "done":
        when = moment_at(_whole(row.done_at), row.zone).sentence
        return f"{name} went {VERBS[row.what]} on {when}{_late_words([row])}."
    when = moment_at(row.due_at, row.zone).sentence
    ended = {"held": "is held", "failed": "failed", "skipped": "was skipped"}[row.state]
    return f"{name} was to go {VERBS[row.what]} on {when} and {ended}: {row.cause}"


def summary_of(rows: Sequence[Any]) -> str:
    """Return how many schedules ended in one sentence, and what stopped the first that was."""
    done = [row for row in rows if row.state == "done"]
    parts = [
        f"{_pages(number)} went {VERBS[what]}"
        for what, number in sorted(Counter(row.what for row in done).items())
    ]
    if parts:
        parts = [f"{' and '.join(parts)} {_span(done)}{_late_words(done)}"]
    stopped = Counter(row.state for row in rows if row.state != "done")
    parts += [
        f"{_pages(number) if not parts else number} {_ended(state, number)}"
        for state in WORST if (number := stopped[state])
    ]  # fmt: skip
    first = next((row for row in rows if row.state in {"held", "failed"}), None)
    why = f" {name_of(first)}: {first.cause}" if first is not None else ""
    return "; ".join(parts) + "." + why


def worst_of(rows: Sequence[Any]) -> Kind:
    """Return the state that a notice about all of them is about."""
    states = {row.state for row in rows}
    return next(kind for kind in WORST if kind in states)


def name_of(row: Any) -> str:
    """Return the title of a schedule's page in quotes."""
    return f"“{row.page_title or '(untitled)'}”"


def _pages(number: int) -> str:
    return "1 page" if number == 1 else f"{number:,} pages"


def _ended(state: str, number: int) -> str:
    be = "was" if number == 1 else "were"
    return "failed" if state == "failed" else f"{be} {state}"


def _span(rows: Sequence[Any]) -> str:
    """Return when they were done: a moment, or from when to when, on the first one's clock."""
    zone = rows[0].zone
    first, last = (moment_at(at, zone) for at in _ends(row.done_at for row in rows))
    if first.wall.replace(second=0, microsecond=0) == last.wall.replace(second=0, microsecond=0):
        return f"on {moment_at(_whole(first.at), zone).sentence}"
    same_day = first.wall.date() == last.wall.date()
    until = f"{last.wall:%H:%M}" if same_day else moment_at(_whole(last.at), zone).sentence
    return f"from {moment_at(_whole(first.at), zone).sentence} to {until}"


def _ends(moments: Any) -> tuple[datetime, datetime]:
    found = list(moments)
    return min(found), max(found)


def _whole(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)


def _late_words(rows: Sequence[Any]) -> str:
    latest = max(row.done_at - row.due_at for row in rows)
    if latest < NOTICED:
        return ""
    return f", {'up to ' if len(rows) > 1 else ''}{delay_words(latest)} late"
