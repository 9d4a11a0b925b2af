"""Reading HTML into a tree as a browser does, within bounds of depth and work.

The parser is the one that bleach carries. Alone it needs time that grows with the square of
the input for some inputs (deep nesting, unclosed formatting, thousands of attributes, text
cut up by character references), so each of these is bounded here.
"""

# ruff: noqa: N802, N803 - the names of methods and arguments are the parser's own

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

from bleach import html5lib_shim
from bleach._vendor.html5lib import treebuilders  # bleach's shim does not pass this one on

from portal.content.html_policy import VOID

MAX_DEPTH = 200
MAX_ATTRIBUTES = 200
MAX_MISPLACED = 2000
MAX_NAME = 100
MAX_VALUE = 10_000

_CHARACTERS = html5lib_shim.constants.tokenTypes["Characters"]
_SPACES = html5lib_shim.constants.tokenTypes["SpaceCharacters"]
_ERROR = html5lib_shim.constants.tokenTypes["ParseError"]
_BaseTree: Any = treebuilders.getTreeBuilder("etree")


class TooDeep(ValueError):
    """The HTML is nested or tangled beyond what is read; the text says which and what to do."""


class BoundedTree(_BaseTree):
    """A tree builder that refuses more than ``MAX_DEPTH`` open elements.

    Elements and text that stand where a table allows none have to be moved in front of it;
    each such move costs time in proportion to the siblings, so their number is bounded too.
    """

    def reset(self) -> None:
        super().reset()
        self.misplaced = 0

    def insertElementNormal(self, token: dict[str, Any]) -> Any:
        self._check_depth()
        return super().insertElementNormal(token)

    def insertElementTable(self, token: dict[str, Any]) -> Any:
        self._check_depth()
        self._check_misplaced()
        return super().insertElementTable(token)

    def insertText(self, data: str, parent: Any = None) -> None:
        if self.insertFromTable:
            self._check_misplaced()
        super().insertText(data, parent)

    def _check_depth(self) -> None:
        if len(self.openElements) > MAX_DEPTH:
            raise TooDeep(
                f"The text has tags nested more than {MAX_DEPTH} deep. "
                "Close the open tags, or paste it as plain text."
            )

    def _check_misplaced(self) -> None:
        self.misplaced += 1
        if self.misplaced > MAX_MISPLACED:
            raise TooDeep(
                f"The text has more than {MAX_MISPLACED} pieces in tables but outside of cells. "
                "Put them into cells, or paste it as plain text."
            )


class BoundedTokenizer(html5lib_shim.BleachHTMLTokenizer):
    """A tokenizer that joins neighbouring text and bounds the attributes of one tag."""

    def attributeNameState(self) -> bool:
        if len(self.currentToken["data"]) > MAX_ATTRIBUTES:
            raise TooDeep(
                f"A tag has more than {MAX_ATTRIBUTES} attributes. "
                "Remove them, or paste the text as plain text."
            )
        return bool(super().attributeNameState())

    def tagNameState(self) -> bool:
        if len(self.currentToken["name"]) > MAX_NAME:
            raise TooDeep(
                f"A tag has a name of more than {MAX_NAME} letters. Take out the stray “<”."
            )
        return bool(super().tagNameState())

    def processEntityInAttribute(self, allowedChar: str) -> None:
        if len(self.currentToken["data"][-1][1]) > MAX_VALUE:
            raise TooDeep(
                f"A tag has an attribute of more than {MAX_VALUE} characters. "
                "Shorten it, or paste the text as plain text."
            )
        super().processEntityInAttribute(allowedChar)

    def commentState(self) -> bool:
        if len(self.currentToken["data"]) > MAX_VALUE:
            self.currentToken["data"] = ""  # comments are never kept, only counted
        return bool(super().commentState())

    def __iter__(self) -> Iterator[dict[str, Any]]:
        text: list[str] = []
        for token in super().__iter__():
            joins = token["type"] == _CHARACTERS or (text and token["type"] == _SPACES)
            if joins:
                text.append(token["data"])
            elif token["type"] != _ERROR:
                if text:
                    yield {"type": _CHARACTERS, "data": "".join(text)}
                    text = []
                yield token
        if text:
            yield {"type": _CHARACTERS, "data": "".join(text)}


class BoundedParser(html5lib_shim.BleachHTMLParser):
    """bleach's parser over the two classes above."""

    def _parse(
        self,
        stream: str,
        innerHTML: bool = False,
        container: str = "div",
        scripting: bool = True,
        **kwargs: Any,
    ) -> None:
        self.innerHTMLMode = innerHTML
        self.container = container
        self.scripting = scripting
        self.tokenizer = BoundedTokenizer(
            stream=stream, consume_entities=self.consume_entities, parser=self, **kwargs
        )
        self.reset()
        self.mainLoop()


def parser(tags: frozenset[str] | None, *, entities: bool) -> BoundedParser:
    """A parser; with ``tags`` it strips all others, with ``entities`` it decodes references."""
    return BoundedParser(
        tags=tags,
        strip=tags is not None,
        consume_entities=entities,
        namespaceHTMLElements=False,
        tree=BoundedTree,
    )


def parse(html: str) -> Element:
    """The tree of a fragment, all tags in it, references decoded.

    Raises TooDeep; any failure of the parser itself on odd input comes out as TooDeep too.
    """
    try:
        tree: Element = parser(None, entities=True).parseFragment(html)
    except TooDeep:
        raise
    except (AssertionError, LookupError, AttributeError, TypeError, RecursionError) as error:
        raise TooDeep(
            "The text has tags that can not be put in order. Paste it as plain text."
        ) from error
    return tree


def walk(root: Element) -> Iterator[dict[str, Any]]:
    """The tokens of a tree for bleach's filter, in time that grows with the tree only.

    bleach's own walker looks each element up among its siblings again.
    """
    yield from _text(root.text)
    stack = [(iter(root), root)]
    while stack:
        children, parent = stack[-1]
        child = next(children, None)
        if child is not None:
            yield _start(child)
            yield from _text(child.text)
            stack.append((iter(child), child))
            continue
        stack.pop()
        if stack:
            if parent.tag not in VOID:
                yield {"type": "EndTag", "name": parent.tag, "namespace": None}
            yield from _text(parent.tail)


def _start(element: Element) -> dict[str, Any]:
    if not isinstance(element.tag, str):
        return {"type": "Comment", "data": element.text or ""}
    return {
        "type": "EmptyTag" if element.tag in VOID else "StartTag",
        "name": element.tag,
        "namespace": None,
        "data": {(None, name): value for name, value in element.attrib.items()},
    }


def _text(text: str | None) -> Iterator[dict[str, Any]]:
    if text:
        yield {"type": "Characters", "data": text}
