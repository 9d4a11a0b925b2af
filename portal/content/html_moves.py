"""Moving the elements of a tree: text lies behind elements, so each move takes care of it."""

from __future__ import annotations

from collections.abc import Iterator
from xml.etree.ElementTree import Element

Parents = dict[Element, Element]
BLANK = "\u00a0 \t\n\r\f"


def parents_of(root: Element) -> Parents:
    """The element that each one stands in."""
    return {child: parent for parent in root.iter() for child in parent}


def named(root: Element, *tags: str) -> list[Element]:
    """The elements with one of these tags, in order; without tags all that are no comments."""
    found = (each for each in root.iter() if isinstance(each.tag, str))
    return [each for each in found if each is not root and (not tags or each.tag in tags)]


def words(element: Element) -> str:
    """The text inside, comments left out, without the blanks around it."""
    return "".join(_texts(element)).strip(BLANK)


def _texts(element: Element) -> Iterator[str]:
    if isinstance(element.tag, str):
        yield element.text or ""
        for child in element:
            yield from _texts(child)
            yield child.tail or ""


def add_text(parent: Element, index: int, text: str | None) -> None:
    """Put text right before the child that stands at `index`."""
    if not text:
        return
    if index == 0:
        parent.text = (parent.text or "") + text
    else:
        before = parent[index - 1]
        before.tail = (before.tail or "") + text


def take_out(element: Element, parent: Element) -> None:
    """Remove an element with all inside it; the text behind it stays."""
    index = list(parent).index(element)
    parent.remove(element)
    add_text(parent, index, element.tail)
    element.tail = None


def unwrap(element: Element, parent: Element) -> None:
    """Put what is inside an element in its place."""
    index = list(parent).index(element)
    children, text, tail = list(element), element.text, element.tail
    parent.remove(element)
    add_text(parent, index, text)
    for offset, child in enumerate(children):
        parent.insert(index + offset, child)
    add_text(parent, index + len(children), tail)


def move_inside(source: Element, target: Element) -> None:
    """Move text and children from one element to the end of another."""
    add_text(target, len(target), source.text)
    target.extend(list(source))
    source.text = None
    for child in list(source):
        source.remove(child)
