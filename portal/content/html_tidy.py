"""What comes out of Word and Google Docs, put into the tags it means before cleaning takes over.

Both write their meaning into styles and classes, which are not kept: a list is a row of paragraphs
with a bullet typed in front, bold is a span, a footnote is two links to each other. Frames of
services on the list become links here too.
"""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlsplit
from xml.etree.ElementTree import Element, SubElement

from portal.content.html_embeds import link_of, service_of
from portal.content.html_facts import Facts
from portal.content.html_lists import gather_lists
from portal.content.html_looks import drop_looks
from portal.content.html_moves import (
    move_inside,
    named,
    parents_of,
    words,
)
from portal.content.html_notes import gather_notes

MOST = 15_000
"""Elements of a text that is put in order; a longer one is only cleaned, in bounded time."""

_PASTED = re.compile(
    r"""mso-|class=["']?Mso|urn:schemas-microsoft|docs-internal-guid|google\.com/url\?""",
    re.IGNORECASE,
)
_HEADING = re.compile(r"h[1-6]")
_MEANING = tuple(
    (re.compile(rf"(?<![\w-]){pattern}", re.IGNORECASE), tag)
    for pattern, tag in (
        (r"font-weight:\s*(?:bold|[6-9]00)", "strong"),
        (r"font-style:\s*italic", "em"),
        (r"text-decoration[^;]*line-through", "s"),
        (r"text-decoration[^;]*underline", "u"),
        (r"vertical-align:\s*super", "sup"),
        (r"vertical-align:\s*sub\b", "sub"),
    )
)
_UNDONE = {
    "b": re.compile(r"(?<![\w-])font-weight:\s*(?:normal|400)", re.IGNORECASE),
    "i": re.compile(r"(?<![\w-])font-style:\s*normal", re.IGNORECASE),
}
_BOXES = frozenset({"DOCUMENT_FRAGMENT", "div", "figure", "blockquote", "li", "td", "th"})


def tidy(root: Element, source: str, facts: Facts) -> None:
    """Change the tree in place. `source` is what it was read from; what goes is counted."""
    if "<iframe" in source.lower():
        _frames_to_links(root, facts)
    if _PASTED.search(source) and sum(1 for _ in root.iter()) <= MOST:
        gather_notes(root)
        gather_lists(root)
        _name_headings(root)
        _styles_to_tags(root)
        _real_addresses(root)
        drop_looks(root, facts)


def _frames_to_links(root: Element, facts: Facts) -> None:
    parents = parents_of(root)
    for frame in named(root, "iframe"):
        url, parent = link_of(frame.get("src", "")), parents[frame]
        if url is None:
            continue
        facts["embed", service_of(url) or "a service"] += 1
        text, tail = " ".join(frame.get("title", "").split()) or url, frame.tail
        frame.clear()
        frame.tail = tail
        link = frame
        if parent.tag in _BOXES:
            frame.tag = "p"
            frame.set("class", "embed")
            link = SubElement(frame, "a")
        elif parent.tag == "p" and words(parent) == "" and len(parent) == 1:
            parent.set("class", "embed")
        link.tag, link.text = "a", text
        link.set("href", url)


def _name_headings(root: Element) -> None:
    for block in named(root, "p"):
        kind = block.get("class", "")
        if "MsoTitle" in kind:
            block.tag = "h1"
        elif "Quote" in kind and "Mso" in kind:
            block.tag = "blockquote"
            inner = Element("p")
            move_inside(block, inner)
            block.append(inner)
    headings = [each for each in named(root) if _HEADING.fullmatch(each.tag)]
    if any(each.tag == "h1" for each in headings):
        for each in headings:  # the page's title is its h1: all others go one down
            each.tag = f"h{min(int(each.tag[1]) + 1, 6)}"


def _styles_to_tags(root: Element) -> None:
    parents = parents_of(root)
    for element in named(root, "span", "b", "strong", "i", "em", "font"):
        style = element.get("style", "")
        undone = _UNDONE.get({"strong": "b", "em": "i"}.get(element.tag, element.tag))
        if undone and undone.search(style):
            element.tag = "span"
        if element.tag not in ("span", "font"):
            continue
        around = _around(element, parents) | {each.tag for each in element.iter()}
        tags = [tag for pattern, tag in _MEANING if pattern.search(style)]
        for tag in tags:
            heading = any(_HEADING.fullmatch(str(each)) for each in around)
            if (tag == "u" and "a" in around) or (tag == "strong" and heading) or tag in around:
                continue
            inner = Element(tag)
            move_inside(element, inner)
            element.append(inner)
            parents[inner] = element
            around.add(tag)


def _around(element: Element, parents: dict[Element, Element]) -> set[object]:
    found: set[object] = set()
    while element in parents:
        element = parents[element]
        found.add(element.tag)
    return found


def _real_addresses(root: Element) -> None:
    for link in named(root, "a"):
        href = link.get("href", "")
        if href.startswith("https://www.google.com/url?"):
            link.set("href", parse_qs(urlsplit(href).query).get("q", [href])[0])
