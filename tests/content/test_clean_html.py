"""Cleaning: nothing harmful stays, nothing harmless goes, and cleaning twice is cleaning once."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from portal.content import html_policy
from portal.content.clean_html import (
    Cleaned,
    Removal,
    TooDeep,
    clean,
    is_clean,
    safe,
)
from tests.content import html_oracle
from tests.content.html_oracle import text_as_a_browser_reads, violations

BENIGN = """
<h2 lang="de">Größe &amp; Maß</h2>
<p dir="rtl">السلام <strong>عليكم</strong> &lt;b&gt; 1 &lt; 2 👩‍👩‍👧 e\u0301</p>
<ul><li>one<ol start="3" reversed="" type="i"><li>two</li></ol></li></ul>
<blockquote><p>said</p></blockquote><pre><code class="language-python">a = "b"
  if x &lt; 1:</code></pre>
<figure class="align-left"><img src="/a.png" alt="&quot;b&quot;" width="3" loading="lazy">
<figcaption>below</figcaption></figure>
<table><caption>c</caption><colgroup><col span="2"></colgroup><thead><tr><th scope="col">h</th></tr>
</thead><tbody><tr><td colspan="2">d</td></tr></tbody></table>
<p><a href="https://example.org/?a=1&amp;b=2#c" title="t" rel="nofollow" hreflang="en">l</a>
<a href="mailto:a@b.example">m</a> <a href="tel:+491">t</a> <a href="#f">f</a> <a href="../x">r</a>
<em>1</em><b>2</b><i>3</i><u>4</u><s>5</s><del>6</del><ins>7</ins><mark>8</mark><small>9</small>
<sub>a</sub><sup>b</sup><code>c</code><kbd>d</kbd><samp>e</samp><var>f</var><cite>g</cite><q>h</q>
<abbr title="x">i</abbr><dfn title="y">j</dfn><span lang="fr">k</span><br></p><hr>
<address>here</address><dl><dt>t</dt><dd>d</dd></dl><details><summary>s</summary>more</details>
<div><h3>3</h3><h4>4</h4><h5>5</h5><h6>6</h6></div>
"""


def assert_clean(source: str) -> Cleaned:
    result = clean(source)
    assert violations(result.html) == [], source
    assert clean(result.html) == Cleaned(result.html, ()), source
    assert is_clean(result.html), source
    assert safe(result.html) == result.html
    return result


def test_there_are_enough_attacks():
    assert len(html_oracle.attacks()) >= 300
    assert len(list(html_oracle.combined())) >= 4000


def test_the_oracle_sees_what_is_not_cleaned():
    caught = [payload for payload in html_oracle.attacks() if violations(payload)]
    assert len(caught) > 0.8 * len(html_oracle.attacks())


@pytest.mark.parametrize("payload", html_oracle.attacks())
def test_attack_leaves_nothing(payload: str):
    assert_clean(payload)


@pytest.mark.parametrize("part", range(8))
def test_attack_in_other_markup_leaves_nothing(part: int):
    refused = 0
    for payload in list(html_oracle.combined())[part::8]:
        try:
            assert_clean(payload)
        except TooDeep:
            refused += 1
    assert refused < 5


def test_benign_markup_is_not_touched():
    assert clean(BENIGN).html == BENIGN
    assert clean(BENIGN).removed == ()
    assert set(re.findall(r"<([a-z0-9]+)", BENIGN)) == html_oracle.TAGS - {"tfoot"}


def test_the_oracle_and_the_policy_agree():
    assert html_policy.TAGS == html_oracle.TAGS
    judged = {tag: set(names) - {"class"} for tag, names in html_policy.ATTRIBUTES.items()}
    assert {tag: names for tag, names in judged.items() if names} == html_oracle.ATTRIBUTES


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("<h1>a</h1>", "<h2>a</h2>"),
        ("a<script>alert(1)</script>b<style>p{}</style>c", "abc"),
        ("<form><p>a</p></form>", "<div><p>a</p></div>"),
        ("<foo>a</foo><font>b</font>", "ab"),
        ("<span>a</span>", "a"),
        ('<a name="x">a</a>', "a"),
        ('<a href="//host/x">a</a>', '<a href="https://host/x">a</a>'),
        ('<a href=" https://x/\ty ">a</a>', '<a href="https://x/y">a</a>'),
        ('<a href="/a:b">a</a>', '<a href="/a:b">a</a>'),
        ('<a href="a:b/c">a</a>', "a"),
        ('<a href="/\\evil">a</a>', "a"),
        ('<a href="x" rel="opener nofollow">a</a>', '<a href="x" rel="nofollow">a</a>'),
        ('<img alt="a">', ""),
        ('<img src="data:image/png;base64,AAAA" alt="a">', ""),
        ('<p class="alignright has-x">a</p>', '<p class="align-right">a</p>'),
        ("<!-- a -->b<?php c ?>", "b"),
        ("a\x00b\x07c\x0bd\r\ne\rf", "abcd\ne\nf"),
        ("&nbsp;&eacute;&#x1F600;", "\xa0é😀"),
        ("\ud83d\ude00|\ud800|", "😀|\ufffd|"),
        ("<pre>\n\n a\n</pre>", "<pre> a\n</pre>"),
        ("<pre>" + "\n" * 20 + "a</pre>", "<pre>a</pre>"),
        ("1 < 2 > 0 & x", "1 &lt; 2 &gt; 0 &amp; x"),
        ("https://example.org is no link", "https://example.org is no link"),
        ("", ""),
    ],
)
def test_cleaned_to(source: str, kept: str):
    assert assert_clean(source).html == kept


def test_the_writer_is_told_what_went():
    source = (
        "<h1 onclick=a>x</h1><script>1</script><script>2</script><!--c-->"
        '<a href="javascript:123">y</a><blink>z</blink>'
    )
    assert clean(source).removed == (
        Removal("element", "script", 2),
        Removal("tag", "blink", 1),
        Removal("renamed", "h1", 1),
        Removal("attribute", "onclick", 1),
        Removal("link", "javascript:", 1),
        Removal("comment", "comment", 1),
    )
    sentences = [removal.sentence for removal in clean(source).removed]
    assert sentences[0] == "Removed <script> with all inside it (2)."
    assert all(sentence.endswith(").") for sentence in sentences)


def test_names_in_sentences_are_short_and_without_controls():
    (removal,) = clean(f"<p {'o' * 500}\x01\x02=1>x").removed
    assert len(removal.name) <= 40
    assert removal.name.isprintable()


@pytest.mark.parametrize(
    "source",
    [
        "<div>" * 50_000,
        "<b><i>" * 25_000 + "x",
        "".join(f"<p><b class=x{n}>" for n in range(5_000)),
        "<svg>" * 50_000,
        "<table>" + "x<b></b>" * 50_000,
        "<a " + "b " * 200_000 + ">",
        "<a" * 200_000,
        '<a title="' + "&" * 200_000 + '">x</a>',
        "x" * 2_000_001,
    ],
)
def test_what_can_not_be_read_in_bounded_time_is_refused(source: str):
    with pytest.raises(TooDeep, match=r"\. \S.*\.$"):
        clean(source)
    assert str(safe(source)).startswith(("&lt;", "x"))


@pytest.mark.parametrize(
    "source", ["<p>hello <b>wor", "a&a ", "<br>", "</p>", "<", "<!--", "<li>", "text ", "&#65;"]
)
def test_a_long_text_is_read(source: str):
    assert is_clean(clean(source * (100_000 // len(source))).html)


@pytest.mark.parametrize("payload", html_oracle.attacks())
def test_guard_on_render_makes_stored_text_safe(payload: str):
    shown = safe(payload)
    assert isinstance(shown, Markup)
    assert violations(str(shown)) == []


@pytest.mark.parametrize(
    "stored",
    [
        "</div></div><p>out</p>",
        "<div>open",
        "<p><b>crossed</p></b>",
        "<P>x</P>",
        "<p >x</p>",
        "<a href=x>x</a>",
        '<a href="javascript:1">x</a>',
        '<a href="java&#115;cript:1">x</a>',
        "<p>a & b</p>",
        "<p>\x00</p>",
        "<script></script>",
        "<br></br>",
        "<a>x</a>",
        "<img>",
        "<span>x</span>",
    ],
)
def test_stored_text_that_was_not_cleaned_is_noticed(stored: str):
    assert not is_clean(stored)
    assert is_clean(str(safe(stored)))


TAGS = st.sampled_from(sorted(html_oracle.TAGS))
PIECES = [
    *("<svg>", "<math>", "<style>", "</style>", "<button>", "<object>", "<form>", "<h1>", "<p/"),
    *("<a href=x>", "<a href='javascript:1'>", "<span lang=en>", "<img src=x>", "<!--", "-->"),
    *("<![CDATA[", "]]>", "&", "&lt", "&amp;lt;", '"', "'", ">", "\n", "\r", "\x00", "\ud800"),
]
TAG_SOUP = st.lists(
    st.one_of(
        TAGS.map("<{}>".format),
        TAGS.map("</{}>".format),
        st.sampled_from(PIECES),
        st.text(max_size=4),
    ),
    max_size=25,
).map("".join)


@settings(max_examples=400)
@given(TAG_SOUP)
def test_any_tag_soup_comes_out_clean_and_stays_so(soup: str):
    assert_clean(soup)


@settings(max_examples=300)
@given(TAG_SOUP)
def test_what_the_guard_accepts_holds_nothing_forbidden(soup: str):
    if is_clean(soup):
        assert violations(soup) == []


@settings(max_examples=200)
@given(st.text(max_size=200).filter(lambda text: "<" not in text and "&" not in text))
def test_plain_text_keeps_every_code_point(text: str):
    expected = re.sub("[\x00-\x08\x0b\x0e-\x1f]", "", text).replace("\r\n", "\n")
    expected = expected.replace("\r", "\n").replace("\x0c", " ")
    assert text_as_a_browser_reads(clean(text).html) == expected
