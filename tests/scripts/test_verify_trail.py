"""The stand-alone script over exported trails: whole ones, and ones tampered with at any place."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from portal.content.trail_export import spool_trail
from tests.fixtures.cast import Cast, as_actor
from tests.tenants.chain_scene import add_events, seal_all

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "verify_trail.py"
FIELDS = ("actor_label", "at", "changes", "facts", "reason", "target_id", "tenant_id", "id")
Rows = list[dict[str, Any]]
Edit = Callable[[Rows, random.Random], int]


@pytest.fixture
def lines(app: Flask, cast: Cast) -> Rows:
    """An exported trail, line by line."""
    with app.app_context():
        add_events(cast, 12, seed=7)
        seal_all(app)
        file, _ = spool_trail(cast.acme, by=as_actor(cast.admin))
    with file:
        return [json.loads(line) for line in file.read().decode().split("\n") if line]


def told(lines: Rows, tmp_path: Path, *words: str) -> tuple[int, str]:
    """What the script says, run with nothing but the standard library."""
    path = tmp_path / "trail.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(SCRIPT), str(path), *words],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stderr == ""
    return done.returncode, done.stdout


def somewhere(rows: Rows, dice: random.Random) -> int:
    """The index of a row; the first line is the head, the last the end."""
    return dice.randrange(1, len(rows) - 1)


def remove(rows: Rows, dice: random.Random) -> int:
    place = somewhere(rows, dice)
    del rows[place]
    return place


def swap(rows: Rows, dice: random.Random) -> int:
    one, two = sorted(dice.sample(range(1, len(rows) - 1), 2))
    rows[one], rows[two] = rows[two], rows[one]
    return one


def swap_and_renumber(rows: Rows, dice: random.Random) -> int:
    place = swap(rows, dice)
    for number, row in enumerate(rows[1:-1], start=1):
        row["position"] = number
    return place


def insert(rows: Rows, dice: random.Random) -> int:
    place = somewhere(rows, dice)
    rows.insert(place, {**rows[place], "event": {**rows[place]["event"], "reason": "New"}})
    for number, row in enumerate(rows[1:-1], start=1):
        row["position"] = number
    return place


def repeat(rows: Rows, dice: random.Random) -> int:
    place = somewhere(rows, dice)
    rows.insert(place + 1, rows[place])
    return place


def cut(rows: Rows, dice: random.Random) -> int:
    place = somewhere(rows, dice)
    del rows[place:-1]
    return place


def relink(rows: Rows, dice: random.Random) -> int:
    place = somewhere(rows, dice)
    rows[place]["link"] = "f" * 64
    return place


def change(field: str) -> Edit:
    def edit(rows: Rows, dice: random.Random) -> int:
        place = somewhere(rows, dice)
        rows[place]["event"][field] = "another"
        return place

    return edit


EDITS: dict[str, Edit] = {
    each.__name__: each for each in (remove, swap, swap_and_renumber, insert, repeat, cut, relink)
} | {f"change {field}": change(field) for field in FIELDS}


def test_a_whole_trail_is_whole(lines: Rows, tmp_path: Path):
    code, said = told(lines, tmp_path)
    assert code == 0
    assert said.startswith(f"whole: {len(lines) - 2} rows, 0 of them withheld")
    middle = lines[5]
    assert told(lines, tmp_path, "--expect", f"5:{middle['link']}")[0] == 0
    assert "position 5: another chain" in told(lines, tmp_path, "--expect", "5:" + "0" * 64)[1]
    assert "you expect more" in told(lines, tmp_path, "--expect", f"999:{middle['link']}")[1]


def test_a_purged_beginning_is_named_and_what_is_left_verifies(lines: Rows, tmp_path: Path):
    head, *rows, end = lines
    gone = {"position": 4, "link": rows[3]["link"], "at": "2026-03-01T00:00:00+00:00"}
    purged = [{**head, "format": "portal-trail-2", "purged": gone}, *rows[4:], end]
    code, said = told(purged, tmp_path)
    assert code == 0, said
    assert "the first 4 events were purged by rule" in said
    assert told(purged, tmp_path, "--expect", f"4:{rows[3]['link']}")[0] == 0
    assert told(purged, tmp_path, "--expect", "4:" + "0" * 64)[0] == 1
    assert "was purged" in told(purged, tmp_path, "--expect", f"2:{rows[1]['link']}")[1]
    for spoiled in (
        [purged[0], *purged[2:]],
        [{**purged[0], "purged": {**gone, "position": 5}}, *purged[1:]],
        [{**purged[0], "purged": {**gone, "link": "f" * 64}}, *purged[1:]],
        [{**head}, *purged[1:]],
    ):
        code, said = told(spoiled, tmp_path)
        assert code == 1, said


@pytest.mark.parametrize("name", EDITS)
def test_the_first_bad_row_is_named(lines: Rows, tmp_path: Path, name: str):
    dice = random.Random(name)  # noqa: S311 - repeatable, not secret
    for _ in range(3):
        rows = json.loads(json.dumps(lines))
        place = EDITS[name](rows, dice)
        code, said = told(rows, tmp_path)
        assert code == 1, said
        assert said.startswith(f"tampered with: position {place}:"), said


@pytest.mark.parametrize("text", ["", "hello", "[]\n{}\n", '{"format": "x"}\n{"end": 0}\n'])
def test_what_is_no_trail_is_told_apart(tmp_path: Path, text: str):
    path = tmp_path / "other"
    path.write_text(text)
    done = subprocess.run(
        [sys.executable, "-I", str(SCRIPT), str(path)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (2, "")
