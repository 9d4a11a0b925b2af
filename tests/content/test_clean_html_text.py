"""The plain text of a body: for search, for counting words and for the beginning of it."""

from __future__ import annotations

import pytest

from portal.content.clean_html import excerpt, text_of


def test_text_of_a_body():
    body = "<h2>A</h2><p>b  c<br>d &amp; e&nbsp;f</p><table><tr><td>1</td><td>2</td></tr></table>"
    assert text_of(body) == "A\nb c\nd & e\xa0f\n1 2"
    assert text_of("<p>a<script>b</script>") == "a"
    assert text_of("") == ""


@pytest.mark.parametrize(
    ("body", "length", "expected"),
    [
        ("<p>short</p><p>text</p>", 20, "short text"),
        ("<p>one two three</p>", 9, "one two…"),
        ("<p>abcdefghij</p>", 5, "abcd…"),
        ("<p>abce\u0301fgh</p>", 5, "abc…"),
        ("<p>ab👩‍👩‍👧cdef</p>", 6, "ab…"),
        ("<p>ab🇩🇪🇫🇷cd</p>", 4, "ab…"),
        ("", 10, ""),
    ],
)
def test_excerpt(body: str, length: int, expected: str):
    assert excerpt(body, length) == expected
    assert len(excerpt(body, length)) <= length
