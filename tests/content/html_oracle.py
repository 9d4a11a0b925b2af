"""What clean HTML may hold, said a second time and judged by another parser (html5lib).

Nothing here comes from portal.content, so that a slip in the policy does not excuse itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib

DATA = Path(__file__).parent / "data"
TAGS = set(
    re.findall(
        r"\S+",
        """a abbr address b blockquote br caption cite code col colgroup dd del details dfn div dl
        dt em figcaption figure h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span
        strong sub summary sup table tbody td tfoot th thead tr u ul var""",
    )
)
ATTRIBUTES = {
    "a": {"href", "title", "rel", "hreflang"},
    "img": {"src", "alt", "title", "width", "height", "loading"},
    "abbr": {"title"},
    "dfn": {"title"},
    "ol": {"start", "reversed", "type"},
    "th": {"scope", "colspan", "rowspan"},
    "td": {"colspan", "rowspan"},
    "col": {"span"},
    "colgroup": {"span"},
}
EVERYWHERE = {"lang", "dir", "class"}
CLASS = re.compile(r"(align-(left|right|center|wide|full)|language-[a-z0-9+#.-]+)")
CLASSES = {"p": {"embed"}, "small": {"footnote"}}
OWN_PAGE = re.compile(r"page:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
VOID = {"br", "hr", "img", "col"}


def violations(html: str) -> list[str]:
    """What in a text may not be in a clean body, however a browser reads it."""
    found: list[str] = []
    for scripting in (True, False):
        tree = html5lib.parseFragment(html, namespaceHTMLElements=False, scripting=scripting)
        for element in list(tree.iter())[1:]:
            found += _violations_of(element)
    return found


def _violations_of(element: Element) -> Iterator[str]:
    if not isinstance(element.tag, str) or element.tag not in TAGS:
        yield f"tag {element.tag}"
        return
    for name, value in element.attrib.items():
        if name not in ATTRIBUTES.get(element.tag, set()) | EVERYWHERE:
            yield f"attribute {element.tag} {name}"
        own_page = name == "href" and OWN_PAGE.fullmatch(value)
        if name in ("href", "src") and not own_page:
            scheme = scheme_as_a_browser_reads(value)
            if scheme not in ("", "http", "https", *(["mailto", "tel"] * (name == "href"))):
                yield f"scheme {scheme}"
            if re.match(r"[/\\]{2}", value):
                yield "host without a scheme"
        if name == "class":
            yield from (f"class {w}" for w in value.split() if not _class_is_known(element.tag, w))


def _class_is_known(tag: str, word: str) -> bool:
    return CLASS.fullmatch(word) is not None or word in CLASSES.get(tag, set())


def scheme_as_a_browser_reads(address: str) -> str:
    """The scheme by the WHATWG URL standard: trim C0 and space, drop TAB, LF, CR, then read."""
    trimmed = re.sub(r"^[\x00-\x20]+|[\x00-\x20]+$", "", address)
    scheme = re.match(r"[a-zA-Z][a-zA-Z0-9+\-.]*(?=:)", re.sub(r"[\t\n\r]", "", trimmed))
    return scheme[0].lower() if scheme else ""


def text_as_a_browser_reads(html: str) -> str:
    """All the text of a fragment, as html5lib sees it, without comments."""
    return "".join(texts(html))


def texts(html: str) -> Iterator[str]:
    """The pieces of text between the tags, in order."""
    tree = html5lib.parseFragment(html, namespaceHTMLElements=False)
    walker = html5lib.getTreeWalker("etree")
    return (
        token["data"]
        for token in walker(tree)
        if token["type"] in ("Characters", "SpaceCharacters")
    )


def attacks() -> list[str]:
    """The payloads of the list, with escapes for the characters an editor can not show."""
    lines = (DATA / "html_attacks.txt").read_text(encoding="utf-8").splitlines()
    return [_decoded(line) for line in lines if line and not line.startswith("# ")]


def _decoded(line: str) -> str:
    def character(escape: re.Match[str]) -> str:
        if escape[1]:
            return chr(int(escape[1], 16))
        return {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}[escape[2]]

    return re.sub(r"\\(?:x([0-9a-f]{2})|([tnr\\]))", character, _long(line))


def _long(line: str) -> str:
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda escape: chr(int(escape[1], 16)), line)


SURROUNDINGS = (
    "<p>{}</p>",
    "<table><tr>{}<td>x</table>",
    "<select><option>{}</select>",
    "<svg><desc>{}",
    "<math><mtext>{}</math>",
    "<!-- > {} -->",
    '<a href="https://ok.example" title="{}">x</a>',
    "<a href='{}'>x</a>",
    "<pre>\n{}",
    "<noscript>{}</noscript><b>",
)


def combined() -> Iterator[str]:
    """Each payload inside other markup, cut off, doubled and in capitals."""
    for payload in attacks():
        for frame in SURROUNDINGS:
            yield frame.replace("{}", payload)
        yield payload[: len(payload) * 2 // 3]
        yield payload + payload
        yield payload.upper()
        yield payload.replace(" ", "/")
