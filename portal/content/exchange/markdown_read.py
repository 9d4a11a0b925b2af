"""Markdown → HTML that is still to be cleaned.

CommonMark with tables and strike-through. Addresses are left as they are written: what a link may
lead to is the sanitiser's to say, so that what it takes out is told.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, MutableMapping, Sequence
from functools import cache
from typing import Any, Literal

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

from portal.content.problems import Problem

Spacing = Literal["lines", "tight", "blank"]
GAPS: dict[Spacing, str] = {"lines": "\n", "tight": "", "blank": "\n\n"}
"""What stands between two blocks of a body, as the editor, WordPress or people write it."""
LINE_BREAK = "&#10;"
"""How a line break is written in a block of HTML where a blank line would end it."""
NESTING = 60
EFFORT = {"[": 50_000_000, "*_~`": 2_000_000_000}
"""How much of each may be read for one file: a paragraph takes the square of their number."""


class TooTangled(Problem):
    """A paragraph has more brackets or marks than can be read in bounded time."""


def to_html(text: str, spacing: Spacing = "lines", spent: Counter[str] | None = None) -> str:
    """Return the HTML that a text in Markdown means.

    `spent` counts the effort over many texts. Raises TooTangled when it would be too much.
    """
    parser = _parser(tight=spacing == "tight")
    env: MutableMapping[str, Any] = {"spent": Counter() if spent is None else spent}
    tokens = parser.parse(text, env)
    blocks = (parser.renderer.render(each, parser.options, env) for each in _at_top(tokens))
    return GAPS[spacing].join(block.rstrip("\n") for block in blocks)


def _at_top(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    group: list[Token] = []
    depth = 0
    for token in tokens:
        group.append(token)
        depth += token.nesting
        if depth == 0:
            yield group
            group = []


class _Renderer(RendererHTML):
    """Text is escaped as the sanitiser spells it; `tight` leaves out line breaks between tags."""

    tight = False

    def renderToken(  # noqa: N802 - the library's name
        self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: MutableMapping[str, Any]
    ) -> str:
        written = str(super().renderToken(tokens, idx, options, env)).replace(" />", ">")
        return written.strip("\n") if self.tight else written

    def text(
        self,
        tokens: Sequence[Token],
        idx: int,
        _options: OptionsDict,
        _env: MutableMapping[str, Any],
    ) -> str:
        return escape(tokens[idx].content)

    def code_inline(
        self,
        tokens: Sequence[Token],
        idx: int,
        _options: OptionsDict,
        _env: MutableMapping[str, Any],
    ) -> str:
        return f"<code>{escape(tokens[idx].content)}</code>"

    def hardbreak(self, *_: Any) -> str:
        return "<br>"

    def html_block(
        self,
        tokens: Sequence[Token],
        idx: int,
        _options: OptionsDict,
        _env: MutableMapping[str, Any],
    ) -> str:
        return tokens[idx].content.replace(LINE_BREAK, "\n")

    def fence(
        self,
        tokens: Sequence[Token],
        idx: int,
        _options: OptionsDict,
        _env: MutableMapping[str, Any],
    ) -> str:
        token = tokens[idx]
        language = token.info.split(maxsplit=1)[0] if token.info.strip() else ""
        named = f' class="language-{escape(language)}"' if language else ""
        return f"<pre><code{named}>{escape(token.content.removesuffix(chr(10)))}</code></pre>"

    def code_block(
        self,
        tokens: Sequence[Token],
        idx: int,
        _options: OptionsDict,
        _env: MutableMapping[str, Any],
    ) -> str:
        return f"<pre><code>{escape(tokens[idx].content.removesuffix(chr(10)))}</code></pre>"


class _Tight(_Renderer):
    tight = True


class _AsWritten(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: N802, ARG002 - the sanitiser judges
        return True

    def normalizeLink(self, url: str) -> str:  # noqa: N802
        return url


def escape(text: str) -> str:
    """Return text as a clean body spells it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _refuse_tangled(state: StateCore) -> None:
    spent: Counter[str] = state.env["spent"]
    for token in state.tokens:
        if token.type != "inline":
            continue
        for marks, most in EFFORT.items():
            effort = sum(map(token.content.count, marks)) ** 2
            if spent[marks] + effort > most:
                raise TooTangled("A paragraph has too many brackets or marks to be read. Split it.")
            spent[marks] += effort


@cache
def _parser(*, tight: bool) -> MarkdownIt:
    parser = _AsWritten(
        "commonmark",
        {"html": True, "maxNesting": NESTING},
        renderer_cls=_Tight if tight else _Renderer,
    )
    parser.enable(["table", "strikethrough"])
    parser.core.ruler.before("inline", "bounded", _refuse_tangled)
    return parser
