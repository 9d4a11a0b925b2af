"""Verifies an exported trail offline: python3 verify_trail.py FILE [--expect POSITION:LINK]

Needs nothing but Python 3.11. Exit codes: 0 whole, 1 tampered with (the first bad row is named),
2 not an exported trail. What it proves: every row from the first to the last is there, in its
place, as it was when this chain was made. What it cannot: that the chain is the one the portal
made, since anybody can make a new one. For that give --expect a position and link that you noted
earlier, from an older export or the portal's log; the same chain must lead through it.

A trail whose beginning was purged by rule says so in its first line, and is verified from there
on. That the purge was the portal's own only the portal can tell (`flask audit verify`), which has
the key of its signature; compare the named position and link with those you noted.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

FORMAT, PURGED_FORMAT = "portal-trail-1", "portal-trail-2"
GENESIS = "0" * 64


class Tampered(Exception):
    """The first bad row, in a sentence."""


def digest_of(event: dict[str, Any]) -> str:
    text = json.dumps(event, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def link_of(tenant: str, row: dict[str, Any], previous: str) -> str:
    text = f"{tenant}:{row['position']}:{row['id']}:{row['digest']}:{previous}"
    return hashlib.sha256(text.encode()).hexdigest()


def check_place(row: dict[str, Any], place: int, later: set[int]) -> None:
    """Raise unless the row stands where its position says; `later` are the positions from here."""
    if row["position"] == place:
        return
    if row["position"] < place:
        raise Tampered(f"position {row['position']}: the row was inserted a second time")
    word = "reordered: it stands further down" if place in later else "removed"
    raise Tampered(f"position {place}: the row was {word}")


def check_row(row: dict[str, Any], tenant: str, previous: str) -> None:
    """Raise unless the row's event has its digest, and its link follows from the one before."""
    event, place = row["event"], row["position"]
    if event is not None:
        same = (event["id"], event["tenant_id"]) == (row["id"], tenant)
        if not same or digest_of(event) != row["digest"]:
            raise Tampered(f"position {place}: the event {row['id']} was altered")
    if link_of(tenant, row, previous) != row["link"]:
        raise Tampered(
            f"position {place}: the row {row['id']} does not follow from the one before it; "
            "it was altered, inserted or reordered"
        )


def beginning(head: dict[str, Any]) -> tuple[int, str]:
    """Return the position and link that the rows follow from. Raises KeyError, ValueError."""
    if head["format"] == FORMAT:
        return 0, GENESIS
    if head["format"] != PURGED_FORMAT:
        raise KeyError("format")
    start, link = head["purged"]["position"], head["purged"]["link"]
    if not isinstance(start, int) or start < 1 or not isinstance(link, str):
        raise ValueError("purged")
    return start, link


def verify(lines: list[dict[str, Any]], expected: dict[int, str]) -> tuple[int, int, int]:
    """Return how many rows hold, how many are withheld, how many were purged. Raises Tampered."""
    head, *rows, end = lines
    start, link = beginning(head)
    if "end" not in end:
        raise KeyError("format")
    check_expected(expected, start, link)
    withheld = 0
    positions = [row["position"] for row in rows]
    for number, row in enumerate(rows, start=1):
        place = start + number
        check_place(row, place, set(positions[number:]) if row["position"] != place else set())
        check_row(row, head["tenant"], link)
        link = row["link"]
        withheld += row["event"] is None
        check_expected(expected, place, link)
    last = start + len(rows)
    if end["end"] != last or (last and end["link"] != link):
        raise Tampered(f"position {last + 1}: the rows from here on were removed")
    if any(place > last for place in expected):
        raise Tampered(f"position {last + 1}: removed from here on; you expect more rows")
    if expected:
        raise ValueError(f"what you expect was purged: the rows begin at position {start + 1}")
    return len(rows), withheld, start


def check_expected(expected: dict[int, str], place: int, link: str) -> None:
    """Raise when another link is expected at a place; strike off what is as expected."""
    if expected.pop(place, link) != link:
        raise Tampered(f"position {place}: another chain than the one you expect, up to here")


def main() -> int:
    parser = argparse.ArgumentParser(description="Verify an exported trail offline.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--expect", metavar="POSITION:LINK", default="")
    asked = parser.parse_args()
    try:
        expected = {int(p): link for p, _, link in [asked.expect.partition(":")] if p}
        lines = [json.loads(line) for line in asked.file.read_text("utf-8").split("\n") if line]
        count, withheld, purged = verify(lines, expected)
    except Tampered as tampered:
        sys.stdout.write(f"tampered with: {tampered}\n")
        return 1
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        sys.stdout.write(f"not an exported trail ({type(problem).__name__}: {problem})\n")
        return 2
    sys.stdout.write(f"whole: {count} rows, {withheld} of them withheld and known by digest only\n")
    if purged:
        sys.stdout.write(
            f"the first {purged} events were purged by rule, the last of them on "
            f"{lines[0]['purged'].get('at')}; rows begin at position {purged + 1}\n"
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
