"""Lists as Word and Google Docs write them, made into lists."""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from portal.content.html_moves import BLANK, move_inside, named, parents_of, take_out, unwrap

_LEVEL = re.compile(r"mso-list:\s*\S+\s+level(\d)", re.IGNORECASE)
_TYPED = re.compile(
    r"(?:[·•o§▪●○■\uf0b7\uf0a7-]|(?P<count>\(?(?:\d{1,3}|[a-zA-Z]|[ivx]{1,5})[.)]))"
)


@dataclass(frozen=True)
class _Item:
    paragraph: Element
    level: int
    tag: str


def gather_lists(root: Element) -> None:
    """Make lists of paragraphs that have a bullet or a number typed in front."""
    for parent in [root, *named(root, "div", "td", "th", "blockquote")]:
        run: list[_Item] = []
        for child in [*list(parent), None]:
            item = _item(child) if child is not None else None
            if item is not None:
                run.append(item)
            elif run:
                _make_lists(run, parent)
                run = []
    _nest(root)


def _item(element: Element) -> _Item | None:
    style, kind = element.get("style", ""), element.get("class", "")
    level = _LEVEL.search(style)
    if element.tag != "p" or not (level or "MsoListParagraph" in kind):
        return None
    marker = next((e for e in named(element, "span") if _is_marker(e)), None)
    if marker is None:
        return _Item(element, int(level[1]), "ul") if level else None
    typed = _TYPED.match("".join(marker.itertext()).strip(BLANK))
    take_out(marker, parents_of(element)[marker])
    tag = "ol" if typed and typed["count"] else "ul"
    return _Item(element, int(level[1]) if level else 1, tag)


def _is_marker(span: Element) -> bool:
    return re.search(r"mso-list:\s*Ignore", span.get("style", ""), re.IGNORECASE) is not None


def _make_lists(run: list[_Item], parent: Element) -> None:
    stack: list[tuple[int, Element]] = []
    for item in run:
        while stack and (
            stack[-1][0] > item.level
            or (stack[-1][0] == item.level and stack[-1][1].tag != item.tag)
        ):
            stack.pop()
        if not stack or stack[-1][0] < item.level:
            made = Element(item.tag)
            if stack:
                stack[-1][1][-1].append(made)
            else:
                parent.insert(list(parent).index(item.paragraph), made)
            stack.append((item.level, made))
        entry = SubElement(stack[-1][1], "li")
        move_inside(item.paragraph, entry)
        entry.text = (entry.text or "").lstrip(BLANK)
        parent.remove(item.paragraph)


def _open_at(item: _Item, level: int) -> set[tuple[int, str]]:
    """The lists an item can stand in or begin another list in, at the level of the open one."""
    if level < item.level:
        return {(level, "ul"), (level, "ol")}
    return {(item.level, item.tag)}


def _nest(root: Element) -> None:
    """A list right inside a list belongs to the item before it; a lone paragraph says nothing."""
    for outer in named(root, "ul", "ol"):
        for inner in list(outer):
            index = list(outer).index(inner)
            if inner.tag in ("ul", "ol") and index > 0 and outer[index - 1].tag == "li":
                before = outer[index - 1]
                outer.remove(inner)
                inner.tail = None
                before.append(inner)
    for item in named(root, "li"):
        first = bool(len(item)) and item[0].tag == "p" and not (item.text or "").strip(BLANK)
        if first and sum(child.tag == "p" for child in item) == 1:
            unwrap(item[0], item)
