"""Hostile HTML through every way a text can be written: nothing of it reaches anybody."""

from __future__ import annotations

import html
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.content.html_oracle import attacks, violations
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.views.test_pages import edited, page_id, revisions

ALL = attacks()
PARTS = [ALL[start::6] for start in range(6)]


def prose(text: str) -> str:
    found = re.search(
        r'<div class="prose" dir="auto">(.*?)</div>\s*(?:<ul|</article>)', text, re.DOTALL
    )
    assert found
    return found[1]


def save(client: FlaskClient, url: str, body: str) -> None:
    answer = client.post(url, data=edited(client, url, body=body), audit=False)
    assert answer.status_code in {302, 422}


@pytest.mark.parametrize("part", range(6))
def test_nothing_survives_a_save_or_its_preview(
    app: Flask, client: FlaskClient, cast: Cast, part: int
) -> None:
    """The form is also what saves in the background: the same door, the same fields."""
    url = f"/a/acme/pages/{page_id(app, cast)}/"
    sign_in(client, cast.editor)
    for number, group in enumerate(PARTS[part][start : start + 12] for start in range(0, 60, 12)):
        save(client, url, f"<p>{number}</p>" + "".join(f"<div>{each}</div>\n" for each in group))
        stored = revisions(app, cast)[-1].body
        assert violations(stored) == []
        shown = client.get(f"{url}preview/frame").text
        ours = re.sub(
            r'<div class="scroll"[^>]*>|<sup class="note-ref">.*?</sup>', "", prose(shown)
        )
        ours = re.sub(r'<section class="notes".*</section>', "", ours, flags=re.DOTALL)
        assert not re.search(r"<script|<iframe|<svg|<object", ours)


@pytest.mark.parametrize(
    "field", ["title", "excerpt", "byline", "slug", "tags", "seo_title", "seo_description"]
)
def test_other_fields_are_text(app: Flask, client: FlaskClient, cast: Cast, field: str) -> None:
    url = f"/a/acme/pages/{page_id(app, cast)}/"
    sign_in(client, cast.editor)
    hostile = '"><script>alert(1)</script><img src=x onerror=alert(1)>'
    client.post(url, data=edited(client, url, **{field: hostile}))
    for path in (url, f"{url}preview/frame", f"{url}preview/widths", f"{url}history"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "<script>alert(1)" not in answer.text
        assert "<img src=x" not in answer.text
    checked = client.post(f"{url}check", data=edited(client, url, **{field: hostile}))
    assert "<script>alert(1)" not in checked.text


@pytest.mark.parametrize("field", ["seo_canonical", "seo_picture"])
@pytest.mark.parametrize("value", ["javascript:alert(1)", "data:text/html,x", "//evil.example/x"])
def test_addresses_for_programs_are_addresses(
    app: Flask, client: FlaskClient, cast: Cast, field: str, value: str
) -> None:
    url = f"/a/acme/pages/{page_id(app, cast)}/"
    sign_in(client, cast.editor)
    typed = edited(client, url, body="<p>Kept words.</p>", **{field: value})
    answer = client.post(url, data=typed)
    assert answer.status_code == 422
    assert "Write a whole address" in answer.text
    assert f'value="{html.escape(value)}"' in answer.text
    assert "Kept words." in answer.text
    assert f'src="{value}"' not in answer.text


@pytest.mark.parametrize("length", [100_000, 300_000])
def test_very_long_fields_get_a_sentence(
    app: Flask, client: FlaskClient, cast: Cast, length: int
) -> None:
    url = f"/a/acme/pages/{page_id(app, cast)}/"
    sign_in(client, cast.editor)
    for field in ("seo_title", "seo_description", "seo_canonical", "seo_picture"):
        answer = client.post(url, data=edited(client, url, **{field: "x" * length}))
        assert answer.status_code == 422
        assert "Use at most" in answer.text
