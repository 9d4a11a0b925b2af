"""Makes .venv and installs one pinned requirements file into it, only when something changed.

PORTAL_VENV names another folder for it.

Runs under the machine's own Python, so it uses the standard library only.
Exit codes: 0 done, 2 the machine lacks something (the line printed says what).
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / os.environ.get("PORTAL_VENV", ".venv")
PYTHON = VENV / "bin" / "python"
OLDEST = (3, 11)


def say(text: str) -> None:
    sys.stderr.write(f"portal: {text}\n")
    sys.stderr.flush()


def stop(text: str) -> None:
    say(text)
    raise SystemExit(2)


def version_of_venv() -> tuple[int, ...] | None:
    """Version of the interpreter in .venv, or None when there is none that runs."""
    code = "import sys; print(*sys.version_info[:2])"
    try:
        answer = subprocess.run(
            [str(PYTHON), "-I", "-c", code], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return tuple(int(part) for part in answer.stdout.split())


def has_pip() -> bool:
    probe = [str(PYTHON), "-I", "-m", "pip", "--version"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def make_venv() -> None:
    mine = sys.version_info[:2]
    there = version_of_venv()
    chosen = os.environ.get("PORTAL_PYTHON_CHOSEN")
    if there and there >= OLDEST and (there == mine or not chosen) and has_pip():
        return
    if mine < OLDEST:
        stop(
            f"python {mine[0]}.{mine[1]} is too old; install Python 3.11 or newer, "
            "or name one: make run PYTHON=python3.12"
        )
    if VENV.exists():
        say("making .venv again (another or a broken interpreter was in it)")
        shutil.rmtree(VENV)
    VENV.parent.mkdir(parents=True, exist_ok=True)
    made = subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False
    )
    if made.returncode == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    said = made.stdout + made.stderr
    if "ensurepip" in said:
        package = f"python{mine[0]}.{mine[1]}-venv"
        stop(f"this Python cannot make environments; do: apt-get install -y {package}")
    stop(f"could not make .venv: {(said.strip().splitlines() or ['no reason given'])[-1]}")


def install(requirements: Path) -> None:
    """Install the pinned file unless exactly it is installed already."""
    stamp = VENV / f".installed-{requirements.stem}"
    wanted = hashlib.sha256(requirements.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == wanted:
        return
    say(f"installing {requirements.name} into .venv (only when it has changed)")
    command = [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    command += ["--require-hashes", "--requirement", str(requirements)]
    if subprocess.run(command, check=False).returncode:
        stop(
            f"pip could not install {requirements.name}; "
            "see its message above, then run the same command again"
        )
    stamp.write_text(wanted)


def main() -> None:
    make_venv()
    install(ROOT / sys.argv[1])


if __name__ == "__main__":
    main()
