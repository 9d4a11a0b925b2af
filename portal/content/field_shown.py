"""What readers see of a page's fields: by the type as it is today, and never an error.

A value that does not fit its field any more is left out. Only live content is led to or shown.
"""

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from markupsafe import Markup, escape
from sqlalchemy import select

from portal.content import clean_html
from portal.content.content_types import Definition
from portal.content.field_kinds import Unfit, read
from portal.content.field_values import references
from portal.content.fields import Field, as_id, plain, texts_in
from portal.content.illustrating import Shelf
from portal.content.media import Media
from portal.content.media_uses import ADDRESS, named_in, usable
from portal.content.moments import moment_at
from portal.content.pages import Page, Revision
from portal.content.reading import Link, links_by_id
from tenants.db import db

Reach = Callable[[Sequence[str]], tuple[Mapping[str, str], Shelf]]
"""Of some texts: the paths of the own pages they link to, by id, and the files they show."""


@dataclass(frozen=True)
class Said:
    """One field with what it says, by its kind: words, clean Markup, an address, or a Link.

    Of a time `at` is what machines read. `entries` are those of a group, each with its own fields.
    """

    label: str
    kind: str
    value: Any = ""
    at: str = ""
    entries: tuple[tuple["Said", ...], ...] = ()


@dataclass(frozen=True)
class _Live:
    links: Mapping[uuid.UUID, Link]
    blocks: Mapping[uuid.UUID, str]
    files: Mapping[uuid.UUID, Media]
    urls: Mapping[str, str]
    shelf: Shelf

    def ready(self, html: str) -> Markup:
        """Return HTML of a field as readers get it: its links and files lead where a body's do."""
        return clean_html.for_readers(html, self.urls, self.shelf)


def fields_said(definition: Definition, revision: Revision, reach: Reach) -> list[Said]:
    """Return what a revision says in its type's fields, in their order, empty ones left out.

    `reach` is asked once where the texts lead. At most three statements besides, none for what
    refers to nothing.
    """
    if not definition.asked:
        return []
    values = revision.fields or {}
    found = list(references(definition.asked, values))
    links = {known for f, v in found if f.kind == "reference" and (known := as_id(v))}
    blocks = {known for f, v in found if f.kind == "block" and (known := as_id(v))}
    bodies = block_bodies(revision.account_id, blocks) if blocks else {}
    urls, shelf = reach([*texts_in(values), *bodies.values()])
    live = _Live(
        links_by_id(revision.account_id, links) if links else {},
        bodies,
        _files(revision) if any(f.kind == "media" for f in definition.every) else {},
        urls,
        shelf,
    )
    return list(_all(definition.asked, values, live))


def block_bodies(account_id: uuid.UUID, ids: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return what the live ones of some blocks say, by id. One statement."""
    query = (
        select(Page.id, Revision.body)
        .join(Revision, Revision.id == Page.live_revision_id)
        .where(
            Page.account_id == account_id,
            Page.type == "block",
            Page.id.in_(ids),
            Page.for_members.is_(False),
        )
    )
    return {row[0]: row[1] for row in db.session.execute(query).all()}


def _files(revision: Revision) -> dict[uuid.UUID, Media]:
    """Return the files it names that its page may show: a preview tells no other's name either."""
    page, named = db.session.get(Page, revision.page_id), named_in("", revision.fields)
    return {row.id: row for row in usable(page, named)} if page and named else {}


def _all(fields: tuple[Field, ...], values: Mapping[str, Any], live: _Live) -> Iterator[Said]:
    for field in fields:
        try:
            value = read(field, values.get(field.key))
        except Unfit:
            continue
        said = _said(field, value, live) if value is not None else None
        if said is not None:
            yield said


def _said(field: Field, value: Any, live: _Live) -> Said | None:
    if field.kind == "group":
        entries = [tuple(_all(field.asked, row, live)) for row in value]
        kept = tuple(entry for entry in entries if entry)
        return Said(field.label, "group", entries=kept) if kept else None
    shown = _SHOWN.get(field.kind, _words)(value, live)
    return Said(field.label, field.kind, *shown) if shown else None


def _words(value: Any, _live: _Live) -> tuple[Any, ...]:
    return (plain(value),)


def _rich(value: Any, live: _Live) -> tuple[Any, ...]:
    return (live.ready(value),)


def _date(value: Any, _live: _Live) -> tuple[Any, ...]:
    return f"{date.fromisoformat(value):%-d %B %Y}", value


def _moment(value: Any, _live: _Live) -> tuple[Any, ...]:
    return moment_at(datetime.fromisoformat(value["at"]), value["zone"]).sentence, value["at"]


def _reference(value: Any, live: _Live) -> tuple[Any, ...]:
    found = live.links.get(uuid.UUID(value))
    return (found,) if found and found.listed else ()


def _block(value: Any, live: _Live) -> tuple[Any, ...]:
    found = live.blocks.get(uuid.UUID(value))
    return (live.ready(found),) if found else ()


def _file(value: Any, live: _Live) -> tuple[Any, ...]:
    """Return a picture, or a link to the file; nothing for what readers do not get."""
    named = ADDRESS.fullmatch(value)
    media = live.files.get(uuid.UUID(named[2])) if named else None
    if media is None or (live.shelf.files is not None and media.id not in live.shelf.files):
        return ()
    html = f'<a href="{value}">{escape(media.name)}</a>'
    if media.kind == "image":
        html = f'<img alt="{escape(media.alt)}" src="{value}">'
    return (live.ready(html),)


_SHOWN: dict[str, Callable[[Any, _Live], tuple[Any, ...]]] = {
    "rich": _rich, "date": _date, "moment": _moment, "reference": _reference, "block": _block,
    "media": _file,
}  # fmt: skip
