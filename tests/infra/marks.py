"""Marks that follow from the fixtures a test uses, so that `-m "not browser"` cannot miss one."""

from __future__ import annotations

import pytest

MARK_OF_FIXTURE = {"browser": "browser", "postgres": "postgres", "processes": "processes"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        fixtures = getattr(item, "fixturenames", ())
        for fixture, mark in MARK_OF_FIXTURE.items():
            if fixture in fixtures:
                item.add_marker(mark)
