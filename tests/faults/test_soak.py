"""`make soak MINUTES=… SEED=…`: people and faults at random, checked against a model."""

from __future__ import annotations

import os
import secrets

import pytest

from tests.faults.scenarios import LONG
from tests.faults.soak import Soak
from tests.faults.stage import Stage

MINUTES = float(os.environ.get("SOAK_MINUTES") or (1 if LONG else 0))
SEED = int(os.environ.get("SOAK_SEED") or secrets.randbelow(10**6))
KINDS = (os.environ.get("SOAK_KINDS") or "postgres sqlite").split()


@pytest.mark.faults_long
@pytest.mark.sockets
@pytest.mark.parametrize("kind", KINDS, indirect=True)
@pytest.mark.scenario(41, "people and faults at random: readers saw only what the model allows")
def test_soak(stage: Stage):
    stage.open()
    stage.up()
    soak = Soak(stage, SEED)
    stage.verdict.note = f"seed {SEED}, {MINUTES:g} min"
    soak.run(MINUTES * 60 / len(KINDS))
    stage.healed()
    stage.wait_done(90)
    stage.verdict.note += "".join(f", {number} {what}" for what, number in soak.count.items())
    wrong = soak.wrong()
    assert not wrong, f"seed {SEED}:\n" + "\n".join(wrong)
    stage.check(soak.expected(), readers=False)  # the model has asked them
