"""A page as files say it: the same for Markdown, CSV and whatever comes next."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from portal.content.problems import Problem

if TYPE_CHECKING:
    from portal.content.media_upload import Prepared

Format = Literal["wordpress", "markdown", "csv"]
FORMATS: dict[Format, str] = {
    "wordpress": "WordPress export (XML)",
    "markdown": "Markdown files in a ZIP",
    "csv": "CSV table",
}
STATES = ("draft", "live", "live+draft", "unpublished")
READERS = ("everybody", "password", "members")


class Unreadable(Problem):
    """A file cannot be imported at all; the message says what is wrong and what to do."""


class Unfit(Problem):
    """One page of a file cannot be imported; the others can."""


@dataclass(frozen=True, slots=True)
class TermName:
    """A tag or category by its name, its slug, and the names above it (categories only).

    Those above stand in their order and have none above themselves: comparing two of these takes
    time in proportion to what they say.
    """

    name: str
    slug: str
    above: tuple[TermName, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    """A person as files name him; `email` is empty where it is not told."""

    name: str = ""
    email: str = ""


NOBODY = Named()


@dataclass(frozen=True, slots=True)
class Item:
    """One page or post. `where` says where it stands in the file, `path` is where links start.

    `body` is HTML that is not cleaned yet. `parent` is a path, an address or an id; so is
    `translates`, the page in another language that this one was made from. `review_by` is an
    instant, or a day, whose end in the account's zone is meant.
    """

    where: str
    path: str
    key: str
    type: str = "page"
    title: str = ""
    slug: str = ""
    body: str = ""
    excerpt: str = ""
    byline: str = ""
    author: Named = NOBODY
    owner: Named = NOBODY
    review_by: date | None = None
    state: str = "draft"
    published_at: datetime | None = None
    created_at: datetime | None = None
    parent: str = ""
    categories: tuple[TermName, ...] = ()
    tags: tuple[TermName, ...] = ()
    position: int = 0
    language: str = ""
    translates: str = ""
    up_to_date: bool = False
    fields: Mapping[str, Any] = field(default_factory=dict)
    former: tuple[str, ...] = ()
    readers: str = "everybody"
    remarks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something of a file that does not come along, and why."""

    where: str
    title: str
    sentence: str


@dataclass(frozen=True, slots=True)
class HandedFile:
    """A file of the library, described by the export it came in. `path` is its place in the ZIP.

    `signature` says that this portal wrote the bytes itself; see `files`, which also finds out
    what is kept of it (`prepared`), or what is wrong with it (`problem`).
    """

    path: str
    id: str = ""
    name: str = ""
    alt: str = ""
    caption: str = ""
    decorative: bool = False
    focal: tuple[int, int] = (50, 50)
    folder: str = ""
    signature: str = ""
    prepared: Prepared | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Bundle:
    """All that a file holds. `source` is what imports are remembered by, `label` what people see.

    `account_id` is the account it was exported from, if it is an export of this kind of portal.
    """

    format: Format
    source: str
    label: str
    items: tuple[Item, ...]
    left: tuple[LeftOut, ...] = ()
    files: tuple[HandedFile, ...] = ()
    account_id: uuid.UUID | None = None
