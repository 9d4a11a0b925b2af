"""How a scenario says which it is, what it promises and on which databases."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest

LONG = bool(os.environ.get("FAULTS_LONG"))
"""All scenarios. Otherwise the quick ones."""
FULL = os.environ.get("FAULTS_LONG") == "full"
"""Outages that last, crowds that are crowds."""


def scenario(
    number: int, promise: str, *kinds: str, quick: bool = False
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark a test as scenario `number`; `quick` ones are part of every run of the tests."""

    def mark(test: Callable[..., Any]) -> Callable[..., Any]:
        marked = pytest.mark.parametrize("kind", kinds or ("postgres",), indirect=True)(test)
        marked = pytest.mark.scenario(number, promise)(pytest.mark.sockets(marked))
        return marked if quick else pytest.mark.faults_long(marked)

    return mark
