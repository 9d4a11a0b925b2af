"""A bench that became slower than the committed figures says so."""

from __future__ import annotations

from typing import Any

import pytest

from bench import measure
from bench.measure import Line


def row(design: str, ratio: float | None, *, more: bool = False) -> Line:
    return Line("cached-rate", "postgres", design, 1.0, 1.0, 1.0, 0.1, ratio=ratio, more=more)


def kept(design: str, ratio: float | None) -> dict[str, Any]:
    return {"bench": "cached-rate", "database": "postgres", "design": design, "ratio": ratio}


@pytest.mark.parametrize(
    ("was", "now", "more", "shouted"),
    [
        (0.10, 0.12, False, False),
        (0.10, 0.13, False, True),
        (0.10, 0.05, False, False),
        (100.0, 90.0, True, False),
        (100.0, 70.0, True, True),
        (None, 9.0, False, False),
        (0.10, None, False, False),
    ],
)
def test_only_a_ratio_that_is_worse_by_more_than_a_quarter_is_shouted_about(
    was: float | None, now: float | None, more: bool, shouted: bool
) -> None:
    found = measure.regressions([row("portal", now, more=more)], lambda _: [kept("portal", was)])
    assert bool(found) is shouted


def test_a_design_is_compared_with_itself_alone() -> None:
    lines = [row("portal, granian", 0.3)]
    assert measure.regressions(lines, lambda _: [kept("portal, gunicorn", 0.1)]) == []
    assert measure.regressions(lines, lambda _: []) == []


def test_the_table_ends_in_what_became_worse(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(measure, "RESULTS", tmp_path)
    monkeypatch.setattr(measure, "committed", lambda _: [kept("portal", 0.1)])
    measure.show([row("portal", 0.2)])
    assert "!!! WORSE THAN COMMITTED !!! cached-rate, postgres, portal" in capsys.readouterr().out
    assert (tmp_path / "cached-rate.json").exists()
