"""Paragraphs and line breaks for bodies of WordPress's classic editor.

Such bodies hold no <p>: an empty line ends a paragraph and a line end is a line break.
"""

from __future__ import annotations

import re

from portal.content.html_policy import names

_PIECES = re.compile(r"(<[^<>]*>)")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_EMPTY_LINE = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_LINE_END = re.compile(r"(<br ?/?>)?[ \t]*\n[ \t]*")
_OWN_LINES = names(
    "table thead tbody tfoot tr td th caption col colgroup div dl dd dt ul ol li pre form "
    "blockquote address p h1 h2 h3 h4 h5 h6 hr fieldset legend section article aside header "
    "footer nav main figure figcaption details summary menu map select option iframe"
)
_VERBATIM = frozenset({"pre", "script", "style", "textarea"})
_VOID = frozenset({"hr", "col"})
_WRAPS = frozenset({"", "blockquote"})
_MAY_WRAP = names("div section article aside header footer main li td th dd details address")
_LINES_ONLY = names("p h1 h2 h3 h4 h5 h6 dt figcaption caption summary")


def paragraphs(html: str) -> str:
    """The same HTML with <p> and <br> where the classic editor's line ends mean them.

    Text on the top level and in a blockquote is always put into paragraphs; text in a div, list
    item or cell only when an empty line parts it. <pre>, <script> and <style> stay untouched.
    """
    return _Paragraphs().run(html.replace("\r\n", "\n").replace("\r", "\n"))


class _Paragraphs:
    def __init__(self) -> None:
        self.out: list[str] = []
        self.run_of_text: list[str] = []
        self.open: list[str] = []
        self.verbatim = ""

    def run(self, html: str) -> str:
        for piece in _PIECES.split(html):
            tag = _TAG.match(piece)
            name = tag[2].lower() if tag else ""
            if self.verbatim:
                self.out.append(piece)
                if tag and tag[1] and name == self.verbatim:
                    self.verbatim = ""
            elif tag and name in _OWN_LINES | _VERBATIM:
                self._block(piece, name, closes=bool(tag[1]))
            else:
                self.run_of_text.append(piece.replace("\n", " ") if tag else piece)
        self._flush()
        return "".join(self.out)

    def _block(self, piece: str, name: str, *, closes: bool) -> None:
        self._flush()
        self.out.append(piece)
        if closes:
            if name in self.open:
                while self.open.pop() != name:
                    pass
            return
        if self.open and self.open[-1] == "p":
            self.open.pop()
        if name in _VERBATIM:
            self.verbatim = name
        elif name not in _VOID and len(self.open) < 1000:
            self.open.append(name)

    def _flush(self) -> None:
        text = "".join(self.run_of_text)
        self.run_of_text = []
        context = self.open[-1] if self.open else ""
        chunks = [part for part in _EMPTY_LINE.split(text) if part.strip(" \t\n")]
        if not chunks:
            self.out.append("\n" if text else "")
        elif context in _WRAPS or (context in _MAY_WRAP and len(chunks) > 1):
            self.out.extend(_wrapped(chunk) for chunk in chunks)
        elif context in _MAY_WRAP | _LINES_ONLY:
            self.out.append(_with_breaks(text))
        else:
            self.out.append(text)


def _wrapped(chunk: str) -> str:
    if not _PIECES.sub("", chunk).strip(" \t\n") and not re.search(r"<[a-zA-Z]", chunk):
        return chunk  # only closing tags and comments
    return f"<p>{_with_breaks(chunk)}</p>\n"


def _with_breaks(text: str) -> str:
    return _LINE_END.sub("<br>\n", text.strip(" \t\n"))
