"""What a WordPress export holds, as plain immutable data.

``reader.read`` fills these classes; the importer reads them. Nothing here touches a database.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

from portal.content.clean_html import Removal
from portal.content.exchange.model import NOBODY, Bundle, Named

Kind = Literal["post", "page"]
State = Literal["published", "scheduled", "draft", "trashed"]
TargetKind = Literal["document", "term", "archive", "custom"]


class NotWordPress(ValueError):
    """The bytes are not a WordPress export that can be read.

    ``message`` is a whole sentence for a person: what is wrong and what to do. ``line`` and
    ``column`` count from 1 and are None when the trouble has no place in the text.
    """

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column

    def __str__(self) -> str:
        where = "" if self.line is None else f"Line {self.line}, column {self.column}: "
        return f"{where}{self.message}"


@dataclass(frozen=True, slots=True)
class Lost:
    """Something of a body, or of the whole file, that is not carried over as it was.

    ``kind`` is one of ``block``, ``embed``, ``shortcode``, ``media``, ``break``, ``body`` for a
    body and ``meta``, ``comments``, ``term``, ``type``, ``status``, ``item``, ``author``,
    ``parent``, ``menu``, ``format``, ``sticky``, ``password``, ``image``, ``file``, ``time``,
    ``site`` for the file; ``sentence`` says in words what happened to it.
    """

    kind: str
    name: str
    count: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Body:
    """A body after conversion: ``html`` is clean, ``lost`` and ``removed`` tell what is gone.

    ``lost`` is about WordPress (blocks, shortcodes, embeds), ``removed`` about HTML (tags,
    attributes and links that the cleaning refused).
    """

    html: str
    lost: tuple[Lost, ...] = ()
    removed: tuple[Removal, ...] = ()


@dataclass(frozen=True, slots=True)
class Moment:
    """A time as an export gives it: on the wall at the site, and as an instant.

    ``wall`` has no zone; ``utc`` is aware, in UTC; ``offset`` is wall minus UTC. ``exact`` is
    False when the file gives no UTC time, and the offset is then taken to be zero.
    """

    wall: datetime
    utc: datetime
    offset: timedelta
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Author:
    """An author by ``login``; ``listed`` is False for a login only named by an item."""

    login: str
    name: str
    email: str = ""
    first_name: str = ""
    last_name: str = ""
    source_id: int | None = None
    listed: bool = True


@dataclass(frozen=True, slots=True)
class Term:
    """A category, tag or term of another taxonomy; ``parent`` is a nicename or empty.

    ``taxonomy`` is WordPress's word: ``category``, ``post_tag``, or a plug-in's own.
    ``nicename`` is percent-decoded; ``name`` and ``description`` are plain text. ``listed`` is
    False for a term that an item uses and the file's head does not list.
    """

    taxonomy: str
    nicename: str
    name: str
    parent: str = ""
    description: str = ""
    source_id: int | None = None
    listed: bool = True


@dataclass(frozen=True, slots=True)
class Document:
    """A post or a page.

    ``source_id`` is unique in the file and stable between exports of one site.
    ``slug`` is safe for an address (never empty); ``source_slug`` is the original, decoded.
    ``old_path`` begins with ``/``, is percent-encoded and has a query when the old link had one;
    ``old_paths`` holds it first and then every other old address, without repeats.
    ``state`` says what it was to readers; ``status`` is WordPress's own word.
    ``published_at`` is set for what was live, ``due_at`` for what is scheduled.
    ``parent`` is the ``source_id`` of a document in this export, never its own descendant.
    ``excerpt`` and ``title`` (may be empty) are plain; ``categories`` and ``tags`` are nicenames.
    The last ten are not WordPress's. ``translates``: which page, and whether up to date with it.
    """

    kind: Kind
    source_id: int
    title: str
    slug: str
    source_slug: str
    state: State
    status: str
    body: Body
    guid: str = ""
    link: str = ""
    old_path: str = ""
    old_paths: tuple[str, ...] = ()
    author_login: str = ""
    byline: str = ""
    published_at: Moment | None = None
    due_at: Moment | None = None
    created_at: Moment | None = None
    modified_at: Moment | None = None
    parent: int | None = None
    menu_order: int = 0
    excerpt: str = ""
    password: str = ""
    sticky: bool = False
    categories: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    other_terms: tuple[tuple[str, str], ...] = ()
    format: str = ""
    featured_image: int | None = None
    comments: int = 0
    comments_open: bool = False
    meta: tuple[tuple[str, str], ...] = ()
    line: int = 0
    key: str = ""
    type: str = ""
    path: str = ""
    owner: Named = NOBODY
    review_by: date | None = None
    for_members: bool = False
    language: str = ""
    translates: tuple[int, bool] | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    @property
    def known_as(self) -> str:
        return self.key or str(self.source_id)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of the media library. Only its address is in an export, never its bytes."""

    source_id: int
    title: str
    url: str
    filename: str
    alt: str = ""
    caption: str = ""
    description: str = ""
    parent: int | None = None
    link: str = ""
    author_login: str = ""
    uploaded_at: Moment | None = None


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One entry of a menu; ``parent`` is the ``source_id`` of another entry of that menu.

    ``source_id`` is unique in its menu only: an entry can stand in two menus.
    ``target`` says what ``target_id`` is the id of: a document (``target_type`` post or page),
    a term (``target_type`` category, post_tag …; ``target_nicename`` names it when the file
    lists it), an archive, or nothing for a custom entry, which only has ``url``. ``found`` is
    False when the file does not hold the target.
    """

    source_id: int
    label: str
    order: int
    parent: int | None
    target: TargetKind
    target_id: int | None = None
    target_type: str = ""
    target_nicename: str = ""
    url: str = ""
    new_window: bool = False
    found: bool = True


@dataclass(frozen=True, slots=True)
class Menu:
    """A menu with its entries in order (parents may come after children)."""

    nicename: str
    name: str
    items: tuple[MenuItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Export:
    """A whole export file; ``notes`` tells all that the other fields do not hold, in sums."""

    title: str
    description: str
    link: str
    base_site_url: str
    base_blog_url: str
    language: str
    version: str
    generator: str
    authors: tuple[Author, ...]
    categories: tuple[Term, ...]
    tags: tuple[Term, ...]
    other_terms: tuple[Term, ...]
    posts: tuple[Document, ...]
    pages: tuple[Document, ...]
    attachments: tuple[Attachment, ...]
    menus: tuple[Menu, ...]
    notes: tuple[Lost, ...]
    bundle: Bundle | None = None

    @property
    def documents(self) -> tuple[Document, ...]:
        """Posts and pages, posts first, each in the order of the file."""
        return self.posts + self.pages
