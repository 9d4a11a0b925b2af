"""What an import comes to before anything is written: plain data, line by line."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from portal.content.clean_html import Cleaned
from portal.content.drafting import Text
from portal.content.import_standing import Standing
from portal.content.moments import Moment
from portal.content.wordpress.documents import Document, Export
from tenants.accounts import AccountRef
from tenants.decisions import Actor

if TYPE_CHECKING:
    from portal.content.exchange.shelf import PlannedFile
    from portal.content.import_tongues import PlannedTongue

State = Literal["published", "scheduled", "draft"]
GROUPS = {
    "created": "Pages and posts",
    "there": "Already there",
    "left": "Left out",
    "authors": "Authors and owners",
    "terms": "Categories and tags",
    "menus": "Menus",
    "addresses": "Old addresses",
    "attachments": "Files",
    "bodies": "Not carried in texts",
    "markup": "Cleaned markup",
    "notes": "Whole site",
}
KEY_BYTES = 400


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the report. `group` is a key of GROUPS; the sentence is for people."""

    group: str
    kind: str
    title: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Place:
    """Where a document of the export stands here, whether it comes now or came before."""

    id: uuid.UUID
    address: str


@dataclass(frozen=True, slots=True)
class PlannedTerm:
    """A category or tag that is new here. `key` is what it is known by in the export."""

    id: uuid.UUID
    taxonomy: str
    slug: str
    name: str
    parent_id: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class PlannedPage:
    """A page or post that is new here, with all that is written of it.

    `owner` is id and name, `review_by` is UTC.
    """

    id: uuid.UUID
    document: Document
    state: State
    address: str
    text: Text
    body: Cleaned
    parent_id: uuid.UUID | None
    author_id: uuid.UUID | None
    published_at: datetime | None
    moment: Moment | None
    owner: tuple[uuid.UUID, str] | None = None
    review_by: datetime | None = None


@dataclass(frozen=True, slots=True)
class PlannedMenu:
    """A menu that is new here. `items` are `{label, url | page_id, depth}`."""

    id: uuid.UUID
    slug: str
    name: str
    primary: bool
    items: tuple[dict[str, object], ...]


@dataclass(frozen=True, slots=True)
class Remembered:
    """A thing of the export and what it became here, so that it is not made twice."""

    kind: str
    source_id: str
    target_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class Plan:
    """All that an import writes, and its report. A function of the export and of `standing`.

    `redirects` leads from an old address to the id of a page. Without `publish` nothing goes live.
    """

    account: AccountRef
    by: Actor
    source: str
    export: Export
    standing: Standing
    terms: tuple[PlannedTerm, ...]
    pages: tuple[PlannedPage, ...]
    menus: tuple[PlannedMenu, ...]
    redirects: Mapping[str, uuid.UUID]
    remembered: tuple[Remembered, ...]
    lines: tuple[Line, ...]
    counts: Mapping[str, int]
    files: tuple[PlannedFile, ...] = ()
    tongues: tuple[PlannedTongue, ...] = ()
    publish: bool = True

    @property
    def told(self) -> str:
        """Return what people are told this came from."""
        return self.export.bundle.label if self.export.bundle else self.source


def source_of(export: Export) -> str:
    """Return how the site an export came from is remembered: its address without scheme."""
    if export.bundle is not None:
        return export.bundle.source
    address = export.base_blog_url or export.link or export.base_site_url
    return key_of(address.partition("://")[2].rstrip("/").casefold() or "wordpress")


def key_of(text: str) -> str:
    """Return `text`, or its digest when it is too long for an index."""
    if len(text.encode()) <= KEY_BYTES:
        return text
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()
