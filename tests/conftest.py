"""Fixtures of every test: infrastructure in tests/infra/, the application's in tests/fixtures/."""

from __future__ import annotations

import pkgutil
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("portal", deadline=None)  # how fast a machine is decides nothing here
settings.load_profile("portal")
pytest.register_assert_rewrite("tests.fixtures")

INFRA = (
    "run_folder",
    "marks",
    "garbage",
    "network",
    "ports",
    "postgres",
    "redis",
    "chromium",
    "processes",
)
_fixtures = Path(__file__).parent / "fixtures"

pytest_plugins = [
    *(f"tests.infra.{name}" for name in INFRA),
    *(f"tests.fixtures.{module.name}" for module in pkgutil.iter_modules([str(_fixtures)])),
]
