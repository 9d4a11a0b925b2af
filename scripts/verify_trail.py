"""Verifies an exported trail offline: python3 verify_trail.py FILE [--expect POSITION:LINK]

Needs nothing but Python 3.11. Exit codes: 0 whole, 1 tampered with (the first bad row is named),
2 not an exported trail. What it proves: every row from the first to the last is there, in its
place, as it was when this chain was made. What it cannot: that the chain is the one the portal
made, since anybody can make a new one. For that give --expect a position and link that you noted
earlier, from an older export or the portal's log; the same chain must lead through it.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

FORMAT = "portal-trail-1"
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


def verify(lines: list[dict[str, Any]], expected: dict[int, str]) -> tuple[int, int]:
    """Return how many rows hold and how many of them are withheld. Raises Tampered."""
    head, *rows, end = lines
    if head["format"] != FORMAT or "end" not in end:
        raise KeyError("format")
    link, withheld = GENESIS, 0
    positions = [row["position"] for row in rows]
    for place, row in enumerate(rows, start=1):
        check_place(row, place, set(positions[place:]) if row["position"] != place else set())
        check_row(row, head["tenant"], link)
        link = row["link"]
        withheld += row["event"] is None
        if expected.pop(place, link) != link:
            raise Tampered(f"position {place}: another chain than the one you expect, up to here")
    if end["end"] != len(rows) or (rows and end["link"] != link):
        raise Tampered(f"position {len(rows) + 1}: the rows from here on were removed")
    if expected:
        raise Tampered(f"position {len(rows) + 1}: removed from here on; you expect more rows")
    return len(rows), withheld


def main() -> int:
    parser = argparse.ArgumentParser(description="Verify an exported trail offline.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--expect", metavar="POSITION:LINK", default="")
    asked = parser.parse_args()
    try:
        expected = {int(p): link for p, _, link in [asked.expect.partition(":")] if p}
        lines = [json.loads(line) for line in asked.file.read_text("utf-8").split("\n") if line]
        count, withheld = verify(lines, expected)
    except Tampered as tampered:
        sys.stdout.write(f"tampered with: {tampered}\n")
        return 1
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        sys.stdout.write(f"not an exported trail ({type(problem).__name__}: {problem})\n")
        return 2
    sys.stdout.write(f"whole: {count} rows, {withheld} of them withheld and known by digest only\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
