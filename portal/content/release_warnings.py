"""What was found of a release, and what would be odd once all of it is live."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from portal.content.html_shown import own_pages
from portal.content.linking import targets_by_id
from portal.content.pages import Page
from portal.content.releases import OPEN, Release, ReleaseItem
from portal.content.schedules import Schedule, is_pending
from portal.content.together import Piece
from tenants.db import db

Finding = dict[str, str]


@dataclass
class Look:
    """What was found: by item, and of the release as a whole. `bad` stands in the way."""

    items: dict[uuid.UUID, list[Finding]] = field(default_factory=dict)
    whole: list[Finding] = field(default_factory=list)

    def say(self, item: ReleaseItem | None, tone: str, sentence: str, todo: str = "") -> None:
        """Add what was found of an item, or of the release."""
        told = self.whole if item is None else self.items.setdefault(item.id, [])
        told.append({"tone": tone, "sentence": sentence, "todo": todo})

    @property
    def bad(self) -> int:
        """Return how many items, and things beside them, stand in the way."""
        items = sum(any(f["tone"] == "bad" for f in found) for found in self.items.values())
        return items + sum(f["tone"] == "bad" for f in self.whole)


def warn(look: Look, items: Sequence[ReleaseItem], pieces: dict[uuid.UUID, Piece]) -> None:
    """Say what would be odd once all of it is live. Asked in the middle of the trial."""
    by_id = {item.id: item for item in items}
    coming = {by_id[key]: piece for key, piece in pieces.items() if piece.revision is not None}
    _of_links(look, coming)
    _of_parents(look, coming)
    _of_others(look, items)


def _of_links(look: Look, coming: dict[ReleaseItem, Piece]) -> None:
    links = {item: own_pages(piece.revision.body) for item, piece in coming.items()
             if piece.revision}  # fmt: skip
    for account_id in sorted({item.account_id for item in coming}, key=str):
        here = {item: ids for item, ids in links.items() if item.account_id == account_id and ids}
        found = targets_by_id(account_id, set().union(*here.values()))
        for item, ids in here.items():
            for target in (found.get(page_id) for page_id in sorted(ids)):
                if target is None or not target.live:
                    named = f"“{target.title or '(untitled)'}”" if target else "a page"
                    why = "not live then" if target else "not there"
                    look.say(
                        item,
                        "warn",
                        f"It links to {named}, which is {why}.",
                        "Readers see the words only. Add that page too, or change the link.",
                    )


def _of_parents(look: Look, coming: dict[ReleaseItem, Piece]) -> None:
    above = {p.revision.parent_id for p in coming.values() if p.revision and p.revision.parent_id}
    query = select(Page.id, Page.title).where(Page.id.in_(above), Page.live_revision_id.is_(None))
    offline = dict(db.session.execute(query).all())
    for item, piece in coming.items():
        parent = piece.revision.parent_id if piece.revision else None
        if parent in offline:
            named = offline[parent] or "(untitled)"
            look.say(item, "warn", f"It stands below “{named}”, which is not live then.",
                     "Add that page too, if readers are to find it.")  # fmt: skip


def _of_others(look: Look, items: Sequence[ReleaseItem]) -> None:
    ids = [item.page_id for item in items]
    waiting = select(Schedule.page_id).where(Schedule.page_id.in_(ids), is_pending(Schedule))
    alone: set[Any] = set(db.session.scalars(waiting))
    others = (
        select(ReleaseItem.page_id, Release.name)
        .join(Release, Release.id == ReleaseItem.release_id)
        .where(ReleaseItem.page_id.in_(ids), Release.state.in_(OPEN))
    )
    mine = {item.release_id for item in items}
    found = db.session.execute(others.where(Release.id.not_in(mine))).all()
    for item in items:
        if item.page_id in alone:
            look.say(item, "warn", "It has a schedule of its own as well.", "Whichever is due "
                     "first goes first.")  # fmt: skip
        for page_id, name in found:
            if page_id == item.page_id:
                look.say(item, "warn", f"It is in the release “{name}” as well.", "Take it out of "
                         "one of them, unless both are meant.")  # fmt: skip
