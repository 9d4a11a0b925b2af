"""Makes sure the browser tests have a Chromium; prints what it did.

Order: CHROMIUM_PATH, one on PATH, Playwright's own; else apt as root, else Playwright's download.
Never fails the test run: without a browser those tests are skipped and say why.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.infra import chromium  # the path above makes it importable


def say(text: str) -> None:
    sys.stderr.write(f"portal: {text}\n")
    sys.stderr.flush()


def succeeds(*command: str) -> bool:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = (done.stdout + done.stderr).strip().splitlines() or ["no reason given"]
        telling = [line for line in lines if "error" in line.lower() or line.startswith("E:")]
        say(f"`{' '.join(command)}` failed: {(telling or lines[-1:])[0].strip()}")
    return done.returncode == 0


def install_by_apt() -> bool:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    say("no Chromium found; installing it with apt-get")
    os.environ["DEBIAN_FRONTEND"] = "noninteractive"
    install = ("apt-get", "install", "-y", "--no-install-recommends", "chromium")
    return succeeds("apt-get", "update", "-q") and succeeds(*install)


def install_by_playwright() -> bool:
    say("no Chromium found; downloading Playwright's")
    return succeeds(sys.executable, "-m", "playwright", "install", "chromium")


def main() -> None:
    found = chromium.find()
    for install in (install_by_apt, install_by_playwright):
        if found is None and install():
            found = chromium.find()
    if found is None:
        say("no Chromium: browser tests will be skipped; install chromium or set CHROMIUM_PATH")
    else:
        say(f"browser tests use {found}")


if __name__ == "__main__":
    main()
