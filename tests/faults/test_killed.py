"""Processes that are killed, stopped or told to end while they publish."""

from __future__ import annotations

import os
import signal

import pytest

from tests.faults import failpoints as at
from tests.faults.scenarios import scenario
from tests.faults.stage import Stage

BOTH = ("postgres", "sqlite")


def killed_at(stage: Stage, point: str) -> None:
    """Kill whoever comes by first; the others carry it out, once."""
    stage.open()
    stage.up(workers=0)
    stage.arm(point, "kill")
    made = stage.plan(10, due_in=1.5)
    stage.hit(point)
    stage.healed()
    stage.wait_done()
    stage.check(made)


@scenario(1, "kill -9 before the first write: somebody else publishes", *BOTH)
def test_killed_before_the_first_write(stage: Stage):
    killed_at(stage, at.BEFORE_FIRST_WRITE)


@scenario(2, "kill -9 in mid-transaction: undone, then published once", *BOTH, quick=True)
def test_killed_in_mid_transaction(stage: Stage):
    killed_at(stage, at.AFTER_FIRST_WRITE)
