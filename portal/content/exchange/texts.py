"""Bytes that should be text: which encoding they are in, and where they are not."""

from __future__ import annotations

import codecs

from portal.content.exchange.model import Unfit

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip


def decoded(data: bytes, *, keep_line_ends: bool = False) -> str:
    """Return the text: UTF-8, or UTF-16 with its mark in front; line ends as LF unless kept.

    Raises Unfit with the line of the first byte that is neither.
    """
    marks = ((mark, encoding) for mark, encoding in _MARKS if data.startswith(mark))
    mark, encoding = next(marks, (b"", "utf-8"))
    data = data[len(mark) :]
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as problem:
        line = data[: problem.start].count(b"\n") + 1
        raise Unfit(
            f"The bytes in line {line} are not {encoding.upper()} (0x{data[problem.start]:02X}). "
            "Save it as UTF-8."
        ) from problem
    if "\x00" in text:
        line = text[: text.index("\x00")].count("\n") + 1
        raise Unfit(f"It holds a NUL character in line {line}; remove it.")
    if keep_line_ends:
        return text
    return text.replace("\r\n", "\n").replace("\r", "\n")
