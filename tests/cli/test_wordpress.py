"""`flask wordpress import`: counts, JSON, and one sentence with the right exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from tests.content.import_scene import SMALL, digest_of_content
from tests.fixtures.cast import Cast


def run(app: Flask, *words: str) -> Result:
    return app.test_cli_runner().invoke(args=["wordpress", "import", *words])


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "site.xml"
    path.write_bytes(SMALL)
    return str(path)


def test_importing_prints_counts_and_losses(app: Flask, cast: Cast, file: str):
    done = run(app, file, "--account", "acme", "--as", cast.admin.email)
    assert done.exit_code == 0, done.output
    assert "     5 created\n" in done.output
    assert "Left out: post “Thrown away”" in done.output


def test_a_dry_run_as_json_writes_nothing(app: Flask, cast: Cast, file: str):
    with app.app_context():
        before = digest_of_content()
    done = run(app, file, "--account", "acme", "--as", cast.admin.email, "--dry-run", "--json")
    told = json.loads(done.stdout)
    assert (done.exit_code, told["dry_run"], told["counts"]["created"]) == (0, True, 5)
    assert {line["group"] for line in told["lines"]} >= {"created", "left", "authors"}
    with app.app_context():
        assert digest_of_content() == before


@pytest.mark.parametrize(
    ("account", "who", "content", "sentence"),
    [
        ("nowhere", "admin@acme.example", SMALL, "there is no account"),
        ("acme", "ghost@acme.example", SMALL, "nobody who can sign in"),
        ("acme", "editor@acme.example", SMALL, "lacks the right"),
        ("bolt", "admin@acme.example", SMALL, "lacks the right"),
        ("acme", "admin@acme.example", b"<rss>", "Line 1, column "),
        ("acme", "admin@acme.example", None, "cannot be read"),
    ],
)
def test_what_goes_wrong_is_one_sentence(
    app: Flask, cast: Cast, tmp_path: Path, account: str, who: str, content: bytes | None,
    sentence: str,
):  # fmt: skip
    path = tmp_path / "x.xml"
    if content is not None:
        path.write_bytes(content)
    done = run(app, str(path), "--account", account, "--as", who)
    assert done.exit_code == 1
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1
