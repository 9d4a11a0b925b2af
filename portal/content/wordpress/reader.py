"""Reads a WordPress export (WXR 1.0 to 1.2) into ``documents.Export``.

Nothing is fetched, nothing is stored. What has no field in the result is told in ``notes``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from portal.content.wordpress.documents import (
    Document,
    Export,
    Kind,
    NotWordPress,
    Term,
)
from portal.content.wordpress.items import Item, Surroundings, attachment, document, meta_of
from portal.content.wordpress.losses import Losses
from portal.content.wordpress.menus import Targets, leads_to_top, menus
from portal.content.wordpress.names import path_of, plain_text
from portal.content.wordpress.notes import about_documents, about_meta, about_site
from portal.content.wordpress.numbers import number
from portal.content.wordpress.source import LIMIT, Node, parse
from portal.content.wordpress.terms import (
    CATEGORY,
    FORMAT,
    MENU,
    TAG,
    authors,
    missing,
    terms,
    used_by,
)

_KINDS: dict[str, Kind] = {"post": "post", "page": "page"}


def read(data: bytes, *, limit: int = LIMIT) -> Export:
    """The export in these bytes. Raises NotWordPress, with a sentence, when it is none.

    ``limit`` is the largest number of bytes that is read.
    """
    channel, version = _channel(parse(data, limit=limit))
    losses = Losses()
    sorted_items = _sorted(channel, losses)
    people = authors(channel, (item.login for item in sorted_items.authored))
    listed = terms(channel, losses)
    files = tuple(attachment(item) for item in sorted_items.attachments)
    home = path_of(channel.value("wp", "base_blog_url") or channel.value("", "link"))
    documents = _documents(sorted_items.documents, Surroundings(people, files, home), losses)
    used = missing(_used(sorted_items.documents), listed)
    all_terms = listed + used
    titles = {doc.source_id: doc.title for doc in documents}
    known = {term.source_id: term for term in listed if term.source_id is not None}
    found_menus = menus(listed, sorted_items.menu_items, Targets(titles, known), losses)
    about_documents(documents, files, people, losses)
    about_meta(sorted_items.meta_keys, losses)
    about_site(channel, losses)
    return Export(
        title=plain_text(channel.value("", "title")),
        description=plain_text(channel.value("", "description")),
        link=channel.value("", "link").strip(),
        base_site_url=channel.value("wp", "base_site_url").strip(),
        base_blog_url=channel.value("wp", "base_blog_url").strip(),
        language=channel.value("", "language").strip(),
        version=version,
        generator=channel.value("", "generator").strip(),
        authors=people,
        categories=_of(all_terms, CATEGORY),
        tags=_of(all_terms, TAG),
        other_terms=tuple(t for t in all_terms if t.taxonomy not in (CATEGORY, TAG, MENU, FORMAT)),
        posts=tuple(doc for doc in documents if doc.kind == "post"),
        pages=tuple(doc for doc in documents if doc.kind == "page"),
        attachments=files,
        menus=found_menus,
        notes=losses.all(),
    )


def _channel(root: Node) -> tuple[Node, str]:
    advice = "In WordPress, use Tools, Export, and import the .xml file it gives."
    if root.name.lower() == "html":
        raise NotWordPress(f"The file is a web page. {advice}", root.line, 1)
    channel = next(root.all("", "channel"), None)
    version = channel.value("wp", "wxr_version").strip() if channel else ""
    if root.name != "rss" or channel is None or not version:
        what = "an RSS feed" if root.name == "rss" and channel else "XML"
        raise NotWordPress(
            f"The file is {what}, but not a WordPress export: it has no wxr_version. {advice}",
            root.line,
            1,
        )
    if not re.fullmatch(r"1\.[0-9]{1,3}", version, re.ASCII):
        node = next(channel.all("wp", "wxr_version"))
        raise NotWordPress(
            f"The export says it has the version “{version[:20]}”; 1.0 to 1.2 are known. {advice}",
            node.line,
            1,
        )
    return channel, version


@dataclass(slots=True)
class _Sorted:
    """The items of a file by what they are, each source id once."""

    documents: list[Item]
    attachments: list[Item]
    menu_items: list[Item]

    @property
    def authored(self) -> list[Item]:
        return self.documents + self.attachments

    @property
    def meta_keys(self) -> Iterator[str]:
        for item in self.authored + self.menu_items:
            yield from (key for key, _ in meta_of(item.node))


def _sorted(channel: Node, losses: Losses) -> _Sorted:
    result = _Sorted([], [], [])
    places = {
        "post": result.documents,
        "page": result.documents,
        "attachment": result.attachments,
        "nav_menu_item": result.menu_items,
    }
    for item in _items(channel, losses):
        place = places.get(item.type)
        if place is None:
            sentence = f"An item of the type “{item.type[:60]}” is not read"
            losses.add("type", item.type, sentence)
        else:
            place.append(item)
    return result


def _items(channel: Node, losses: Losses) -> Iterator[Item]:
    seen: set[int] = set()
    for node in channel.all("", "item"):
        source_id = number(node.value("wp", "post_id"))
        kind = node.value("wp", "post_type").strip() or "post"
        if source_id is None or (kind != "nav_menu_item" and source_id in seen):
            why = "has no id" if source_id is None else "repeats the id of an earlier one"
            losses.add("item", "post_id", f"The item at line {node.line} {why} and is not read")
            continue
        seen.add(source_id)
        yield Item(node, source_id, kind, dict(reversed(meta_of(node))))


def _documents(items: list[Item], around: Surroundings, losses: Losses) -> tuple[Document, ...]:
    found = [document(item, _KINDS[item.type], around) for item in items]
    parents = {doc.source_id: doc.parent for doc in found}
    sound: list[Document] = []
    for doc in found:
        if not leads_to_top(doc.source_id, parents):
            losses.add(
                "parent",
                doc.kind,
                f"The parent of a {doc.kind} is missing or below it; it moves to the top level",
            )
            sound.append(replace(doc, parent=None))
        else:
            sound.append(doc)
    return tuple(sound)


def _used(items: list[Item]) -> Iterator[Term]:
    for item in items:
        yield from used_by(item.node)


def _of(found: tuple[Term, ...], taxonomy: str) -> tuple[Term, ...]:
    return tuple(term for term in found if term.taxonomy == taxonomy)
