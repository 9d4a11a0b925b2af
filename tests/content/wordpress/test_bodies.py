"""Bodies: what is carried over, what becomes a link, what stays visible, and what is told."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.content.clean_html import is_clean
from portal.content.wordpress.bodies import convert
from tests.content import html_oracle


def told(content: str) -> dict[tuple[str, str], int]:
    return {(lost.kind, lost.name): lost.count for lost in convert(content).lost}


def block(name: str, inner: str = "", attributes: str = "") -> str:
    opening = f"<!-- wp:{name} {attributes} " if attributes else f"<!-- wp:{name} "
    return f"{opening}-->\n{inner}\n<!-- /wp:{name} -->" if inner else f"{opening}/-->"


@pytest.mark.parametrize(
    ("content", "html"),
    [
        (block("paragraph", "<p>a\nb</p>"), "<p>a\nb</p>"),
        (block("core/paragraph", "<p>a</p>", '{"dropCap":true}'), "<p>a</p>"),
        (block("heading", "<h1>a</h1>", '{"level":1}'), "<h2>a</h2>"),
        (block("group", f"<div>{block('paragraph', '<p>a</p>')}</div>"), "<div>\n<p>a</p>\n</div>"),
        (block("html", "<b> a </b>"), "<b> a </b>"),
        (block("code", "<pre><code>&lt;!-- wp:x --&gt; [gallery]</code></pre>"),) * 2,
        ("one\n\n" + block("paragraph", "<p>two</p>") + "\nthree", None),
        ('<!-- wp:paragraph {"a":"b"} --><p>never closed</p>', "<p>never closed</p>"),
        ("<!-- /wp:paragraph --><p>a</p>", "<p>a</p>"),
        ('<!-- wp:x/y {"broken" --><p>a</p><!-- /wp:x/y -->', "<p>a</p>"),
    ],
)
def test_blocks_keep_their_html_and_lose_their_marks(content: str, html: str | None):
    body = convert(content)
    if html == content:
        html = "<pre><code>&lt;!-- wp:x --&gt; [gallery]</code></pre>"
    assert body.html == (html or "<p>one</p>\n<p>two</p>\n<p>three</p>")
    assert "<!--" not in body.html
    assert body.lost == ()


def test_blocks_that_are_computed_are_told_and_leave_no_empty_wrappers():
    content = (
        block("archives")
        + block("latest-posts", attributes='{"postsToShow":3}')
        + block("query", f"<div>{block('post-template', block('post-title'))}</div>")
        + block("archives", attributes='{"displayAsDropdown":true}')
        + block("block", attributes='{"ref":12}')
        + block("paragraph", "<p>a</p>")
    )
    body = convert(content)
    assert body.html == "<p>a</p>"
    assert told(content) == {
        ("block", "archives"): 2,
        ("block", "latest-posts"): 1,
        ("block", "post-title"): 1,
        ("block", "block"): 1,
    }
    assert body.lost[0].sentence.endswith("is left out (2)")


@pytest.mark.parametrize(
    "content",
    [
        block("embed", attributes='{"url":"https://v.example/1?a=b&c=d"}'),
        block("core-embed/youtube", "<figure>\nhttps://v.example/1?a=b&amp;c=d\n</figure>"),
        "[embed]https://v.example/1?a=b&amp;c=d[/embed]",
        "[embed width=3]https://v.example/1?a=b&c=d[/embed]",
        "before\n\nhttps://v.example/1?a=b&amp;c=d\n\nafter",
        block("rss", attributes='{"feedURL":"https://v.example/1?a=b&c=d"}'),
    ],
)
def test_an_embed_becomes_a_link(content: str):
    body = convert(content)
    address = "https://v.example/1?a=b&amp;c=d"
    assert f'<p><a href="{address}">{address}</a></p>' in body.html
    assert len(body.lost) == 1


def test_an_embed_keeps_its_caption_and_refuses_odd_addresses():
    caption = "<figure>x<figcaption>Seen <em>here</em></figcaption></figure>"
    body = convert(block("embed", caption, '{"url":"javascript:alert(1)"}'))
    assert body.html == "<p>Seen <em>here</em></p>"
    assert body.lost[0].kind == "embed"


@pytest.mark.parametrize(
    ("content", "link"),
    [
        ("[audio https://f.example/a.mp3]", '<a href="https://f.example/a.mp3">a.mp3</a>'),
        ('[audio mp3="https://f.example/a.mp3"][/audio]', "a.mp3</a>"),
        ('[video width="1" mp4="https://f.example/b.mp4"][/video]', "b.mp4</a>"),
        ('<video controls src="https://f.example/b.mp4"></video>', "b.mp4</a>"),
        ("<video><source src='https://f.example/b.webm'><source src=x></video>", "b.webm</a>"),
        ("<iframe src=https://v.example/1></iframe>", ">https://v.example/1</a>"),
        ('<iframe src="//v.example/1"></iframe>', 'href="https://v.example/1"'),
    ],
)
def test_players_become_links(content: str, link: str):
    body = convert(content)
    assert link in body.html
    assert body.html.count("<a ") == 1
    assert [lost.kind for lost in body.lost] in (["embed"], ["media"])


@pytest.mark.parametrize(
    "content",
    [
        '[caption id="a1" align="alignleft" width="9"]{} A <em>b</em>[/caption]',
        '[caption id="a1" align="alignleft" caption="A b"]{}[/caption]',
        '[wp_caption align="alignleft"]{} A b[/wp_caption]',
    ],
)
def test_a_caption_becomes_a_figure(content: str):
    image = '<a href="/x"><img src="/a.png" alt="" /></a>'
    body = convert(content.replace("{}", image))
    assert body.html.startswith('<figure class="align-left"><a href="/x"><img src="/a.png" alt="">')
    assert re.search(r"<figcaption>A (<em>)?b(</em>)?</figcaption></figure>$", body.html)
    assert body.lost == ()


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("[gallery]", "gallery"),
        ('[gallery ids="1,2"]', "gallery"),
        ("[playlist ids='1']", "playlist"),
        ("[caption]no image[/caption]", "caption"),
        ("[embed]not an address[/embed]", "embed"),
        ('[contact-form-7 id="12" title="A"]', "contact-form-7"),
        ("[box]text[/box]", "box"),
        ("[youtube https://v.example/1]", "youtube"),
        ("[divider /]", "divider"),
    ],
)
def test_other_shortcodes_stay_visible_and_are_told_once(content: str, name: str):
    body = convert(f"before {content} after")
    assert html_oracle.text_as_a_browser_reads(body.html) == f"before {content} after"
    assert told(content) == {("shortcode", name): 1}


@pytest.mark.parametrize(
    "text",
    [
        "[sic]",
        "[1]",
        "[simple boat]",
        "[...]",
        "a[i] = b[j]",
        "[x",
        "[]",
        "[ gallery ]",
        "[https://x.example]",
        "<code>[gallery]</code>",
        '<img src="/a.png" alt="[gallery]">',
        "<pre>[gallery ids=1]</pre>",
    ],
)
def test_text_in_brackets_is_only_text(text: str):
    assert told(text) == {}


def test_a_shortcode_written_to_be_read_is_its_text():
    body = convert("Use [[gallery ids=1]] here")
    assert (body.html, body.lost) == ("<p>Use [gallery ids=1] here</p>", ())


def test_breaks_are_told():
    content = "a<!--more-->b<!--nextpage-->c" + block("more", "<!--more-->") + "<!-- plain -->"
    assert told(content) == {("break", "more"): 2, ("break", "nextpage"): 1}
    assert [removal.kind for removal in convert(content).removed] == ["comment"]


def test_the_picture_of_a_cover_is_kept():
    attributes = '{"url":"https://f.example/c.jpg"}'
    body = convert(block("cover", "<div style='x'><p>over</p></div>", attributes))
    assert '<img src="https://f.example/c.jpg" alt="">' in body.html
    body = convert(block("cover", '<img src="https://f.example/c.jpg">', attributes))
    assert body.html.count("<img") == 1


def test_what_is_too_deep_is_kept_as_text():
    body = convert("<div>" * 500 + "deep")
    assert body.html.startswith("<pre>&lt;div&gt;")
    assert body.html.endswith("deep</pre>")
    assert [lost.kind for lost in body.lost] == ["body"]


@pytest.mark.parametrize("payload", html_oracle.attacks()[::3])
def test_attacks_in_bodies(payload: str):
    quoted = payload.replace('"', "'")
    for frame in ("{}", "[caption]<img src=x> {}[/caption]", '[audio "{}"]', "[embed]{}[/embed]"):
        assert html_oracle.violations(convert(frame.replace("{}", quoted)).html) == []
    assert html_oracle.violations(convert(block("html", payload)).html) == []


PIECES = [
    *("<!-- wp:a -->", "<!-- /wp:a -->", "<!-- wp:b {} /-->", '<!-- wp:embed {"url":"x"} -->'),
    *("[gallery]", "[caption]", "[/caption]", "[b c='d']", "[/b]", "[[", "]]", "<img src=x>"),
    *("<pre>", "</pre>", "<p>", "</p>", "<div>", "\n", "\n\n", "<!--", "-->", "https://x.example"),
    *("<iframe src=https://x>", "<video>", "<source src=https://x/y>", "text", '"', "'", "<"),
]


@settings(max_examples=300)
@given(st.lists(st.sampled_from(PIECES), max_size=20).map("".join))
def test_any_mixture_gives_a_clean_body(content: str):
    body = convert(content)
    assert is_clean(body.html)
    assert html_oracle.violations(body.html) == []
    assert "<!--" not in body.html


@pytest.mark.parametrize(
    "piece",
    ["<!-- wp:a -->", "<!--", "[a", "[a b='", "[[a]", "<pre>", "[caption]", "<iframe ", "\n"],
)
def test_long_bodies_are_read_in_bounded_time(piece: str):
    assert is_clean(convert(piece * (150_000 // len(piece))).html)
