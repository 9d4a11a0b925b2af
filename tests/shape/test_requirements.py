"""What is installed is pinned to the byte, and the two lists agree."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LISTS = ("requirements", "requirements-dev")
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)")


def wanted(name: str) -> dict[str, str]:
    """Name and version of every line of a .in file; a line that is no exact pin fails."""
    found: dict[str, str] = {}
    for line in (ROOT / f"{name}.in").read_text().splitlines():
        if not line.strip() or line.startswith(("#", "-r ", "-c ")):
            continue
        pin = PIN.match(line)
        assert pin, f"{name}.in: {line!r} is not pinned with =="
        found[normal(pin[1])] = pin[2]
    return found


def locked(name: str) -> dict[str, str]:
    """Name and version of every pin of a compiled file."""
    lines = (ROOT / f"{name}.txt").read_text().splitlines()
    pins = [pin for line in lines if (pin := PIN.match(line))]
    return {normal(pin[1]): pin[2] for pin in pins}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.mark.parametrize("name", LISTS)
def test_the_compiled_list_holds_what_is_wanted(name: str):
    missing = wanted(name).items() - locked(name).items()
    assert not missing, "run `make lock`"


def test_tests_run_on_the_versions_that_are_shipped():
    assert locked("requirements").items() <= locked("requirements-dev").items()


@pytest.mark.parametrize("name", LISTS)
def test_every_pin_has_a_hash_and_no_line_names_a_host(name: str):
    text = (ROOT / f"{name}.txt").read_text()
    pins = [block for block in re.split(r"\n(?=[a-z0-9])", text) if PIN.match(block)]
    assert len(pins) > 20
    assert [pin for pin in pins if "--hash=sha256:" not in pin] == []
    assert not re.search(r"https?://|file:/|--(?:extra-)?index|--find-links|--trusted", text)
