"""What the queue is narrowed to and sorted by, and how that stands in an address."""

import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, get_args
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_

from portal.content.moments import is_zone
from portal.content.planned import Sight
from portal.content.schedules import STATES, STUCK, Schedule, State, What

GROUPS: dict[str, tuple[State, ...]] = {
    "stuck": STUCK, "standing": tuple(state for state in STATES if state != "cancelled"),
}  # fmt: skip
SHOWN_STATES = (*STATES, *GROUPS, "all")
FORWARD = {"pending", "held", "failed", "stuck"}
SORTS = ("", "soonest", "latest")


@dataclass(frozen=True)
class QueueFilters:
    """What is listed. `since` and `until` are days of `zone`, both included, as typed."""

    state: str = "pending"
    what: str = ""
    person: uuid.UUID | None = None
    search: str = ""
    since: date | None = None
    until: date | None = None
    sort: str = ""
    zone: str = ""
    here: str = "UTC"

    @property
    def forward(self) -> bool:
        """Tell whether the soonest comes first: of what is open, unless it is asked otherwise."""
        return self.sort == "soonest" if self.sort else self.state in FORWARD

    @property
    def clock(self) -> str:
        """Return the zone whose days are meant: the one asked for, else the account's."""
        return self.zone or self.here

    @property
    def asked(self) -> dict[str, str]:
        """Return the parameters of an address that asks for this, the empty ones left out."""
        found = {
            "state": self.state if self.state != "pending" else "", "what": self.what,
            "person": str(self.person or ""), "q": self.search,
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "", "sort": self.sort,
            "zone": self.zone,
        }  # fmt: skip
        return {name: value for name, value in found.items() if value}

    @property
    def query(self) -> str:
        """Return the same as the query of an address."""
        return urlencode(self.asked)

    def but(self, **values: Any) -> dict[str, str]:
        """Return the parameters with some of them changed."""
        return replace(self, **values).asked

    def conditions(self, sight: Sight) -> list[ColumnElement[bool]]:
        """Return what a schedule must be. Words find only what the viewer may read."""
        found: list[ColumnElement[bool]] = []
        if self.state != "all":
            found.append(Schedule.state.in_(GROUPS.get(self.state, (self.state,))))
        if self.what:
            found.append(Schedule.what == self.what)
        if self.person:
            found.append(Schedule.approver_id == self.person)
        if self.search:
            said = Schedule.page_title.icontains(self.search, autoescape=True)
            found.append(and_(sight.shown, said))
        if self.since:
            found.append(Schedule.due_at >= day_start(self.since, self.clock))
        if self.until:
            found.append(Schedule.due_at < day_start(self.until + timedelta(days=1), self.clock))
        return found


def read_queue_filters(asked: Any, zone: str, me: uuid.UUID | None) -> QueueFilters:
    """Return what an address or a form asks for; what means nothing is left out.

    `asked` maps names to values; `zone` is the account's; `me` is who “me” is.
    """
    names = ("state", "what", "person", "q", "since", "until", "sort", "zone")
    text = {n: str(asked.get(n, "")).replace("\x00", "").strip()[:200] for n in names}
    return QueueFilters(
        state=text["state"] if text["state"] in SHOWN_STATES else "pending",
        what=text["what"] if text["what"] in get_args(What) else "",
        person=me if text["person"] == "me" else _uuid(text["person"]),
        search=text["q"],
        since=_day(text["since"]),
        until=_day(text["until"]),
        sort=text["sort"] if text["sort"] in SORTS else "",
        zone=text["zone"] if is_zone(text["zone"]) else "",
        here=zone,
    )


def day_start(day: date, zone: str) -> datetime:
    """Return the first instant of a day in a zone, even where clocks skip midnight."""
    return datetime.combine(day, time(), ZoneInfo(zone))


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1970 <= day.year <= 2200 else None


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None
