"""Footnotes as Word and Google Docs write them, put where they belong."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from portal.content.html_moves import (
    BLANK,
    Parents,
    move_inside,
    named,
    parents_of,
    take_out,
    words,
)

MOST = 200


def gather_notes(root: Element) -> None:
    """Bring each note to its reference. The two are links that lead to each other."""
    links = [link for link in named(root, "a") if link.get("href", "").startswith("#")]
    by_name = {name: link for link in links for name in _names(link)}
    done: set[Element] = set()
    for reference in links[:MOST]:
        back = by_name.get(reference.get("href", "")[1:])
        if back is None or back is reference or {reference, back} & done:
            continue
        if back.get("href", "")[1:] in _names(reference):
            done |= {reference, back}
            _bring(reference, back, parents_of(root))


def _names(link: Element) -> set[str]:
    return {name for name in (link.get("id"), link.get("name")) if name}


def _bring(reference: Element, back: Element, parents: Parents) -> None:
    block: Element | None = back
    while block is not None and block.tag not in ("p", "li", "div"):
        block = parents.get(block)
    if block is None or block not in parents or reference in set(block.iter()):
        return
    mark = back
    while parents[mark] is not block and words(parents[mark]) == words(back):
        mark = parents[mark]
    take_out(mark, parents[mark])
    holder = parents[block]
    if block.tag == "div" or words(block) == "":
        return
    holder.remove(block)
    _write_note(reference, block, parents)
    for rule in [each for each in holder if each.tag in ("hr", "br")]:
        take_out(rule, holder)


def _write_note(reference: Element, block: Element, parents: Parents) -> None:
    place = reference
    while parents[place].tag in ("sup", "span") and words(parents[place]) == words(reference):
        place = parents[place]
    tail = place.tail
    for part in list(place):
        place.remove(part)
    place.tag, place.text, place.tail = "small", None, tail
    place.attrib.clear()
    place.set("class", "footnote")
    move_inside(block, place)
    first: Element | None = place
    while first is not None:
        first.text = (first.text or "").lstrip(BLANK)
        first = first[0] if not first.text and len(first) else None
