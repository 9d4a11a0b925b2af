"""May what a file holds be another thing, while readers see it or an approval rests on it?

A page names a file, not its bytes: replacing it changes what the page shows, and no revision.
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


def authorize_other_bytes(media: Media, account: AccountRef, *, by: Actor) -> None:
    """Let a file hold something else only as its pages could be changed. Up to three statements.

    Where a live page shows it that takes the right to publish. Where a workflow holds, nothing
    goes past it: a file of a live page, or of one handed in or approved, stays as it was seen.
    Raises Denied and Problem.
    """
    places = select(MediaUse.place).where(MediaUse.media_id == media.id).distinct()
    found = set(db.session.scalars(places))
    if "live" in found:
        authorize(by, Permission.PAGE_PUBLISH, account)
    if found and workflow_at(account).required and ("live" in found or _is_reviewed(media)):
        raise Problem(
            "Texts are approved here before readers see them, and one that shows this file is "
            "live, approved or waits for that. Upload the other as a new file, put it into the "
            "text in this one’s place, and hand that in."
        )


def _is_reviewed(media: Media) -> bool:
    pages = select(MediaUse.page_id).where(MediaUse.media_id == media.id)
    query = select(Review.id).where(
        Review.page_id.in_(pages), Review.state.in_(("waiting", "approved"))
    )
    return db.session.scalar(query.limit(1)) is not None
