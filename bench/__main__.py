"""`python -m bench [NAME ...] [--on sqlite|postgres]`; without a name all of them."""

import argparse
import sys
import time

from bench import (
    access,
    accounts,
    cached,
    content,
    decide,
    editor,
    first,
    flood,
    lists,
    measure,
    moves,
    publishing,
    punctual,
    screens,
    strangers,
    ticks,
    trail,
    weight,
    worlds,
)

BENCHES = {"decide": decide, "access": access, "lists": lists, "trail": trail,
           "move": moves, "editor": editor, "content": content,
           "ticks": ticks, "punctual": punctual, "cached": cached, "first": first,
           "publishing": publishing, "weight": weight, "screens": screens,
           "flood": flood, "strangers": strangers, "accounts": accounts}  # fmt: skip


def main() -> None:
    """Run the benches asked for, all by default, and print one table."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("names", nargs="*", choices=[*BENCHES, []], default=[])
    parser.add_argument("--on", choices=worlds.KINDS, action="append")
    asked = parser.parse_args()
    kinds = tuple(asked.on or worlds.KINDS)
    measure.show(_measured(asked.names or list(BENCHES), kinds))


def _measured(names: list[str], kinds: tuple[str, ...]) -> list[measure.Line]:
    """Run benches in turn; Ctrl-C leaves out what has not been measured yet."""
    lines: list[measure.Line] = []
    for name in names:
        started = time.monotonic()
        try:
            lines += BENCHES[name].run(kinds)
        except KeyboardInterrupt:
            break
        sys.stderr.write(f"{name}: measured in {time.monotonic() - started:.0f} s\n")
    return lines


main()
