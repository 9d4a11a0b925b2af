"""One block of a clean body in Markdown, as well as that can be said."""

from __future__ import annotations

import html as entities
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from portal.content.html_policy import VOID

_TOKEN = re.compile(r"<(/?)([a-z][a-z0-9]*)((?: [a-z]+=\"[^\"<>]*\")*)>|([^<]+)")
_ATTRIBUTE = re.compile(r" ([a-z]+)=\"([^\"]*)\"")
_SPECIAL = re.compile(r"([\\`*_\[\]~|])")
_AT_START = re.compile(r"^([#+=-]|[0-9]{1,9}[.)])", re.MULTILINE)
_TICKS = re.compile("`+")
MARKS = {"strong": "**", "em": "*", "s": "~~"}
DEEPEST = 20


class _Unsayable(Exception):
    """Markdown has no words for this."""


@dataclass
class Node:
    """An element, or a piece of text when it has no tag. `raw` is its start tag as it stands."""

    tag: str = ""
    text: str = ""
    raw: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Node] = field(default_factory=list)


def block_to_markdown(block: str) -> str | None:
    """Return Markdown for one block of a clean body, or None where there is none.

    Whether it comes back as the same HTML is for the caller to try.
    """
    top = _tree(block)
    if top is None or len(top.children) != 1:
        return None
    try:
        return _block(top.children[0], 0)
    except _Unsayable:
        return None


def _tree(html: str) -> Node | None:
    open_nodes = [Node()]
    for closing, tag, rest, text in _TOKEN.findall(html):
        if text:
            open_nodes[-1].children.append(Node(text=entities.unescape(text)))
        elif closing:
            open_nodes.pop()
        else:
            attributes = {
                name: entities.unescape(value) for name, value in _ATTRIBUTE.findall(rest)
            }
            node = Node(tag, "", f"<{tag}{rest}>", attributes)
            open_nodes[-1].children.append(node)
            if tag not in VOID:
                open_nodes.append(node)
        if not open_nodes or len(open_nodes) > DEEPEST:
            return None
    return open_nodes[0] if len(open_nodes) == 1 else None


def _block(node: Node, depth: int) -> str:
    writer = _BLOCKS.get(node.tag)
    if writer is None or (node.attributes and node.tag != "ol"):
        raise _Unsayable(node.tag)
    return writer(node, depth)


def _paragraph(node: Node, _depth: int) -> str:
    return _AT_START.sub(_guarded, _inline(node.children))


def _guarded(found: re.Match[str]) -> str:
    return f"{found[1][:-1]}\\{found[1][-1]}"


def _heading(node: Node, _depth: int) -> str:
    words = _inline(node.children)
    if "\n" in words:
        raise _Unsayable(node.tag)
    return f"{'#' * int(node.tag[1])} {words}"


def _rule(_node: Node, _depth: int) -> str:
    return "***"


def _quote(node: Node, depth: int) -> str:
    inner = "\n\n".join(_block(each, depth + 1) for each in _elements(node))
    return "\n".join(f"> {line}" if line else ">" for line in inner.split("\n"))


def _code(node: Node, _depth: int) -> str:
    if len(node.children) != 1 or node.children[0].tag != "code":
        raise _Unsayable("pre")
    code = node.children[0]
    text = "".join(each.text for each in code.children if not each.tag)
    fence = "`" * max([3, *(len(run) + 1 for run in _TICKS.findall(text))])
    language = code.attributes.get("class", "").removeprefix("language-")
    return f"{fence}{language}\n{text}\n{fence}"


def _list(node: Node, depth: int) -> str:
    if node.attributes.keys() - {"start"}:
        raise _Unsayable("ol")
    number, items = int(node.attributes.get("start", "1")), []
    loose = False
    for each in _elements(node):
        if each.tag != "li" or each.attributes:
            raise _Unsayable(each.tag)
        mark = f"{number}. " if node.tag == "ol" else "- "
        number += 1
        text, blank = _item(each, depth + 1)
        loose = loose or blank
        lines = text.split("\n")
        rest = [f"{' ' * len(mark)}{line}" if line else "" for line in lines[1:]]
        items.append("\n".join([mark + lines[0], *rest]))
    return ("\n\n" if loose else "\n").join(items)


