"""Every statement that finds files asks who sees them: in one way, or for a reason given here."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.shape.test_sources import calls, trees

ANSWERS = {"visible_media", "visible_media_anywhere", "shown_to_readers", "usable"}
# Functions that find files without asking who looks, and why.
MAY_FIND_ALL = {
    "portal/content/media_list.py: is_empty": "whoever deletes a folder sees every folder",
    "portal/content/media_uses.py: usable": "is an answer itself: what a page may show",
    "portal/content/media_uses.py: _ids": "its callers give the condition",
    "portal/jobs/media.py": "makes renditions and purges, in everybody's name",
}


def finders() -> Iterator[tuple[str, ast.FunctionDef]]:
    """Every function of the application that selects files, with its path and name."""
    for path, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and any(map(_of_files, calls(node))):
                yield f"{path}: {node.name}", node


def _of_files(call: tuple[str, ast.Call]) -> bool:
    name, node = call
    said = {each.id for arg in node.args for each in ast.walk(arg) if isinstance(each, ast.Name)}
    return name == "select" and "Media" in said


def _asks(node: ast.FunctionDef) -> bool:
    return bool(ANSWERS & {each.id for each in ast.walk(node) if isinstance(each, ast.Name)})


def test_whoever_finds_files_asks_who_sees_them():
    found = {name for name, node in finders() if not _asks(node)}
    excused = {n for n in found if n in MAY_FIND_ALL or n.partition(":")[0] in MAY_FIND_ALL}
    assert found - excused == set()
    assert {n for n in MAY_FIND_ALL if not any(e.startswith(n) for e in excused)} == set()
