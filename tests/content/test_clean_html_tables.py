"""Tables are shown in boxes that scroll; nothing else changes."""

from __future__ import annotations

import html5lib
import pytest

from portal.content.clean_html import clean, for_readers, safe

BOX = '<div class="scroll" role="group" aria-label="Table" tabindex="0">'
CELL = "<tbody><tr><td>1</td></tr></tbody>"


def test_each_table_stands_in_a_box():
    inner = f"<table>{CELL}</table>"
    body = f'<p>a</p><table class="align-left"><tbody><tr><td>{inner}</td></tr></tbody></table>'
    shown = for_readers(clean(body).html)
    assert shown.count(BOX + "<table") == 2
    assert shown.count("</table></div>") == 2
    html5lib.HTMLParser(strict=True).parseFragment(str(shown))


@pytest.mark.parametrize(
    "body", ["<p>a &lt;table&gt; b</p>", '<p><a href="/x" title="table">t</a></p>', "", "<tab"]
)
def test_what_is_no_table_stays(body: str):
    assert for_readers(body) == safe(body)


def test_what_is_not_clean_is_cleaned_first():
    shown = for_readers("<table onclick='x()'><tr><td><script>x()</script>1</table>")
    assert "script" not in shown
    assert "onclick" not in shown
    assert shown.startswith(BOX)
