"""What kinds of policies there are: how values are read, said, and which of two is tighter.

Each kind can only tighten on the way down the tree: `join` gives what holds below two values,
`looser` tells whether one would loosen another.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo, available_timezones

WINDOW_NAME = 100
MOST_WINDOWS = 50


class BadPolicy(ValueError):
    """The text is no value of this policy; the message says what is wrong."""


class Kind(Protocol):
    """What all kinds can do. Values are plain JSON."""

    def read(self, text: str) -> Any:
        """Return the value that a text stands for. Raises BadPolicy."""

    def write(self, value: Any) -> str:
        """Return the text that `read` takes."""

    def words(self, value: Any) -> str:
        """Return the value as people read it."""

    def join(self, above: Any, value: Any) -> Any:
        """Return what holds where both are set: never looser than either."""

    def looser(self, value: Any, above: Any) -> bool:
        """Tell whether `value` would allow what `above` forbids."""


@dataclass(frozen=True)
class SwitchedOn:
    """Off until somebody switches it on; then on for all below."""

    def read(self, text: str) -> Any:
        if text.strip().casefold() not in {"on", "yes", "true"}:
            raise BadPolicy("This can only be switched on. To leave it open, clear it.")
        return True

    def write(self, value: Any) -> str:
        return "on" if value else ""

    def words(self, value: Any) -> str:
        return "on" if value else "off"

    def join(self, above: Any, value: Any) -> Any:
        return above or value

    def looser(self, value: Any, above: Any) -> bool:
        return bool(above and not value)


@dataclass(frozen=True)
class Bound:
    """A whole number that only grows (`tighter` is max) or only shrinks (min) on the way down."""

    lowest: int
    highest: int
    unit: str
    one: str
    tighter: Callable[[int, int], int]

    def read(self, text: str) -> Any:
        plain = text.strip()
        if not re.fullmatch(r"[0-9]{1,9}", plain, re.ASCII):
            raise BadPolicy(f"Give a whole number of {self.unit}.")
        number = int(plain)
        if not self.lowest <= number <= self.highest:
            raise BadPolicy(f"Give a number of {self.unit} from {self.lowest} to {self.highest:,}.")
        return number

    def write(self, value: Any) -> str:
        return "" if value is None else str(value)

    def words(self, value: Any) -> str:
        if not value:
            return "no rule"
        side = "at least" if self.tighter is max else "at most"
        return f"{side} {value:,} {self.one if value == 1 else self.unit}"

    def join(self, above: Any, value: Any) -> Any:
        return value if above is None else above if value is None else self.tighter(above, value)

    def looser(self, value: Any, above: Any) -> bool:
        return bool(self.join(above, value) != value)


@dataclass(frozen=True)
class Among:
    """A set of allowed things that only narrows on the way down."""

    options: tuple[str, ...]

    def read(self, text: str) -> Any:
        asked = {part.strip().casefold() for part in re.split(r"[,\s]+", text) if part.strip()}
        unknown = sorted(asked - set(self.options))
        if unknown:
            raise BadPolicy(f"There is no {', '.join(unknown)}. Known: {', '.join(self.options)}.")
        return self._sorted(asked)

    def write(self, value: Any) -> str:
        return "\n".join(value)

    def words(self, value: Any) -> str:
        if set(value) == set(self.options):
            return "all"
        return ", ".join(value) or "none"

    def join(self, above: Any, value: Any) -> Any:
        return self._sorted(set(above) & set(value))

    def looser(self, value: Any, above: Any) -> bool:
        return not set(value) <= set(above)

    def _sorted(self, names: set[str]) -> list[str]:
        return [name for name in self.options if name in names]


@dataclass(frozen=True)
class Windows:
    """Spans of time, each with a name; below an account there can only be more of them.

    A value is a list of `{name, start, end, zone}`; start and end are wall times in the zone,
    the end not included.
    """

    form: str = field(default="name | 2026-12-20 00:00 | 2027-01-02 08:00 | Europe/Berlin")

    def read(self, text: str) -> Any:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) > MOST_WINDOWS:
            raise BadPolicy(f"There can be {MOST_WINDOWS} spans of time at one account.")
        return [self._read_line(line) for line in lines]

    def _read_line(self, line: str) -> dict[str, str]:
        parts = [part.strip() for part in line.split("|")]
        if len(parts) != 4 or not parts[0]:
            raise BadPolicy(f"“{line.strip()[:100]}” does not look like: {self.form}")
        name, start, end, zone = parts
        if len(name) > WINDOW_NAME:
            raise BadPolicy(f"A name has at most {WINDOW_NAME} characters.")
        if zone not in available_timezones():
            raise BadPolicy(f"There is no time zone {zone[:100]}; write it like Europe/Berlin.")
        window = {"name": name, "start": _wall(start), "end": _wall(end), "zone": zone}
        if not span(window)[0] < span(window)[1]:
            raise BadPolicy(f"“{name}” ends before it begins.")
        return window

    def write(self, value: Any) -> str:
        return "\n".join(
            " | ".join((w["name"], w["start"].replace("T", " "), w["end"].replace("T", " "),
                        w["zone"]))
            for w in value
        )  # fmt: skip

    def words(self, value: Any) -> str:
        told = (f"{w['name']} ({w['start'].replace('T', ' ')} to {w['end'].replace('T', ' ')}, "
                f"{w['zone']})" for w in value)  # fmt: skip
        return "; ".join(told) or "none"

    def join(self, above: Any, value: Any) -> Any:
        return [*above, *(window for window in value if window not in above)]

    def looser(self, value: Any, above: Any) -> bool:  # noqa: ARG002 - more is all there can be
        return False


def span(window: dict[str, str]) -> tuple[datetime, datetime]:
    """Return a window's beginning and end, UTC. Where the clock shows a time twice, the first."""
    zone = ZoneInfo(window["zone"])
    start, end = (
        datetime.fromisoformat(window[side]).replace(tzinfo=zone).astimezone(UTC)
        for side in ("start", "end")
    )
    return start, end


def _wall(text: str) -> str:
    plain = text.strip().replace(" ", "T")
    if not re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d)?", plain, re.ASCII):
        raise BadPolicy(f"“{text[:50]}” is no time; write it like 2026-12-20 08:00.")
    try:
        moment = datetime.fromisoformat(plain)
    except ValueError as problem:
        raise BadPolicy(f"There is no {text[:50]} in the calendar.") from problem
    if not 1970 <= moment.year <= 2200:
        raise BadPolicy("Choose a year from 1970 to 2200.")
    return moment.isoformat(timespec="minutes")
