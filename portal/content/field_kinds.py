"""Reading what was typed into a field: each kind's own rules, the same from whichever door.

`read` takes a text, or for some kinds what the editor's form makes of several inputs, and also
every value it gave before, so reading a kept value changes nothing.
"""

import re
import uuid
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from portal.content import clean_html
from portal.content.fields import Field, as_id, is_empty, plain
from portal.content.html_policy import SCHEMES, address
from portal.content.media_uses import address_of
from portal.content.moments import YEARS, instants, moment_at
from portal.content.problems import Problem

LONGEST = {"text": 500, "lines": 20_000, "rich": 200_000, "number": 40, "link": 2_000}
ROWS = 100
_NUMBER = re.compile(r"([+-]?)(\d{1,18})(?:\.(\d{1,10}))?", re.ASCII)
ID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_LIBRARY = re.compile(rf"/a/([a-z0-9-]{{1,63}})/media/({ID.pattern})(?:/|$)")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_ZONE = re.compile(r"[A-Za-z0-9_+-]+(?:/[A-Za-z0-9_+-]+)*", re.ASCII)


class Unfit(Problem):
    """What was typed does not fit the field. The message is what it takes, to stand after it."""


def read(field: Field, raw: Any) -> Any:
    """Return the value that `raw` is for this field, None when it says nothing. Raises Unfit."""
    if is_empty(raw):
        return None
    return _READERS[field.kind](field, raw)


def fits(field: Field, value: object) -> bool:
    """Tell whether a value can stand in this field."""
    try:
        read(field, value)
    except Unfit:
        return False
    return True


def as_typed(raw: Any) -> Any:
    """Return what was typed as it can be kept, for what does not fit its field now."""
    if isinstance(raw, str):
        return _UNSTORABLE.sub("\ufffd", raw)
    if isinstance(raw, Mapping):
        return {str(name): as_typed(each) for name, each in raw.items()}
    return [as_typed(each) for each in raw] if isinstance(raw, list | tuple) else raw


def _words(field: Field, raw: Any) -> str:
    text = plain(raw).replace("\r\n", "\n").replace("\r", "\n")
    if _UNSTORABLE.search(text):
        raise Unfit("holds a character that no page can show; remove it.")
    if not field.multiline:
        text = " ".join(text.split())
    longest = LONGEST.get(field.kind, 500)
    if len(text) > longest:
        raise Unfit(f"takes at most {longest:,} characters; these are {len(text):,}.")
    return text


def _rich(field: Field, raw: Any) -> str:
    text = _words(field, raw)
    if "<" not in text:
        parts = [part.strip() for part in text.split("\n\n")]
        text = "".join(f"<p>{part}</p>" for part in parts if part)
    try:
        return clean_html.proven(text).html
    except clean_html.TooDeep as problem:
        raise Unfit(f"cannot be kept like this. {problem}") from problem


def _number(field: Field, raw: Any) -> str:
    found = _NUMBER.fullmatch(_words(field, raw).replace(" ", "").replace("\u202f", ""))
    if found is None:
        raise Unfit("takes a number, written with digits and a point, like 1250.50.")
    sign, whole, rest = found[1], found[2].lstrip("0") or "0", (found[3] or "").rstrip("0")
    number = f"{whole}.{rest}" if rest else whole
    return f"-{number}" if sign == "-" and number != "0" else number


def _date(field: Field, raw: Any) -> str:
    text = raw["wall"] if isinstance(raw, Mapping) and "wall" in raw else raw
    text = _words(field, text)[:10]
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Unfit("takes a day, written like 2026-03-29.") from None
    if not YEARS[0] - 970 <= day.year <= YEARS[1]:
        raise Unfit(f"takes a day between the years {YEARS[0] - 970} and {YEARS[1]}.")
    return day.isoformat()


