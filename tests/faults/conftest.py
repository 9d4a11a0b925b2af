"""The stage of each scenario, and the table of all of them at the end."""

from __future__ import annotations

import json
import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from portal.cli.warden import Warden
from tests.faults import oracle
from tests.faults.scenarios import LONG
from tests.faults.stage import Stage
from tests.infra.nursery import Nursery
from tests.infra.run_folder import run_folder


@pytest.fixture
def kind(request: pytest.FixtureRequest) -> str:
    """`postgres` or `sqlite`."""
    return str(request.param)


@pytest.fixture
def stage(
    request: pytest.FixtureRequest, kind: str, nursery: Nursery, process_warden: Warden
) -> Iterator[Stage]:
    """The stage of this scenario; what it saw goes into the table."""
    built = Stage(kind, nursery, process_warden)
    mark = request.node.get_closest_marker("scenario")
    built.verdict.number, built.verdict.promise = mark.args
    try:
        yield built
    finally:
        report = getattr(request.node, "report", None)
        if report is not None and report.failed:
            built.verdict.note = "failed"
        oracle.note(built.verdict)
        built.end()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call":
        item.report = report  # type: ignore[attr-defined]
    return report


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Without FAULTS_LONG only the scenarios of most worth are run."""
    if LONG:
        return
    put_off = [item for item in items if item.get_closest_marker("faults_long")]
    if put_off:
        config.hook.pytest_deselected(items=put_off)
        items[:] = [item for item in items if item not in put_off]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    path = Path(os.environ.get(oracle.REPORT) or run_folder() / "faults.jsonl")
    if not path.is_file():
        return
    rows = [oracle.Verdict(**json.loads(line)) for line in path.read_text().splitlines()]
    terminalreporter.section("faults")
    terminalreporter.line(oracle.HEAD)
    for row in sorted(rows, key=lambda each: (each.number, each.kind)):
        terminalreporter.line(f"{row} {row.note}".rstrip())
    sums = [sum(getattr(row, name) for row in rows) for name in ("items", "lost", "twice", "early")]
    terminalreporter.line("all: {} publications, {} lost, {} twice, {} early".format(*sums))
