"""A list of people from a spreadsheet: read strictly, every problem with its line."""

import csv
import io
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from tenants.grants import Reach
from tenants.people import BadEmail, normal_email

MOST_BYTES = 256 * 1024
MOST_LINES = 500
LONGEST = 2000
COLUMNS = ("email", "name", "role", "reach", "until", "because")
NEEDED = ("email", "role")
REACHES: dict[str, Reach] = {"": "account", "account": "account", "subtree": "subtree"}
FORMULA = ("=", "+", "-", "@", "\t", "\uff1d", "\uff0b", "\uff0d", "\uff20")
YEARS = (1970, 2200)


class BadRoster(ValueError):
    """The file as a whole cannot be taken; the message says why and what to do."""


@dataclass(frozen=True)
class Line:
    """One line of the file; `problem` says what is wrong with it, or is empty."""

    number: int
    email: str = ""
    name: str = ""
    role: str = ""
    reach: Reach = "account"
    until: datetime | None = None
    because: str = ""
    problem: str = ""


def decode(data: bytes) -> str:
    """Return the text of a file: UTF-8, or UTF-16 with its mark. Raises BadRoster."""
    if len(data) > MOST_BYTES:
        raise BadRoster(f"The file is larger than {MOST_BYTES // 1024} KB. Split it.")
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        return data.decode("utf-16" if marked else "utf-8-sig")
    except UnicodeDecodeError as problem:
        raise BadRoster(
            "The file is in an encoding that cannot be told. Save it as “CSV UTF-8”."
        ) from problem


def read(text: str, zone: str) -> list[Line]:
    """Return the lines below the heading, in order. Raises BadRoster.

    `until` is a date; the last day counts whole, in `zone`.
    """
    if len(text.encode(errors="replace")) > MOST_BYTES:
        raise BadRoster(f"The list is larger than {MOST_BYTES // 1024} KB. Split it.")
    if "\x00" in text:
        raise BadRoster("The file holds NUL characters; it is no CSV file.")
    rows = _rows(text.lstrip("\ufeff"))
    if not rows:
        raise BadRoster("The file is empty.")
    heads = [head.strip().casefold() for head in rows[0][1]]
    _check_heads(heads)
    if len(rows) == 1:
        raise BadRoster("There is no line below the heading.")
    if len(rows) > MOST_LINES + 1:
        raise BadRoster(f"The file has more than {MOST_LINES} lines. Split it.")
    lines = [_line(number, heads, cells, zone) for number, cells in rows[1:]]
    return _without_doubles(lines)


def _rows(text: str) -> list[tuple[int, list[str]]]:
    first = text.splitlines()[0] if text.strip() else ""
    delimiter = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as problem:
        raise BadRoster(
            f"Line {reader.line_num} is no CSV: {problem}. Check its quotation marks."
        ) from problem


def _check_heads(heads: list[str]) -> None:
    for name in NEEDED:
        if name not in heads:
            raise BadRoster(
                f"The first line must name the columns; “{name}” is missing. "
                f"They are: {', '.join(COLUMNS)}."
            )
    for name in heads:
        if name not in COLUMNS:
            raise BadRoster(f"There is no column “{name[:50]}”. They are: {', '.join(COLUMNS)}.")
        if heads.count(name) > 1:
            raise BadRoster(f"The column “{name}” stands there twice.")


def _line(number: int, heads: list[str], cells: list[str], zone: str) -> Line:
    if len(cells) > len(heads):
        return Line(number, problem="This line has more cells than the heading.")
    found = {head: cell.strip() for head, cell in zip(heads, cells, strict=False)}
    email, role = found.get("email", ""), found.get("role", "")
    shown = Line(number, email[:254], found.get("name", "")[:200], role[:100])
    try:
        return _checked(shown, found, zone)
    except (BadEmail, BadRoster) as problem:
        return Line(number, shown.email, shown.name, shown.role, problem=str(problem))


def _checked(shown: Line, found: dict[str, str], zone: str) -> Line:
    for head, cell in found.items():
        if cell.startswith(FORMULA):
            raise BadRoster(f"The {head} begins with “{cell[0]}”, like a formula. Remove that.")
        if len(cell) > LONGEST or any("\ud800" <= c <= "\udfff" for c in cell):
            raise BadRoster(f"The {head} is too long, or holds half of a character.")
    reach = REACHES.get(found.get("reach", "").casefold())
    if reach is None:
        raise BadRoster("The reach is “account” (this account only) or “subtree” (all below too).")
    return Line(
        shown.number, normal_email(found.get("email", "")), shown.name, shown.role, reach,
        _until(found.get("until", ""), zone), found.get("because", ""),
    )  # fmt: skip


def _until(text: str, zone: str) -> datetime | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as problem:
        raise BadRoster("The end is a date such as 2027-03-31, or empty.") from problem
    if not YEARS[0] <= day.year <= YEARS[1]:
        raise BadRoster(f"The end lies between the years {YEARS[0]} and {YEARS[1]}.")
    return datetime.combine(day, time(23, 59, 59), ZoneInfo(zone)).astimezone(UTC)


def _without_doubles(lines: list[Line]) -> list[Line]:
    first: dict[tuple[str, str], int] = {}
    checked = []
    for line in lines:
        key = (line.email, line.role.casefold())
        if not line.problem and key in first:
            problem = f"Line {first[key]} gives the same role to the same address."
            line = Line(line.number, line.email, line.name, line.role, problem=problem)  # noqa: PLW2901 - the line as it is told
        elif not line.problem:
            first[key] = line.number
        checked.append(line)
    return checked