def _item(node: Node, depth: int) -> tuple[str, bool]:
    """Return an item's text, and whether its blocks stand apart from each other."""
    if depth > DEEPEST:
        raise _Unsayable("li")
    first = next((n for n, each in enumerate(node.children) if each.tag in _BLOCKS), None)
    words, inner = node.children[:first], [] if first is None else node.children[first:]
    blocks = [_block(each, depth) for each in inner if each.tag or each.text.strip()]
    said = _AT_START.sub(_guarded, _inline(words).rstrip("\n"))
    if said:
        return "\n".join([said, *blocks]), False
    return "\n\n".join(blocks), bool(blocks)


def _table(node: Node, _depth: int) -> str:
    parts = _elements(node)
    if [each.tag for each in parts] not in (["thead", "tbody"], ["thead"]):
        raise _Unsayable("table")
    rows = [row for part in parts for row in _elements(part)]
    lines = [_row(row) for row in rows]
    lines.insert(1, "|" + " --- |" * len(_elements(rows[0])))
    return "\n".join(lines)


def _row(row: Node) -> str:
    cells = _elements(row)
    if row.attributes or any(cell.attributes for cell in cells):
        raise _Unsayable("tr")
    said = [_inline(cell.children) for cell in cells]
    if any("\n" in cell for cell in said):
        raise _Unsayable("td")
    return "|" + "".join(f" {cell} |" for cell in said)


def _elements(node: Node) -> list[Node]:
    if any(not each.tag and each.text.strip() for each in node.children):
        raise _Unsayable(node.tag)
    return [each for each in node.children if each.tag]


_BLOCKS = {
    "p": _paragraph, "hr": _rule, "blockquote": _quote, "pre": _code, "ul": _list, "ol": _list,
    "table": _table, **dict.fromkeys(("h2", "h3", "h4", "h5", "h6"), _heading),
}  # fmt: skip


def _inline(nodes: list[Node]) -> str:
    return "".join(_pieces(nodes))


def _pieces(nodes: list[Node]) -> Iterator[str]:
    for node in nodes:
        if not node.tag:
            yield _words(node.text)
            continue
        if node.tag in _BLOCKS:
            raise _Unsayable(node.tag)
        said = _named(node)
        yield said if said is not None else _raw(node)


def _named(node: Node) -> str | None:
    """Return what Markdown has marks for."""
    if node.tag in MARKS and not node.attributes:
        return f"{MARKS[node.tag]}{_inline(node.children)}{MARKS[node.tag]}"
    if node.tag == "code" and not node.attributes:
        return _inline_code("".join(each.text for each in node.children))
    if node.tag == "a" and list(node.attributes) == ["href"]:
        return f"[{_inline(node.children)}]({_target(node.attributes['href'])})"
    if node.tag == "img" and list(node.attributes) == ["src", "alt"]:
        return f"![{_words(node.attributes['alt'])}]({_target(node.attributes['src'])})"
    return None


def _raw(node: Node) -> str:
    return node.raw if node.tag in VOID else f"{node.raw}{_inline(node.children)}</{node.tag}>"


def _words(text: str) -> str:
    text = _SPECIAL.sub(r"\\\1", text)
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _inline_code(text: str) -> str:
    ticks = "`" * max([1, *(len(run) + 1 for run in _TICKS.findall(text))])
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def _target(address: str) -> str:
    if not address or re.search(r"[\s<>()\\&*_`\[\]~|]", address):
        address = address.replace("\\", "\\\\").replace("&", "&amp;")
        return f"<{address}>"
    return address
