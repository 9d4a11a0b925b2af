"""What Word and Google Docs put on the clipboard, and frames of services, keep their meaning."""

from __future__ import annotations

from pathlib import Path

import pytest

from portal.content import clean_html
from portal.content.clean_html import Removal, clean, for_readers, is_clean
from portal.content.html_blocks import blocks
from portal.content.html_tidy import MOST
from tests.content.html_oracle import attacks, violations

PASTED = Path(__file__).parent / "data" / "pasted"
ID = "0190a0b1-0000-7000-8000-000000000001"
OWN = f'<p>See <a href="page:{ID}">our <b>hours</b></a>.</p>'
REPORT = """<h2>Harvest report</h2>
<p>The <{b}>north</{b}> field gave <{i}>four</{i}> tonnes<small class="footnote">Weighed <{i}>dry</{i}>.</small>.</p>
<h3>What we did</h3>
<ul><li>Sowed in March<ul><li>by hand</li></ul></li><li>Cut in July</li></ul>
<p>Then:</p>
<ol><li>Dry it</li><li>Store it</li></ol>
<table>{columns}<tbody><tr><td>Field</td><td>Tonnes</td></tr></tbody></table>"""  # noqa: E501


def pasted(name: str) -> str:
    return (PASTED / f"{name}.html").read_text(encoding="utf-8")


def test_word_keeps_its_meaning_and_loses_its_looks():
    result = clean(pasted("word"))
    assert result.html == REPORT.format(b="b", i="i", columns="") + (
        "\n<blockquote><p>Never again.</p></blockquote>"
        '\n<p><a href="https://example.org/field">See the field</a> <strong>now</strong></p>'
    )
    assert [removal.kind for removal in result.removed] == ["looks"]


def test_google_docs_keeps_its_meaning_and_loses_its_looks():
    result = clean(pasted("docs"))
    columns = "<colgroup><col><col></colgroup>"
    assert result.html == REPORT.format(b="strong", i="em", columns=columns) + (
        '\n<p><a href="https://example.org/field">See the field</a> <strong>now</strong></p>'
    )
    assert "fonts, colours, spacing" in result.removed[0].sentence


@pytest.mark.parametrize(
    "marker", ["<p class=MsoNormal>x</p>", '<b id="docs-internal-guid-1">x</b>']
)
def test_attacks_among_pasted_text_leave_nothing(marker: str):
    for payload in attacks():
        result = clean(f"{marker}{payload}<p>end</p>")
        assert violations(result.html) == [], payload
        assert clean(result.html).html == result.html


def test_a_paste_beyond_measure_is_only_cleaned():
    text = "<p class=MsoNormal>a <span style='font-weight:bold'>b</span></p>" * (MOST // 2)
    assert clean(text).html.startswith("<p>a b</p>")


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        (
            '<p><iframe src="https://www.youtube.com/embed/a-b" title="Film"></iframe></p>',
            '<p class="embed"><a href="https://www.youtube.com/watch?v=a-b">Film</a></p>',
        ),
        (
            '<iframe src="//player.vimeo.com/video/12"></iframe>',
            '<p class="embed"><a href="https://vimeo.com/12">https://vimeo.com/12</a></p>',
        ),
        ('<iframe src="https://evil.example/youtube.com/embed/x">y</iframe>', ""),
        ('<iframe src="javascript://www.youtube.com/embed/x"></iframe>', ""),
        ('<iframe src="https://www.youtube.com.evil.example/embed/x"></iframe>', ""),
        (f'<a href="page:{ID}">x</a>', f'<a href="page:{ID}">x</a>'),
        (f'<a href=" PAGE:{ID.upper()} ">x</a>', f'<a href="page:{ID}">x</a>'),
        ('<a href="page:javascript:alert(1)">x</a>', "x"),
        (f'<img src="page:{ID}" alt="x">', ""),
        ('<div class="embed footnote">x</div>', "<div>x</div>"),
        ('<small class="footnote x">n</small>', '<small class="footnote">n</small>'),
    ],
)
def test_frames_and_own_links(source: str, kept: str):
    result = clean(source)
    assert result.html == kept
    assert violations(kept) == []
    assert is_clean(kept)


def test_a_link_made_of_a_frame_is_told():
    assert clean('<iframe src="https://youtube.com/embed/x"></iframe>').removed == (
        Removal("embed", "YouTube", 1),
    )


def test_own_links_lead_where_the_page_stands_now():
    assert for_readers(OWN, {ID: "/s/a/x?a&b"}) == (
        '<p>See <a href="/s/a/x?a&amp;b">our <b>hours</b></a>.</p>'
    )
    assert for_readers(OWN) == "<p>See our <b>hours</b>.</p>"


def test_footnotes_are_numbered_and_read_at_the_end():
    text = (
        '<p>a<small class="footnote">one <small>little</small></small> b'
        '<small class="footnote"><a href="/x">two</a></small></p>'
    )
    shown = for_readers(text)
    assert 'a<sup class="note-ref"><a id="note-ref-1" href="#note-1"' in shown
    assert '<li id="note-1">one <small>little</small> <a href="#note-ref-1"' in shown
    assert '<li id="note-2"><a href="/x">two</a> ' in shown
    assert for_readers("<p>a <small>b</small></p>") == "<p>a <small>b</small></p>"


def test_only_embeds_of_known_services_are_named():
    known = '<p class="embed"><a href="https://youtu.be/x">Film</a></p>'
    assert '<span class="embed-service">YouTube</span>' in for_readers(known)
    assert for_readers('<p class="embed"><a href="https://user@youtu.be/x">F</a></p>') == (
        '<p><a href="https://user@youtu.be/x">F</a></p>'
    )


def test_blocks_put_together_are_the_body():
    for body in (clean(pasted("word")).html, "a<p>b</p>c<br>d<ul><li>e</li></ul>", "", "<hr>"):
        assert "".join(blocks(body)) == body


def test_only_new_blocks_are_read_again(monkeypatch: pytest.MonkeyPatch):
    read: list[str] = []
    whole = clean_html._by_bleach

    def noted(html: str) -> str:
        read.append(html)
        return html

    monkeypatch.setattr(clean_html, "_by_bleach", lambda html: whole(noted(html)))
    before = "<p>one</p>\n<p>two</p>"
    assert clean(before + "\n<p>new</p>", before).html == before + "\n<p>new</p>"
    assert "".join(read).strip() == "<p>new</p>"
    assert clean("<p onclick=x>two</p>", before).html == "<p>two</p>"


@pytest.mark.parametrize(
    "payload", ["<p>x</p><script>1</script>", '<p><a href="javascript:1">x</a></p>']
)
def test_what_was_not_clean_before_excuses_nothing(payload: str):
    assert violations(clean(payload, payload).html) == []
