"""The peers' own environments under var/bench, made from the pins beside this file when missing."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from bench.worlds import ROOT, VAR

PINS = Path(__file__).resolve().parent
ALONE = {"wagtail": "alone.txt"}
"""What an environment gets besides, without what it says it needs."""


def python_of(peer: str) -> Path:
    """Return the Python of a peer's environment, installing it first when its pins changed.

    Ends the program when it cannot be installed.
    """
    folder = VAR / peer
    _run([sys.executable, str(ROOT / "scripts" / "bootstrap.py"), f"bench/peers/{peer}.txt"],
         {"PORTAL_VENV": str(folder)})  # fmt: skip
    python = folder / "bin" / "python"
    if peer in ALONE:
        _install_alone(python, PINS / ALONE[peer], folder / f".installed-{ALONE[peer]}")
    return python


def _install_alone(python: Path, pins: Path, stamp: Path) -> None:
    wanted = hashlib.sha256(pins.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    _run([str(python), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-deps",
          "--require-hashes", "--requirement", str(pins)], {})  # fmt: skip
    stamp.write_text(wanted)


def _run(command: list[str], settings: dict[str, str]) -> None:
    if subprocess.run(command, env=os.environ | settings, check=False).returncode:
        sys.exit("bench: a peer could not be installed; see what is said above")
