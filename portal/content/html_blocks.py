"""Clean HTML taken apart into what stands side by side at its top."""

from __future__ import annotations

import re

from portal.content.html_policy import VOID

_TAG = re.compile(r"<(/?)([a-z][a-z0-9]*)[^<>]*>")


def blocks(html: str) -> list[str]:
    """The elements at the top of a clean body, and the text between them, in order.

    Put together again they are the body, character for character.
    """
    found: list[str] = []
    depth = start = 0
    for tag in _TAG.finditer(html):
        if tag[2] in VOID:
            continue
        depth += -1 if tag[1] else 1
        if tag[1] and depth == 0:
            found.append(html[start : tag.end()])
            start = tag.end()
        elif not tag[1] and depth == 1 and tag.start() > start:
            found.append(html[start : tag.start()])
            start = tag.start()
    return [*found, html[start:]] if start < len(html) else found
