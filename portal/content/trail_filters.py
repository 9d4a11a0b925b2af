"""The filter of a trail as one text: `actor:ada@acme.example action:page since:7d "spring plans"`.

Terms of different keys all have to fit; of several with the same key one has to. A value with
spaces stands in double quotes. Words without a key are looked for in what the event tells.
"""

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.content.moments import YEARS
from tenants.clock import now
from tenants.events import all_events

KEYS = {
    "actor": "Who: an e-mail address, or part of a name",
    "action": "What: an action such as page.published, or its noun: page",
    "target": "To what: part of its name, or its id",
    "account": "Where: an account’s handle",
    "outcome": "How it went: done, refused or failed",
    "since": "From when: 2026-03-01, 2026-03-01T14:00 or 7d",
    "until": "Up to and with: a date or time like since",
    "request": "The request that caused it: its id",
}
OUTCOMES = ("done", "refused", "failed")
LONGEST, MOST = 500, 20
_TERM = re.compile(r'(?:([A-Za-z_]+):)?(?:"([^"]*)"|(\S+))')
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_AGO = re.compile(r"(\d{1,4})([hd])")


@dataclass(frozen=True)
class Term:
    """One part of the text: a key (empty for a word), its value, and how it is written."""

    key: str
    value: str
    moment: datetime | None = None

    @property
    def text(self) -> str:
        """Return the term as it stands in the text."""
        return written(self.key, self.value)

    @property
    def is_loose(self) -> bool:
        """Tell whether no index finds it: parts of names and words have to be looked for."""
        if self.key == "actor":
            return not _EMAIL.fullmatch(self.value)
        return self.key == "" or (self.key == "target" and as_id(self.value) is None)


@dataclass(frozen=True)
class TrailQuery:
    """A filter that was read: its terms, and in sentences what is wrong with it."""

    text: str = ""
    terms: tuple[Term, ...] = ()
    problems: tuple[str, ...] = ()

    def of(self, key: str) -> list[Term]:
        """Return the terms of a key."""
        return [term for term in self.terms if term.key == key]

    def without(self, gone: Term) -> str:
        """Return the text with one term taken out."""
        return " ".join(term.text for term in self.terms if term is not gone)


def written(key: str, value: str) -> str:
    """Return a term as it is written: quoted where it must be."""
    value = value.replace('"', "")
    quoted = f'"{value}"' if re.search(r"\s", value) or (not key and ":" in value) else value
    return f"{key}:{quoted}" if key else quoted


def read_query(text: str, zone: str = "UTC") -> TrailQuery:
    """Read a filter; days and times without an offset are those of `zone`. Never raises."""
    text = " ".join(text.replace("\x00", "").split())
    if len(text) > LONGEST:
        return TrailQuery(text, (), (f"A filter has at most {LONGEST} characters.",))
    terms: list[Term] = []
    problems: list[str] = []
    for found in _TERM.finditer(text):
        key, value = (found[1] or "").casefold(), found[2] if found[2] is not None else found[3]
        term = _read(key, (value or "").strip(), zone)
        if isinstance(term, Term):
            terms.append(term)
        elif term:
            problems.append(term)
    if len(terms) > MOST:
        problems.append(f"A filter has at most {MOST} parts.")
    return TrailQuery(text, tuple(terms), tuple(problems))


def _read(key: str, value: str, zone: str) -> Term | str:
    """Return the term, or the sentence that says what is wrong with it."""
    if key and key not in KEYS:
        return f"There is no filter “{key}:”. Known are {_list(f'{each}:' for each in KEYS)}."
    if not value:
        return f"“{key}:” needs a value." if key else ""
    if key in {"since", "until"}:
        return _when(key, value, zone)
    return _refusal(key, value) or Term(key, value)


def _refusal(key: str, value: str) -> str:
    """Return what is wrong with a value out of a list, if anything."""
    if key == "outcome" and value not in OUTCOMES:
        return f"“outcome:{value}”: an outcome is {_list(OUTCOMES, 'or')}."
    if key == "action" and not actions_named(value):
        nouns = _list(sorted({name.partition(".")[0] for name in all_events()}), "or")
        return f"There is no action “{value}”. Write one such as page.published, or {nouns}."
    return ""


def _when(key: str, value: str, zone: str) -> Term | str:
    moment = _moment(value, zone, end=key == "until")
    if moment is not None:
        return Term(key, value, moment)
    return (
        f"“{key}:{value}” is no date the portal can read. "
        "Write it like 2026-03-01, 2026-03-01T14:00, or 7d for seven days ago."
    )


def actions_named(value: str) -> list[str]:
    """Return the catalogue's actions of a name, or of a noun; empty when there is none."""
    noun = value.removesuffix("*").removesuffix(".")
    return [name for name in all_events() if name == value or name.partition(".")[0] == noun]


def as_id(value: str) -> uuid.UUID | None:
    """Return a full id, or None."""
    try:
        return uuid.UUID(value) if len(value) >= 32 else None
    except ValueError:
        return None


def _moment(value: str, zone: str, *, end: bool) -> datetime | None:
    ago = _AGO.fullmatch(value)
    if ago:
        hours = int(ago[1]) * (24 if ago[2] == "d" else 1)
        return now() - timedelta(hours=hours)
    try:
        moment = datetime.fromisoformat(value)
        if not YEARS[0] <= moment.year <= YEARS[1]:
            return None
        if len(value) == len("2026-03-01") and end:
            moment = datetime.combine(moment, time.max)
        aware = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
        return aware.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _list(words: Iterable[str], last: str = "and") -> str:
    *first, end = words
    return f"{', '.join(first)} {last} {end}"
