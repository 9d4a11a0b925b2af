"""What goes along with a page that moves to another account, beside its revisions.

What people said of it, what they call its revisions, who looks after it, and what was typed and not
saved by those who may write there. What was decided or promised at the old place stays there, with
the page in the trash: reviews, share links and what was thought of a text through them, releases,
old addresses.
"""

import uuid
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from portal.content.caring import carry_care
from portal.content.comments import Comment
from portal.content.copies import WorkingCopy
from portal.content.naming import carry_names
from portal.content.notifications import Notification
from portal.content.pages import Page, Revision
from portal.content.writers import may_write
from tenants.accounts import AccountRef
from tenants.audit import excuse, record
from tenants.colleagues import colleagues
from tenants.db import db, new_id
from tenants.decisions import Actor
from tenants.events import Event

AT_ONCE = 500
TEXTS_AT_ONCE = 20
Revisions = Mapping[uuid.UUID, Revision]
"""The revisions that were written again at the new place, by the ids they have at the old one."""


def take_along(
    page: Page, arrived: Page, ends: tuple[AccountRef, AccountRef], revisions: Revisions, *,
    by: Actor,
) -> None:  # fmt: skip
    """Take what hangs on a page to the page it became, and record it. `ends`: from, to."""
    carry_names(arrived, revisions)
    carry_care(page, arrived, by=by)
    _take_typing(page, arrived, ends[1], revisions)
    _take_comments(page, arrived, ends, by)


def _take_comments(
    page: Page, arrived: Page, ends: tuple[AccountRef, AccountRef], by: Actor
) -> None:
    """Move the comments, and the notices that lead to them. Their links stay at the old place."""
    number = 0
    while comments := _some(Comment, Comment.page_id == page.id):
        for row in comments:
            row.from_outside = row.from_outside or row.share_id is not None
            row.page_id, row.account_id, row.share_id = arrived.id, arrived.account_id, None
            excuse(row, "It went along with its page, whose event tells how many did.")
        number += len(comments)
        db.session.flush()
    if not number:
        return
    while notices := _some(
        Notification, Notification.page_id == page.id, Notification.comment_id.is_not(None)
    ):
        for notice in notices:
            notice.page_id, notice.account_id = arrived.id, arrived.account_id
        db.session.flush()
    source, target = ends
    for end in (page, arrived):
        record(
            Event.COMMENTS_MOVED, end, by=by, changes={}, source=source.name, account=target.name,
            comments=number,
        )  # fmt: skip


def _some(kind: Any, *conditions: Any, most: int = AT_ONCE) -> list[Any]:
    return list(db.session.scalars(select(kind).where(*conditions).limit(most)))


def _take_typing(page: Page, arrived: Page, target: AccountRef, revisions: Revisions) -> None:
    """Take the copies of those who may go on with them there, under a mark that no tab has.

    The tab they were typed in writes at the old place, should the page be put back there.
    """
    unsaved = WorkingCopy.page_id == page.id, WorkingCopy.settled_at.is_(None)
    writers = set(db.session.scalars(select(WorkingCopy.person_id).where(*unsaved).distinct()))
    able = {each.person_id for each in colleagues(target) if may_write(each, arrived)}
    theirs = (*unsaved, WorkingCopy.person_id.in_(writers & able))
    while copies := _some(WorkingCopy, *theirs, most=TEXTS_AT_ONCE):
        for copy in copies:
            over = revisions.get(_id(copy.first("based_on")))
            copy.typed = copy.typed | {"based_on": [str(over.id) if over else ""]}
            copy.page_id, copy.account_id = arrived.id, arrived.account_id
            copy.mark = str(new_id())
        db.session.flush()


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        return uuid.UUID(int=0)
