"""Line ends of the classic editor become paragraphs and breaks, and only where they mean it."""

from __future__ import annotations

import pytest

from portal.content.clean_html import clean
from portal.content.wordpress.paragraphs import paragraphs


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("one", "<p>one</p>"),
        ("one\n\ntwo", "<p>one</p>\n<p>two</p>"),
        ("one\r\n \t\r\n\r\ntwo", "<p>one</p>\n<p>two</p>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("one<br />\ntwo", "<p>one<br>\ntwo</p>"),
        ("<p>one</p>\n\n<p>two</p>", "<p>one</p>\n<p>two</p>"),
        ("<p>one\ntwo</p>", "<p>one<br>\ntwo</p>"),
        ("<h2>a</h2>\nb", "<h2>a</h2><p>b</p>"),
        ("<strong>a</strong> b\n\nc", "<p><strong>a</strong> b</p>\n<p>c</p>"),
        ("<blockquote>a</blockquote>", "<blockquote><p>a</p>\n</blockquote>"),
        (
            "<blockquote>a\n\nb</blockquote>",
            "<blockquote><p>a</p>\n<p>b</p>\n</blockquote>",
        ),
        ("<ul>\n<li>a</li>\n<li>b\nc</li>\n</ul>", None),
        ("<div>a</div>", "<div>a</div>"),
        ("<div>a\n\nb</div>", "<div><p>a</p>\n<p>b</p>\n</div>"),
        ("<pre>a\n\n  b\n<b>c</b>\n\n</pre>", "<pre>a\n\n  b\n<b>c</b>\n\n</pre>"),
        ("a\n\n<hr />\n\nb", "<p>a</p>\n<hr><p>b</p>"),
        ('<img src="/a.png"\nalt="b" /> text', '<p><img src="/a.png" alt="b"> text</p>'),
        ("<table>\n<tr>\n<td>a\nb</td>\n</tr>\n</table>", None),
        ("", ""),
        (" \n\n \n", ""),
        ("\u2028a\u0085\u00a0\n\u3000b", "<p>\u2028a\u0085\u00a0<br>\n\u3000b</p>"),
    ],
)
def test_paragraphs(source: str, html: str | None):
    result = clean(paragraphs(source)).html.strip("\n")
    if html is None:
        assert "<p>" not in result
        assert "b<br>\nc" in result or "a<br>\nb" in result
    else:
        assert result == html


def test_paragraphs_of_paragraphs_are_the_same():
    source = "one\ntwo\n\n<blockquote>three</blockquote>\n<ul><li>four</li></ul>\nfive"
    once = clean(paragraphs(source)).html
    assert clean(paragraphs(once)).html == once
