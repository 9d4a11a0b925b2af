"""Each of the 76 leak classes is attacked by tests that exist, or waits for what is not built."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

from flask import Flask

from tenants.db import Base
from tests.leaks.register import FEATURES, REGISTER, Attacked, NotYet

ROOT = Path(__file__).resolve().parents[2]
CLASSES = 76


@cache
def functions(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def is_there(app: Flask, feature: str) -> bool:
    """Tell whether an address of the portal or a table carries one of the feature's words."""
    names = {rule.rule for rule in app.url_map.iter_rules()} | set(Base.metadata.tables)
    return any(word in name for word in FEATURES[feature] for name in names)


def test_every_class_is_registered():
    assert list(REGISTER) == list(range(1, CLASSES + 1))


def test_every_test_that_is_named_exists():
    named = {test for row in REGISTER.values() if isinstance(row, Attacked) for test in row.tests}
    missing = {t for t in named if t.partition("::")[2] not in functions(t.partition("::")[0])}
    assert not missing
    assert all(row.tests for row in REGISTER.values() if isinstance(row, Attacked))


def test_tests_named_after_a_class_are_registered_with_it():
    for path in sorted((ROOT / "tests/leaks").glob("test_*.py")):
        for name in functions(str(path.relative_to(ROOT))):
            words = name.removeprefix("test_").split("_")
            for number in (int(w[1:]) for w in words if w[:1] == "l" and w[1:].isdecimal()):
                row = REGISTER[number]
                assert isinstance(row, Attacked), name
                assert f"{path.relative_to(ROOT)}::{name}" in row.tests, (name, number)


def test_no_excuse_is_stale(app: Flask):
    waiting: dict[str, list[int]] = {}
    for number, row in REGISTER.items():
        for feature in (row.feature,) if isinstance(row, NotYet) else row.without:
            waiting.setdefault(feature, []).append(number)
    assert waiting.keys() == FEATURES.keys()
    stale = {feature: waiting[feature] for feature in waiting if is_there(app, feature)}
    assert not stale, "this is built now: attack it, and name the tests in tests/leaks/register.py"
