"""Python's garbage collector in a test process: it does not walk all the tests again and again.

What is garbage is found all the same, and pytest collects once more at the end: a connection that
nobody closed still fails a test. A test that looks at every object thaws them first.
"""

from __future__ import annotations

from portal.collecting import settle


def pytest_collection_finish() -> None:
    """Thousands of tests, and all that they import, last as long as the process."""
    settle()
