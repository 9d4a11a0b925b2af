"""The bytes of an export -> a tree of plain nodes, or a sentence that says what is wrong.

Entities and document types are refused before anything is expanded, so neither entity bombs
nor references to other files or servers can do anything. No network is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import XMLParser

from portal.content.wordpress.documents import NotWordPress

LIMIT = 64 * 1024 * 1024
MAX_DEPTH = 40
_CHUNK = 65536

_NAMESPACES = (
    (re.compile(r"https?://wordpress\.org/export/1\.\d+/excerpt/?"), "excerpt"),
    (re.compile(r"https?://wordpress\.org/export/1\.\d+/?"), "wp"),
    (re.compile(r"https?://purl\.org/rss/1\.0/modules/content/?"), "content"),
    (re.compile(r"https?://purl\.org/dc/elements/1\.1/?"), "dc"),
)
_TROUBLES = {
    "mismatched tag": "A tag is closed that is not the one opened last.",
    "not well-formed": "There is a character here that XML does not allow.",
    "no element found": "The file ends before all its tags are closed.",
    "unclosed token": "The file ends in the middle of a tag.",
    "unclosed CDATA section": "The file ends in the middle of a text.",
    "undefined entity": "A reference such as &nbsp; is used that XML does not know.",
    "unbound prefix": "A tag has a prefix that the file does not declare.",
    "junk after document element": "There is text after the end of the export.",
    "duplicate attribute": "A tag has the same attribute twice.",
    "encoding": "The file is not in the encoding that its first line names.",
}
_AGAIN = "Export the site again and import the new file unchanged."


@dataclass(slots=True)
class Node:
    """One element: its family (``wp``, ``content``, ``excerpt``, ``dc`` or ""), name and text."""

    family: str
    name: str
    line: int
    attributes: dict[str, str]
    children: list[Node] = field(default_factory=list)
    pieces: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    def all(self, family: str, name: str) -> Iterator[Node]:
        """The children of that name."""
        return (node for node in self.children if node.name == name and node.family == family)

    def value(self, family: str, name: str) -> str:
        """The text of the first child of that name, or an empty string."""
        return next((node.text for node in self.all(family, name)), "")


def parse(data: bytes, *, limit: int = LIMIT) -> Node:
    """The root node of the file. Raises NotWordPress for whatever is not well-formed XML."""
    _check_bytes(data, limit)
    target = _Target()
    reader: Any = XMLParser(target=target, forbid_dtd=True)
    target.expat = reader.parser
    try:
        for start in range(0, len(data), _CHUNK):
            reader.feed(data[start : start + _CHUNK])
        root: Node = reader.close()
    except ParseError as error:
        raise _trouble(error) from error
    except DefusedXmlException as error:
        raise NotWordPress(
            "The file declares a document type or entities. No WordPress export does; "
            "such declarations can be used for attacks, so the file is not read.",
            reader.parser.CurrentLineNumber,
            reader.parser.CurrentColumnNumber + 1,
        ) from error
    except (LookupError, ValueError) as error:
        if isinstance(error, NotWordPress):
            raise
        raise NotWordPress(
            f"The file's encoding can not be read. Save it as UTF-8. {_AGAIN}", 1, 1
        ) from error
    return root


class _Target:
    """Receives what expat finds and builds the nodes."""

    def __init__(self) -> None:
        self.expat: Any = None
        self.stack: list[Node] = []
        self.root: Node | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        uri, _, name = tag.rpartition("}")
        line = self.expat.CurrentLineNumber
        if len(self.stack) >= MAX_DEPTH:
            column = self.expat.CurrentColumnNumber + 1
            raise NotWordPress(
                f"Tags are nested more than {MAX_DEPTH} deep, which no WordPress export does. "
                f"{_AGAIN}",
                line,
                column,
            )
        node = Node(_family(uri[1:]), name, line, dict(attributes))
        if self.stack:
            self.stack[-1].children.append(node)
        else:
            self.root = node
        self.stack.append(node)

    def end(self, _tag: str) -> None:
        self.stack.pop()

    def data(self, text: str) -> None:
        if self.stack:
            self.stack[-1].pieces.append(text)

    def close(self) -> Node:
        if self.root is None:
            raise NotWordPress(f"The file holds no XML. {_AGAIN}", 1, 1)
        return self.root


def _family(uri: str) -> str:
    return next((family for form, family in _NAMESPACES if form.fullmatch(uri)), uri)


def _check_bytes(data: bytes, limit: int) -> None:
    if len(data) > limit:
        raise NotWordPress(
            f"The file has {len(data) // 2**20 + 1} MiB and at most {limit // 2**20} MiB are read. "
            "In WordPress, export posts and pages one by one or by date."
        )
    head = data[:2048].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not head:
        raise NotWordPress(f"The file is empty. {_AGAIN}")
    if head.startswith((b"pk\x03\x04", b"\x1f\x8b", b"rar!", b"7z")):
        raise NotWordPress("The file is an archive. Unpack it and import the .xml file inside.")
    if head.startswith((b"<!doctype html", b"<html")):
        raise NotWordPress(
            "The file is a web page. In WordPress, use Tools, Export, and import the .xml file."
        )
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return
    if not head.startswith(b"<"):
        raise NotWordPress(
            "The file is not XML: it does not begin with “<”. "
            "In WordPress, use Tools, Export, and import the .xml file.",
            1,
            1,
        )
    if b"encoding=" not in head[:200] or b"utf-8" in head[:200]:
        _check_utf8(data)


def _check_utf8(data: bytes) -> None:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line = before.count(b"\n") + 1
        column = len(before.rpartition(b"\n")[2].decode("utf-8", "replace")) + 1
        raise NotWordPress(
            f"The bytes here are not UTF-8 (0x{data[error.start]:02X}). "
            "The file was damaged or changed after the export. " + _AGAIN,
            line,
            column,
        ) from error


def _trouble(error: ParseError) -> NotWordPress:
    line, column = error.position
    reason = str(error).partition(": line")[0]
    sentence = next((text for key, text in _TROUBLES.items() if key in reason), "")
    said = sentence or "The XML is broken here."
    return NotWordPress(
        f"{said} The file is not well-formed XML ({reason}). {_AGAIN}", line, column + 1
    )
