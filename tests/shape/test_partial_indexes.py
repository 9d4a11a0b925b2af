"""What an index holds some rows for is asked for word by word, as the index says it."""

import ast

from tests.shape.test_sources import trees

TIMED = {"Schedule", "Release", "kind", "first"}


def test_what_waits_is_asked_for_as_its_index_says() -> None:
    """SQLite uses no such index for a value that is given later: see `schedules.is_pending`."""
    found = [
        f"{path}:{each.lineno}"
        for path, tree in trees().items()
        for each in ast.walk(tree)
        if isinstance(each, ast.Compare)
        and isinstance(each.ops[0], ast.Eq)
        and ast.unparse(each.left) in {f"{name}.state" for name in TIMED}
        and ast.unparse(each.comparators[0]) == "'pending'"
    ]
    assert not found
