"""A supervisor of stand-in children, as a process: `python -m tests.cli.supervised JSON`.

The JSON is a list of {"name", "does", "after", "stops"}; "does" names one of the programs below.
"""

from __future__ import annotations

import json
import os
import sys

import click

from portal.cli.children import Child
from portal.cli.supervisor import Supervisor

# Each says who it is, as the tests read it. The families have a member in a process group of its
# own, as RQ's job processes are.
SAY = """import os, signal, sys, time
say = lambda text: os.write(1, f"{text} {os.getpid()}\\n".encode())
"""
PROGRAMS = {
    "family": f"""{SAY}
if os.fork() == 0:
    os.setpgrp()
    say("member")
    time.sleep(600)
signal.signal(signal.SIGTERM, lambda *_: (say("stopping"), os._exit(0)))
say("leader")
time.sleep(600)
""",
    "stubborn": f"""{SAY}
signal.signal(signal.SIGTERM, signal.SIG_IGN)
say("leader")
time.sleep(600)
""",
    "crashing": f"{SAY}\nsys.stdout.write('last words')\nsys.exit(3)",
    "garbled": "import os, time\nos.write(1, b'caf\\xff\\n' + b'x' * 100_000)\ntime.sleep(600)",
}


def child(name: str, does: str, after: tuple[str, ...] = (), stops: int = 0) -> Child:
    argv = [sys.executable, "-S", "-c", PROGRAMS[does]]
    return Child(name, argv, dict(os.environ), after=tuple(after), stops=stops)


def main() -> int:
    children = [child(**wanted) for wanted in json.loads(sys.argv[1])]
    return Supervisor(children, stop_seconds=1).run(lambda: click.echo("all are ready"))


if __name__ == "__main__":
    raise SystemExit(main())
