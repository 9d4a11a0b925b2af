"""A clean body → Markdown that means the very same HTML again.

Every block is written as Markdown and read back; one that would not come back to the letter stands
there as HTML, which Markdown allows. A body whose blocks cannot be put together again like this
stays HTML as a whole.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from portal.content.exchange.markdown_blocks import block_to_markdown
from portal.content.exchange.markdown_read import GAPS, LINE_BREAK, Spacing, TooTangled, to_html
from portal.content.html_blocks import blocks

_LIST = re.compile(r"<[uo]l[ >]")
_BLANK_LINES = re.compile(r"\n(?=[ \t]*(?:\n|$))")


@dataclass(frozen=True)
class Written:
    """A body as text. Without `spacing` it is HTML and not Markdown."""

    text: str
    spacing: Spacing | None


def to_markdown(body: str) -> Written:
    """Return the text that a clean body is written as."""
    parts = blocks(body)
    found: list[tuple[int, str, Spacing]] = []
    for spacing in GAPS:
        written = _written(parts, spacing)
        if written is not None and _comes_back(written[1], spacing, body):
            found.append((*written, spacing))
    if not found:
        return Written(body, None)
    _, text, best = min(found, key=lambda each: each[0])
    return Written(text, best)


def _written(parts: list[str], spacing: Spacing) -> tuple[int, str] | None:
    """Return the text and how many blocks stand in it as HTML; None where that cannot be."""
    said, before_list, html = list[str](), False, 0
    for group in _grouped(parts, GAPS[spacing]):
        if not group:
            return None
        is_list = _LIST.match(group[0]) is not None
        alone = len(group) == 1 and not (is_list and before_list)
        text = _as_markdown(group[0], spacing) if alone else None
        before_list = is_list and text is not None
        html += 0 if text is not None else len(group)
        said.append(_as_html(group) if text is None else text)
    return html, "\n\n".join(said)


def _grouped(parts: list[str], gap: str) -> list[list[str]]:
    """Return the blocks between which the gap stands; what has another one stays together."""
    groups: list[list[str]] = [[]] if parts else []
    for number, part in enumerate(parts):
        if gap and part == gap:
            groups.append([])
            continue
        blank = not part.strip() or (number > 0 and not parts[number - 1].strip())
        if not gap and number and not blank:
            groups.append([])
        groups[-1].append(part)
    return groups


def _as_markdown(block: str, spacing: Spacing) -> str | None:
    text = block_to_markdown(block)
    return text if text is not None and _comes_back(text, spacing, block) else None


def _comes_back(text: str, spacing: Spacing, html: str) -> bool:
    try:
        return to_html(f"{text}\n", spacing) == html  # as it stands in its file: a line that ends
    except TooTangled:
        return False


def _as_html(group: list[str]) -> str:
    """Return blocks as HTML with no blank line in it: such a line would end it."""
    alone = len(group) == 1 and group[0].startswith("<pre")
    return group[0] if alone else _BLANK_LINES.sub(LINE_BREAK, "".join(group))