def _moment(field: Field, raw: Any) -> dict[str, str]:
    """Return wall time, zone and instant.

    Of a wall time that comes twice, the first is meant, or the one at the distance from UTC given.
    """
    given = raw if isinstance(raw, Mapping) else {"wall": plain(raw)}
    zone = _words(field, given.get("zone") or "UTC")
    try:
        wall = datetime.fromisoformat(_words(field, given.get("wall") or ""))
    except ValueError:
        raise Unfit("takes a date with a time, like 2026-03-29T09:00.") from None
    offset, wall = wall.utcoffset(), wall.replace(tzinfo=None, second=0, microsecond=0)
    if not YEARS[0] <= wall.year <= YEARS[1]:
        raise Unfit(f"takes a time between the years {YEARS[0]} and {YEARS[1]}.")
    try:
        found = instants(wall, zone) if _ZONE.fullmatch(zone) else None
    except (KeyError, ValueError, OSError):
        found = None
    if found is None:
        raise Unfit("takes a zone by its name, like Europe/Berlin.")
    if not found:
        raise Unfit(f"cannot be {wall:%H:%M} on that day: clocks in {zone} skip it.")
    if offset is not None:
        found = [each for each in found if each.replace(tzinfo=None) == wall - offset]
        if not found:
            raise Unfit(f"says how far it is from UTC, and clocks in {zone} are not so far from it "
                        "then. Leave that out, or name the zone it is meant in.")  # fmt: skip
    at = moment_at(found[0], zone).at
    return {"wall": wall.isoformat(timespec="minutes"), "zone": zone, "at": at.isoformat()}


def _choice(field: Field, raw: Any) -> str:
    text = _words(field, raw)
    if text not in field.options:
        raise Unfit("takes one of the choices offered; this is none of them any more.")
    return text


def _yesno(field: Field, raw: Any) -> bool:
    said = raw if isinstance(raw, bool) else _words(field, raw).casefold()
    if said in {True, "yes", "y", "true", "on", "1"}:
        return True
    if said in {False, "no", "false", "off", "0"}:
        return False
    raise Unfit("takes yes or no.")


def _link(field: Field, raw: Any) -> str:
    text = _words(field, raw)
    kept = address(text, SCHEMES)
    begins = ("/", "#", *(f"{scheme}:" for scheme in SCHEMES))
    if kept is None or not kept.lower().startswith(begins) or " " in kept:
        raise Unfit("takes a whole address, beginning with https://, or with / on this site.")
    return kept


def _id(field: Field, raw: Any) -> str:
    text = _words(field, raw)
    found = as_id(text.lower())
    inside = ID.findall(text)
    if found is None and not inside:
        raise Unfit("takes content from the list, or the address of its page in the portal.")
    return str(found or inside[-1].lower())


def _file(field: Field, raw: Any) -> str:
    """Return how a text names a file of a library, from that or from an address of its page."""
    found = _LIBRARY.search(_words(field, raw))
    if found is None:
        raise Unfit("takes a file from the list, or the address of its page in the library.")
    return address_of(found[1], uuid.UUID(found[2]))


def _group(field: Field, raw: Any) -> list[dict[str, Any]]:
    if not isinstance(raw, list | tuple):
        raise Unfit("takes entries of a group; what stands here is from before.")
    rows = [row for row in raw if not is_empty(row)]
    if len(rows) > ROWS:
        raise Unfit(f"takes at most {ROWS} entries; these are {len(rows)}.")
    if not all(isinstance(row, Mapping) for row in rows):
        raise Unfit("takes entries of a group; what stands here is from before.")
    return [_row(field, row, number) for number, row in enumerate(rows, 1)]


def _row(field: Field, row: Mapping[str, Any], number: int) -> dict[str, Any]:
    kept = {key: value for key, value in row.items() if not is_empty(value)}
    for part in field.asked:
        try:
            value = read(part, row.get(part.key))
        except Unfit as problem:
            raise Unfit(f"has an entry {number} whose “{part.label}” {problem}") from problem
        kept.pop(part.key, None)
        if value is not None:
            kept[part.key] = value
    return kept


_READERS: dict[str, Callable[[Field, Any], Any]] = {
    "text": _words, "lines": _words, "rich": _rich, "number": _number, "date": _date,
    "moment": _moment, "choice": _choice, "yesno": _yesno, "link": _link, "media": _file,
    "reference": _id, "block": _id, "group": _group,
}  # fmt: skip
