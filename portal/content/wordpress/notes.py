"""Facts of an export that are not carried over, in sums, so that nothing goes silently."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from portal.content.html_policy import names
from portal.content.wordpress.documents import Attachment, Author, Document
from portal.content.wordpress.losses import Losses
from portal.content.wordpress.source import Node

USED_META = frozenset({"_thumbnail_id", "_wp_old_slug", "_wp_attachment_image_alt"})
_STATUSES = {
    "pending": "An item that waits for review comes as a draft",
    "private": "A private item comes as a draft, so that no reader sees it",
    "auto-draft": "An unsaved draft comes as a draft",
    "trash": "An item in the trash is marked as trashed",
}
_OEMBED = re.compile(r"^(_oembed(?:_time)?_)[0-9a-f]{32}$")
_HEAD = names(
    "title link description pubDate language generator item author category tag term "
    "wxr_version base_site_url base_blog_url"
)


def about_documents(
    documents: Sequence[Document],
    files: Sequence[Attachment],
    people: Iterable[Author],
    losses: Losses,
) -> None:
    """Notes what posts and pages have that has no place here."""
    for doc in documents:
        _about_one(doc, losses)
    known = {file.source_id for file in files}
    for doc in documents:
        if doc.featured_image is not None:
            sentence = "A featured image is named; its file can not be fetched here"
            if doc.featured_image not in known:
                sentence = "A featured image is named that the file does not hold"
            losses.add("image", "_thumbnail_id", sentence)
    sentence = "A file of the media library is listed, but an export does not hold its bytes"
    losses.add("file", "attachment", sentence, len(files))
    for author in people:
        if not author.listed:
            sentence = f"The author “{author.name[:60]}” is named but not in the list of authors"
            losses.add("author", author.login, sentence)


def about_meta(keys: Iterable[str], losses: Losses) -> None:
    """Notes the meta values that are not used, by key."""
    shown = (_OEMBED.sub(r"\1…", key) for key in keys if not _used(key))
    for key, count in Counter(shown).most_common():
        losses.add("meta", key, f"The meta value “{key[:60]}” is not carried over", count)


def _used(key: str) -> bool:
    return key in USED_META or key.startswith("_menu_item_")


def _about_one(doc: Document, losses: Losses) -> None:
    if doc.comments:
        losses.add("comments", doc.kind, "A comment is not carried over", doc.comments)
    if doc.sticky:
        losses.add("sticky", doc.kind, "A post that stays on top is a plain post here")
    if doc.format:
        losses.add("format", doc.format, f"The format “{doc.format[:60]}” is left out")
    if doc.password:
        sentence = "A document had a password, and here it has none: check it before it is live"
        losses.add("password", doc.kind, sentence)
    if doc.status not in ("publish", "future", "draft"):
        sentence = _STATUSES.get(
            doc.status, f"An item with the status “{doc.status[:40]}” comes as a draft"
        )
        losses.add("status", doc.status, sentence)
    for taxonomy, _ in doc.other_terms:
        losses.add("term", taxonomy, f"A term of “{taxonomy[:60]}” on an item is left out")
    when = doc.due_at or doc.published_at
    if doc.state in ("published", "scheduled") and (when is None or not when.exact):
        losses.add("time", doc.kind, "A time has no zone in the file and is taken as UTC")


def about_site(channel: Node, losses: Losses) -> None:
    """Notes fields in the head of the file that are not read."""
    for node in channel.children:
        if node.family in ("", "wp") and node.name in _HEAD:
            continue
        losses.add("site", node.name, f"The site's setting “{node.name[:60]}” is not read")
    for node in channel.all("wp", "term"):
        metas = sum(1 for _ in node.all("wp", "termmeta"))
        losses.add("meta", "termmeta", "A meta value of a term is not carried over", metas)
