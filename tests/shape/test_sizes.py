"""Small files and small functions: what a reader holds in the head at once."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("portal", "tenants", "tests", "scripts", "bench")
LONGEST_FILE = 250
LONGEST_FUNCTION = 40
# Path or path::function, each with the reason why it cannot be smaller.
EXCEPTIONS: dict[str, str] = {}


def python_files(root: Path) -> list[Path]:
    files = [path for folder in FOLDERS for path in (root / folder).rglob("*.py")]
    return sorted([*files, *root.glob("*.py")])


def long_functions(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            length = (node.end_lineno or first) - first + 1
            if length > LONGEST_FUNCTION:
                yield node.name, length


def too_long(root: Path) -> dict[str, int]:
    """Every file and function over the limit, with its length."""
    found: dict[str, int] = {}
    for path in python_files(root):
        name = str(path.relative_to(root))
        source = path.read_text()
        if (lines := len(source.splitlines())) > LONGEST_FILE:
            found[name] = lines
        for function, length in long_functions(ast.parse(source)):
            found[f"{name}::{function}"] = length
    return found


def test_files_and_functions_are_short():
    unexplained = {name: lines for name, lines in too_long(ROOT).items() if name not in EXCEPTIONS}
    assert not unexplained, f"over {LONGEST_FILE} lines a file, {LONGEST_FUNCTION} a function"


def test_exceptions_are_still_needed():
    stale = set(EXCEPTIONS) - set(too_long(ROOT))
    assert not stale


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("x = 1\n" * LONGEST_FILE, {}),
        ("x = 1\n" * (LONGEST_FILE + 1), {"portal/a.py": LONGEST_FILE + 1}),
        ("def f():\n" + "    x = 1\n" * (LONGEST_FUNCTION - 1), {}),
        ("def f():\n" + "    x = 1\n" * LONGEST_FUNCTION, {"portal/a.py::f": LONGEST_FUNCTION + 1}),
    ],
)
def test_the_limits_bite(tmp_path: Path, source: str, found: dict[str, int]):
    (tmp_path / "portal").mkdir()
    (tmp_path / "portal" / "a.py").write_text(source)
    assert too_long(tmp_path) == found
