"""The comments with which WordPress's block editor marks the blocks of a body.

``<!-- wp:name {"attribute": 1} -->…<!-- /wp:name -->`` holds HTML, ``<!-- wp:name /-->`` none.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import Any

MAX_DEPTH = 100

_BLOCK = re.compile(r"(/?)wp:([a-z][a-z0-9_-]*(?:/[a-z][a-z0-9_-]*)?)(?=\s|/|\{|$)")


@dataclass(slots=True)
class Block:
    """A block: its name without ``core/``, its attributes, and its HTML and inner blocks.

    The body itself is a block without a name. ``empty`` is True for ``<!-- wp:name /-->``.
    """

    name: str
    attributes: dict[str, Any] = field(default_factory=dict)
    pieces: list[str | Block] = field(default_factory=list)
    empty: bool = False


def parse(text: str) -> Block:
    """The blocks of a body. Comments that are no block marks stay in the HTML.

    Marks that do not match are ignored; no mark stays in the result. Never raises.
    """
    root = Block("")
    stack = [root]
    position = search = 0
    while (start := text.find("<!--", search)) >= 0 and (end := text.find("-->", start + 4)) >= 0:
        search = end + 3
        mark = text[start + 4 : end].strip(" \t\n\r")
        found = _BLOCK.match(mark)
        if found is None:
            continue
        stack[-1].pieces.append(text[position:start])
        position = search
        _apply(found[2].removeprefix("core/"), bool(found[1]), mark[found.end() :], stack)
    stack[-1].pieces.append(text[position:])
    return root


def _apply(name: str, closes: bool, rest: str, stack: list[Block]) -> None:
    if closes:
        names = [block.name for block in stack[1:]]
        if name in names:
            while stack.pop().name != name:
                pass
        return
    empty = rest.endswith("/")
    block = Block(name, _attributes(rest.removesuffix("/")), empty=empty)
    stack[-1].pieces.append(block)
    if not empty and len(stack) < MAX_DEPTH:
        stack.append(block)


def _attributes(text: str) -> dict[str, Any]:
    text = text.strip(" \t\n\r")
    if not text.startswith("{"):
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
