"""Tests in a browser wait for what they want to see: asked at once, a page may be half read."""

import ast
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
AT_ONCE = {
    "all_inner_texts",
    "all_text_contents",
    "count",
    "get_attribute",
    "inner_text",
    "input_value",
    "is_checked",
    "is_disabled",
    "is_enabled",
    "is_hidden",
    "is_visible",
    "text_content",
    "title",
}
"""What Playwright answers without waiting, each with an `expect` that waits."""


def test_what_is_asserted_of_a_page_is_waited_for() -> None:
    found = [
        f"{path.relative_to(TESTS)}:{call.lineno}"
        for path in TESTS.rglob("*.py")
        if "playwright.sync_api import" in (source := path.read_text())
        for each in ast.walk(ast.parse(source))
        if isinstance(each, ast.Assert)
        for call in ast.walk(each)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in AT_ONCE
        and ast.unparse(call.func.value) != "func"
    ]
    assert not found, "`expect(…)` waits, these do not"
