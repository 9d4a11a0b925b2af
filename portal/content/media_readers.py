"""May a file be another thing, while readers see it or an approval rests on it?

A page names a file, not its bytes or its words: replacing it, describing it otherwise or throwing
it away changes what the page shows, and no revision.
"""

from sqlalchemy import select

from portal.content.media import Media, MediaUse
from portal.content.problems import Problem
from portal.content.reviews import Review
from portal.content.workflows import workflow_at
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.decisions import Actor, authorize
from tenants.permissions import Permission

OTHER_BYTES = (
    "Upload the other as a new file, put it into the text in this one’s place, and hand that in."
)
OTHER_WORDS = (
    "Say it where the picture stands in the text, or put the file in anew under another name, and "
    "hand that in."
)


def authorize_other_bytes(media: Media, account: AccountRef, *, by: Actor) -> None:
    """Let a file hold something else only as its pages could be changed. Up to four statements.

    Where a live page shows it that takes the right to publish. Where a workflow holds, nothing
    goes past it: a file of a live page, or of one handed in or approved, stays as it was seen.
    Raises Denied and Problem.
    """
    _authorize(media, account, OTHER_BYTES, by=by)


def authorize_other_words(media: Media, account: AccountRef, *, by: Actor) -> None:
    """Let a file be called, described or cut otherwise only as `authorize_other_bytes` says."""
    _authorize(media, account, OTHER_WORDS, by=by)


def authorize_out_of_sight(media: Media, account: AccountRef, *, by: Actor) -> None:
    """Let a file that a live page shows go from it, or come back, only with the right to publish.

    A workflow keeps nobody from it: what must not be seen is taken away at once. Raises Denied.
    """
    if "live" in _places(media):
        authorize(by, Permission.PAGE_PUBLISH, account)


def held_by_workflow(media: Media, account: AccountRef) -> bool:
    """Tell whether a workflow keeps a file as readers see it, or as it waits to be seen."""
    places = _places(media)
    return bool(
        places and workflow_at(account).required and ("live" in places or _is_reviewed(media))
    )


def _authorize(media: Media, account: AccountRef, instead: str, *, by: Actor) -> None:
    if "live" in _places(media):
        authorize(by, Permission.PAGE_PUBLISH, account)
    if held_by_workflow(media, account):
        raise Problem(
            "Texts are approved here before readers see them, and one that shows this file is "
            f"live, approved or waits for that. {instead}"
        )


def _places(media: Media) -> set[str]:
    places = select(MediaUse.place).where(MediaUse.media_id == media.id).distinct()
    return set(db.session.scalars(places))


def _is_reviewed(media: Media) -> bool:
    pages = select(MediaUse.page_id).where(MediaUse.media_id == media.id)
    query = select(Review.id).where(
        Review.page_id.in_(pages), Review.state.in_(("waiting", "approved"))
    )
    return db.session.scalar(query.limit(1)) is not None
