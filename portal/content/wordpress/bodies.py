"""A WordPress body -> a clean body and a list of what could not be carried over."""

from __future__ import annotations

import re

from portal.content.clean_html import TooDeep, clean
from portal.content.drafting import BODY_LENGTH
from portal.content.html_writer import escape, readable
from portal.content.wordpress import blocks, shortcodes
from portal.content.wordpress.blocks import Block
from portal.content.wordpress.documents import Body
from portal.content.wordpress.links import figure, link, players_to_links, web_address
from portal.content.wordpress.losses import Losses
from portal.content.wordpress.media import Media
from portal.content.wordpress.paragraphs import paragraphs

MAX_LENGTH = 1_000_000
MAX_TEXT = 300_000

_BREAK = re.compile(r"<!--\s*(more|nextpage|noteaser)\b[^<>]{0,300}?-->")
_ADDRESS_ALONE = re.compile(r"^[ \t]*(https?://[^\s<>\"\[\]]+)[ \t]*$", re.MULTILINE)
_EMPTY = re.compile(r"<(div|figure|ul|ol|p|figcaption)(?: [^<>]*)?>[ \t\n]*</\1>")
_CAPTION = re.compile(r"<figcaption\b[^<>]*>(.*?)</figcaption>", re.DOTALL)
_BREAKS = {
    "more": "The mark “Read more” is left out",
    "nextpage": "A page break is left out, the pages follow each other",
    "noteaser": "The mark “no teaser” is left out",
}


def convert(content: str, media: Media | None = None) -> Body:
    """The body of a post or page, cleaned. Never raises and never uses a network.

    What is too long or too deeply nested to be read as HTML is kept as plain text, up to
    ``MAX_TEXT`` characters.
    """
    losses = Losses()
    content = readable(content)
    try:
        if len(content) > MAX_LENGTH:
            raise TooDeep(f"The body has more than {MAX_LENGTH} characters.")
        rendered = _Conversion(content, media or Media(), losses).run()
        cleaned = clean(rendered)
        if len(cleaned.html) > BODY_LENGTH:
            raise TooDeep(f"It has {len(cleaned.html):,} characters; {BODY_LENGTH:,} fit.")
    except TooDeep as trouble:
        text, told = _as_text(content)
        losses.add(
            "body", "html", f"The body is kept as plain text{told}, with its tags. {trouble}"
        )
        return Body(clean(f"<pre>{text}</pre>").html, losses.all())
    return Body(_without_empty(cleaned.html), losses.all(), cleaned.removed)


def _as_text(content: str) -> tuple[str, str]:
    """Return as much of a body as fits, escaped, and how to say that it is not all of it."""
    length = min(len(content), MAX_TEXT)
    while len(text := escape(content[:length]).replace("&quot;", '"')) > BODY_LENGTH - 100:
        length = length * 3 // 4
    return text, f", its first {length:,} characters" if length < len(content) else ""


class _Conversion:
    """One body on its way."""

    def __init__(self, content: str, media: Media, losses: Losses) -> None:
        self.content = content
        self.media = media
        self.losses = losses
        self.closed = shortcodes.closed_names(content)

    def run(self) -> str:
        root = blocks.parse(self.content)
        parts = (
            self._classic(piece) if isinstance(piece, str) else self._block(piece)
            for piece in root.pieces
        )
        return "\n".join(filter(None, (part.strip(" \t\n") for part in parts)))

    def _classic(self, text: str) -> str:
        return paragraphs(self._embedded_lines(self._common(text)))

    def _common(self, text: str) -> str:
        """What is done to all HTML, of blocks or not."""
        text = _BREAK.sub(self._break, text)
        text = shortcodes.convert(text, self.media, self.losses, self.closed)
        return players_to_links(text, self.losses)

    def _break(self, found: re.Match[str]) -> str:
        self.losses.add("break", found[1], _BREAKS[found[1]])
        return "\n\n"

    def _embedded_lines(self, text: str) -> str:
        def replace(found: re.Match[str]) -> str:
            self.losses.add("embed", "address", "An address on a line of its own became a link")
            return f"\n\n<p>{link(found[1].replace('&amp;', '&'))}</p>\n\n"

        return _ADDRESS_ALONE.sub(replace, text)

    def _block(self, block: Block) -> str:
        if block.name in ("more", "nextpage"):
            self.losses.add("break", block.name, _BREAKS[block.name])
            return "\n"
        if block.name == "embed" or block.name.startswith("core-embed/"):
            return self._embed(block)
        if block.name in ("freeform", "shortcode") and block.pieces:
            return self._classic(_html(block))
        inner = "".join(
            self._common(piece) if isinstance(piece, str) else self._block(piece)
            for piece in block.pieces
        )
        if not inner.strip(" \t\n"):
            return self._computed(block)
        return self._with_picture(block, inner)

    def _embed(self, block: Block) -> str:
        html = _html(block)
        url = web_address(str(block.attributes.get("url", ""))) or next(
            filter(None, map(web_address, re.findall(r"https?://[^\s<>\"]+", html))), ""
        )
        name = str(block.attributes.get("providerNameSlug") or block.name.rpartition("/")[2])
        caption = _CAPTION.search(html)
        said = f"<p>{caption[1]}</p>" if caption else ""
        if not url:
            self.losses.add("embed", name, "An embed without an address is left out")
            return said
        self.losses.add("embed", name, "An embed became a link")
        return f"\n<p>{link(url)}</p>\n{said}"

    def _computed(self, block: Block) -> str:
        """A block without HTML of its own: WordPress computes it when the page is shown."""
        given = (block.attributes.get(key) for key in ("url", "href", "feedURL"))
        url = next(filter(None, (web_address(str(value)) for value in given if value)), "")
        if url:
            label = block.attributes.get("label") or block.attributes.get("service") or ""
            self.losses.add("block", block.name, f"The block “{block.name}” became a link")
            return f"\n<p>{link(url, str(label))}</p>\n"
        if block.empty or block.attributes or not block.pieces:
            sentence = f"The block “{block.name}” has no text of its own and is left out"
            self.losses.add("block", block.name, sentence)
        return "\n"

    def _with_picture(self, block: Block, inner: str) -> str:
        """A cover's picture stands in its style in older bodies; it becomes an image."""
        if block.name not in ("cover", "cover-image") or re.search(r"<img\b", inner):
            return inner
        url = web_address(str(block.attributes.get("url", "")))
        return f"\n{figure(url)}\n{inner}" if url else inner


def _html(block: Block) -> str:
    """The HTML of a block and all blocks inside it, without their marks."""
    return "".join(piece if isinstance(piece, str) else _html(piece) for piece in block.pieces)


def _without_empty(html: str) -> str:
    """Clean HTML without the wrappers that hold nothing any more; clean again."""
    before, count = html, 1
    while count:
        html, count = _EMPTY.subn("", html)
    return html.strip("\n") if html == before else clean(html).html.strip("\n")
