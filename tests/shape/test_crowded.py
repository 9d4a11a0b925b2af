"""Every screen of an account with 10,000 of everything asks and reads as with 300."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from tests.fixtures.statements import listening
from tests.shape.crowd import Crowd
from tests.shape.routes import routes
from tests.shape.scene import Scene

FEW, MANY = 300, 10_000
ROWS = 1_500
"""More than the longest choosers hold together (500 folders, 500 pages, 200 revisions …)."""
MUST_BE = {
    "audit_event", "comment", "export_run", "import_run", "media", "media_version", "notification",
    "page", "redirect", "release", "review", "revision", "schedule", "share_link", "share_opinion",
    "term",
}  # fmt: skip


@dataclass(order=True)
class Cost:
    """What one answer took: statements, and rows that were fetched."""

    statements: int = 0
    rows: int = 0


@contextmanager
def weighed(scene: Scene) -> Iterator[Cost]:
    """The cost of what is asked inside the block. SQLite hands its rows out one by one."""
    cost = Cost()

    def fetched(_cursor: Any, row: Any) -> Any:
        cost.rows += 1
        return row

    def note(_c: object, cursor: Any, *_rest: object) -> None:
        cost.statements += 1
        cursor.row_factory = fetched

    with listening(scene.app, note):
        yield cost


def asked(scene: Scene, path: str) -> Cost:
    with weighed(scene) as cost:
        scene.browsers["admin"].get(path)
    return cost


def costs(scene: Scene) -> dict[str, Cost]:
    """What each screen that answers costs, once it was asked for.

    The cheaper of two: now and then one also notes that somebody is still there.
    """
    found: dict[str, Cost] = {}
    for route in routes(scene.app, "/a/"):
        if route.method != "GET":
            continue
        path = route.path("acme", route.ids_of(scene.world, "acme"))
        if scene.browsers["admin"].get(path).status_code == 200:
            found[route.rule.rule] = min(asked(scene, path), asked(scene, path))
    return found


@pytest.mark.parametrize("scene", ["sqlite"], indirect=True)
def test_no_screen_reads_more_for_more(scene: Scene):
    crowd = Crowd(scene.world, scene.cast.admin.id)
    crowd.grow(FEW)
    few = costs(scene)
    crowd.grow(MANY)
    assert {name for name, count in crowd.wrote.items() if count == MANY} >= MUST_BE
    many = costs(scene)
    assert few.keys() == many.keys()
    assert len(many) > 80
    wrong = [
        f"{rule}: {few[rule]} → {cost}" for rule, cost in many.items()
        if cost.rows > ROWS or cost.statements > few[rule].statements
    ]  # fmt: skip
    assert not wrong, "\n".join(wrong)
