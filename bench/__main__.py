"""`python -m bench [NAME ...] [--on sqlite|postgres]`; without a name all of them."""

import argparse

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
    names = asked.names or list(BENCHES)
    measure.show([line for name in names for line in BENCHES[name].run(kinds)])


main()
