"""What only says how pasted text looked, and leaves nothing to read."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from portal.content.html_facts import Facts
from portal.content.html_moves import BLANK, named, parents_of, take_out, unwrap, words
from portal.content.html_policy import names

_LOOKS = names(
    "style class lang align valign width height role aria-level border cellpadding cellspacing "
    "clear id name size color face bgcolor nowrap noshade"
)
_NO_TEXT = frozenset({"style", "meta", "link", "xml"})
_HOLLOW = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "div", "span"})
_OURS = frozenset({"footnote", "embed"})


def drop_looks(root: Element, facts: Facts) -> None:
    """Drop what only says how it looked: attributes, blank paragraphs, Word's own tags."""
    before = sum(1 + len(each.attrib) for each in root.iter())
    parents = parents_of(root)
    for element in [each for each in root.iter() if each is not root]:
        if not isinstance(element.tag, str) or element.tag in _NO_TEXT:
            take_out(element, parents[element])
        elif element.tag != "img":
            own = {name: value for name, value in element.items() if _says_something(name, value)}
            element.attrib.clear()
            element.attrib.update(own)
    _unwrap_foreign(root)
    after = sum(1 + len(each.attrib) for each in root.iter())
    if before > after:
        facts["looks", "looks"] += before - after


def _says_something(name: str, value: str) -> bool:
    if name == "class":
        return value in _OURS
    return name not in _LOOKS and (name, value) != ("dir", "ltr")


def _unwrap_foreign(root: Element) -> None:
    parents = parents_of(root)
    for element in reversed(named(root)):  # what is inside comes first
        foreign = ":" in element.tag and "{" not in element.tag
        if foreign or (element.tag in ("span", "font") and not element.attrib):
            unwrap(element, parents[element])
    _drop_blanks(root)


def _drop_blanks(root: Element) -> None:
    """Paragraphs without words, line breaks between blocks, and boxes that hold only blocks."""
    parents = parents_of(root)
    for block in reversed(named(root)):
        parent = parents[block]
        if _says_nothing(block, parent is root or parent.tag == "div"):
            take_out(block, parent)
        elif _only_holds(block, parent):
            unwrap(block, parent)
    for parent in [root, *named(root, "table", "tbody", "tr", "ul", "ol")]:
        parent.text = _no_blank(parent.text, parent is root)
        for child in parent:
            child.tail = _no_blank(child.tail, parent is root)
    if len(root) and root[-1].tag == "hr":  # it stood above the notes
        root.remove(root[-1])
    if len(root):
        root.text, root[-1].tail = (root.text or "").lstrip(), (root[-1].tail or "").rstrip()


def _says_nothing(block: Element, between: bool) -> bool:
    empty = block.tag in _HOLLOW and words(block) == "" and not named(block, "img", "hr", "td")
    return empty or (block.tag == "br" and between)


def _only_holds(block: Element, parent: Element) -> bool:
    if block.tag == "p":
        return parent.tag in ("td", "th") and len(parent) == 1
    loose = [block.text, *(child.tail for child in block)]
    return block.tag == "div" and not any((text or "").strip(BLANK) for text in loose)


def _no_blank(text: str | None, at_top: bool) -> str | None:
    return ("\n" if at_top else None) if not (text or "").strip(BLANK) else text
