"""Marks that follow from the fixtures a test uses, so that `-m "not browser"` cannot miss one.

And the order: files with browsers and processes come first, then those that ask every route or
every table, then those with the most tests, so that at the end of a run on several processors none
of them is left alone with a long file.
"""

from __future__ import annotations

from collections import Counter

import pytest

MARK_OF_FIXTURE = {"browser": "browser", "postgres": "postgres", "processes": "processes"}
SLOW = ("browser", "processes")
THOROUGH = {"isolation", "leaks", "shape"}
"""Folders whose tests ask every route or table: one of them takes as long as dozens of others."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        for fixture, mark in MARK_OF_FIXTURE.items():
            if fixture in fixtures:
                item.add_marker(mark)
    tests = Counter(item.path for item in items)
    long = {item.path for item in items if any(map(item.get_closest_marker, SLOW))}
    items.sort(
        key=lambda item: (
            item.path not in long,
            item.path.parent.name not in THOROUGH,
            -tests[item.path],
        )
    )
