"""What a clean body becomes on its way to readers: links found, notes at the end, tables boxed."""

from __future__ import annotations

import re
from collections.abc import Mapping

from portal.content.html_embeds import service_of
from portal.content.html_writer import escape

_OWN = re.compile(r' href="page:([0-9a-f-]{36})"')
_LINK = re.compile(r'<a((?: [a-z]+="[^"<>]*")*)>(.*?)</a>', re.DOTALL)
_TABLE = re.compile(r"<(/)?table(?: [^<>]*)?>")
_BOX = '<div class="scroll" role="group" aria-label="Table" tabindex="0">'
_EMBED = re.compile(r'<p class="embed">(<a [^<>]*?href="([^"<>]*)"[^<>]*>)')
_SMALL = re.compile(r"<(/?)small(?: [^<>]*)?>")
_NOTE = '<small class="footnote">'


def own_pages(html: str) -> set[str]:
    """The ids of the account's own pages that a clean body links to."""
    return set(_OWN.findall(html))


def shown(html: str, urls: Mapping[str, str]) -> str:
    """A clean body with our own tags added; `urls` leads from ids of own pages to their paths."""
    html = linked(html, urls)
    html = _EMBED.sub(_named, html)
    html = _TABLE.sub(lambda tag: tag[0] + "</div>" if tag[1] else _BOX + tag[0], html)
    return _with_notes(html)


def linked(html: str, urls: Mapping[str, str]) -> str:
    """A clean body whose links to own pages lead to their paths, or are left out without one."""
    if ' href="page:' not in html:
        return html

    def lead(link: re.Match[str]) -> str:
        own = _OWN.search(link[1])
        if own is None:
            return link[0]
        url = urls.get(own[1])
        if url is None:
            return link[2]
        href = f' href="{escape(url)}"'
        return f"<a{_OWN.sub(lambda _: href, link[1])}>{link[2]}</a>"

    return _LINK.sub(lead, html)


def _named(embed: re.Match[str]) -> str:
    service = service_of(embed[2])
    if service is None:
        return f"<p>{embed[1]}"
    return f'<p class="embed"><span class="embed-service">{escape(service)}</span> {embed[1]}'


def _with_notes(html: str) -> str:
    """Footnotes are written where they belong and read at the end, by number."""
    kept: list[str] = []
    notes: list[str] = []
    position = 0
    while (start := html.find(_NOTE, position)) >= 0:
        end, after = _end_of_note(html, start + len(_NOTE))
        notes.append(html[start + len(_NOTE) : end].replace(_NOTE, "<small>").strip())
        number = len(notes)
        kept += [html[position:start], _reference(number)]
        position = after
    if not notes:
        return html
    items = "".join(_item(number, note) for number, note in enumerate(notes, 1))
    listed = f'<section class="notes" aria-label="Footnotes"><ol>{items}</ol></section>'
    return "".join([*kept, html[position:], listed])


def _end_of_note(html: str, position: int) -> tuple[int, int]:
    """Where the note's text ends, and where its closing tag does."""
    depth = 1
    for tag in _SMALL.finditer(html, position):
        depth += -1 if tag[1] else 1
        if depth == 0:
            return tag.start(), tag.end()
    return len(html), len(html)


def _reference(number: int) -> str:
    return (
        f'<sup class="note-ref"><a id="note-ref-{number}" href="#note-{number}" '
        f'aria-label="Footnote {number}">{number}</a></sup>'
    )


def _item(number: int, note: str) -> str:
    back = f'<a href="#note-ref-{number}" aria-label="Back to the text">↩</a>'
    return f'<li id="note-{number}">{note} {back}</li>'
