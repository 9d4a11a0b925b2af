"""One item of an export -> a document or an attachment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from portal.content.wordpress.bodies import convert
from portal.content.wordpress.documents import (
    Attachment,
    Author,
    Document,
    Kind,
    Moment,
    State,
    Term,
)
from portal.content.wordpress.links import file_name
from portal.content.wordpress.media import Media
from portal.content.wordpress.names import decoded, path_of, plain_text, slug_of
from portal.content.wordpress.numbers import number, order
from portal.content.wordpress.source import Node
from portal.content.wordpress.terms import CATEGORY, FORMAT, MENU, TAG, used_by
from portal.content.wordpress.times import moment

STATES: dict[str, State] = {
    "publish": "published",
    "future": "scheduled",
    "draft": "draft",
    "auto-draft": "draft",
    "pending": "draft",
    "private": "draft",
    "trash": "trashed",
}


@dataclass(frozen=True, slots=True)
class Item:
    """An item with the values that decide what becomes of it."""

    node: Node
    source_id: int
    type: str
    meta: Mapping[str, str]

    def value(self, name: str) -> str:
        return self.node.value("wp", name).strip(" \t\n")

    @property
    def login(self) -> str:
        return self.node.value("dc", "creator").strip(" \t\n")

    @property
    def moment(self) -> Moment | None:
        published = self.node.value("", "pubDate")
        return moment(self.value("post_date"), self.value("post_date_gmt"), published)


class Surroundings:
    """What an item needs to know of the rest of the file."""

    def __init__(self, people: Iterable[Author], files: Iterable[Attachment], home: str) -> None:
        self.authors = {author.login: author for author in people}
        self.media = Media(files)
        self.home = home.rstrip("/")


def meta_of(node: Node) -> tuple[tuple[str, str], ...]:
    """The item's meta values in order, as they stand in the file."""
    return tuple(
        (meta.value("wp", "meta_key"), meta.value("wp", "meta_value"))
        for meta in node.all("wp", "postmeta")
    )


def document(item: Item, kind: Kind, around: Surroundings) -> Document:
    """The post or page; ``parent`` is what the file says and is checked by the reader."""
    node = item.node
    title = plain_text(node.value("", "title"))
    source_slug = decoded(node.value("wp", "post_name"))
    bare = Document(
        kind=kind,
        source_id=item.source_id,
        title=title,
        slug=slug_of(source_slug, title, f"{kind}-{item.source_id}"),
        source_slug=source_slug,
        state="draft",
        status=item.value("status") or "draft",
        body=convert(node.value("content", "encoded"), around.media.of(item.source_id)),
        parent=number(item.value("post_parent")),
        menu_order=order(item.value("menu_order")),
        excerpt=plain_text(node.value("excerpt", "encoded")),
        password=node.value("wp", "post_password"),
        sticky=item.value("is_sticky") == "1",
        featured_image=number(item.meta.get("_thumbnail_id", "")),
        comments=sum(1 for _ in node.all("wp", "comment")),
        comments_open=item.value("comment_status") == "open",
        meta=meta_of(node),
        line=node.line,
    )
    return _with_terms(_with_times(_with_origin(bare, item, around), item), used_by(node))


def _with_origin(doc: Document, item: Item, around: Surroundings) -> Document:
    author = around.authors.get(item.login)
    paths = _old_paths(item, doc.source_slug, around.home)
    return replace(
        doc,
        guid=item.node.value("", "guid").strip(),
        link=item.node.value("", "link").strip(),
        old_path=paths[0] if paths else "",
        old_paths=paths,
        author_login=item.login,
        byline=author.name if author else plain_text(item.login),
    )


def _with_times(doc: Document, item: Item) -> Document:
    state = STATES.get(doc.status, "draft")
    when = item.moment
    return replace(
        doc,
        state=state,
        published_at=when if state == "published" else None,
        due_at=when if state == "scheduled" else None,
        created_at=when,
        modified_at=moment(item.value("post_modified"), item.value("post_modified_gmt")),
    )


def _with_terms(doc: Document, terms: tuple[Term, ...]) -> Document:
    return replace(
        doc,
        categories=tuple(term.nicename for term in terms if term.taxonomy == CATEGORY),
        tags=tuple(term.nicename for term in terms if term.taxonomy == TAG),
        other_terms=tuple(
            (term.taxonomy, term.nicename)
            for term in terms
            if term.taxonomy not in (CATEGORY, TAG, FORMAT, MENU)
        ),
        format=_format(terms),
    )


def attachment(item: Item) -> Attachment:
    """The file's description; its address is also looked for where old exports put it."""
    node = item.node
    url = item.value("attachment_url") or node.value("", "guid").strip()
    return Attachment(
        source_id=item.source_id,
        title=plain_text(node.value("", "title")),
        url=url,
        filename=file_name(url),
        alt=plain_text(item.meta.get("_wp_attachment_image_alt", "")),
        caption=plain_text(node.value("excerpt", "encoded")),
        description=plain_text(node.value("content", "encoded")),
        parent=number(item.value("post_parent")),
        link=node.value("", "link").strip(),
        author_login=item.login,
        uploaded_at=item.moment,
    )


def _format(terms: Iterable[Term]) -> str:
    found = next((term.nicename for term in terms if term.taxonomy == FORMAT), "")
    return found.removeprefix("post-format-")


def _old_paths(item: Item, slug: str, home: str) -> tuple[str, ...]:
    """The path of the link, the short address, and links under former slugs.

    The guid stands in for a missing link only: it often has an id the site had elsewhere.
    """
    link = item.node.value("", "link").strip() or item.node.value("", "guid")
    name = "page_id" if item.type == "page" else "p"
    paths = [path_of(link), f"{home}/?{name}={item.source_id}"]
    ending = f"/{slug}/"
    if slug and decoded(paths[0]).endswith(ending):
        before = decoded(paths[0]).removesuffix(ending)
        former = [decoded(value) for key, value in meta_of(item.node) if key == "_wp_old_slug"]
        paths += [path_of(f"http://old{before}/{old}/") for old in former if old]
    return tuple(dict.fromkeys(path for path in paths if path not in ("", "/")))
