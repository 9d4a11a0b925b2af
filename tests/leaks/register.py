"""The 76 leak classes of the security notes: which tests attack each, or why none can yet."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Attacked:
    """The tests (file::function); `without` names features whose part of it must still come."""

    tests: tuple[str, ...]
    without: tuple[str, ...] = ()


@dataclass(frozen=True)
class NotYet:
    """What it attacks is not built: the feature's name in FEATURES."""

    feature: str


# A feature exists as soon as an address or a table carries one of these words; then every class
# that waits for it needs a test.
FEATURES: dict[str, tuple[str, ...]] = {
    "api": ("/api/", "api_token"),
    "domains": ("domain",),
    "reports": ("report_definition", "/reports"),
    "transfer": ("/transfer",),
    "webhooks": ("webhook",),
}


def _read() -> dict[int, Attacked | NotYet]:
    tests: dict[int, list[str]] = {}
    without: dict[int, list[str]] = {}
    waiting: dict[int, str] = {}
    for line in (Path(__file__).parent / "register.txt").read_text().splitlines():
        first, _, words = line.partition(" ")
        key = int(first)
        if words.startswith("not yet "):
            waiting[key] = words.removeprefix("not yet ")
        elif words.startswith("without "):
            without.setdefault(key, []).append(words.removeprefix("without "))
        else:
            tests.setdefault(key, []).append(f"tests/{words}")
    found: dict[int, Attacked | NotYet] = {n: NotYet(feature) for n, feature in waiting.items()}
    for key, names in tests.items():
        assert key not in found, f"class {key} is attacked, and waits too"
        found[key] = Attacked(tuple(names), tuple(without.get(key, ())))
    return dict(sorted(found.items()))


REGISTER = _read()
