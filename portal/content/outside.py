"""What people without an account say through a share link: comments, and opinions on the text.

An opinion is no verdict: nobody proved who typed the name, so no step of a review counts it, and
whoever is entitled still decides.
"""

import re
import unicodedata
import uuid

from sqlalchemy import func, select

from portal.content.caring import care_of
from portal.content.comments import Comment
from portal.content.holding import hold
from portal.content.notifications import notify
from portal.content.problems import Problem
from portal.content.shares import NAME_LENGTH, Said, ShareOpinion
from portal.content.sharing import Shared
from tenants.audit import record
from tenants.db import db
from tenants.decisions import Actor
from tenants.events import Event

TEXT_LENGTH = 5_000
MOST_SAID = 200
FROM_OUTSIDE = "(from outside, by a share link)"
# What would turn the words around a name, or hide in it.
_TURNING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\x00-\x08\x0e-\x1f\x7f-\x9f]")
# Letters and signs that nobody sees.
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")


def comment_from_outside(shared: Shared, name: str, text: str) -> Comment:
    """Keep what somebody says of the text under a name, mark it and record it without the words.

    The link's maker and the page's owner are told. Raises Problem.
    """
    if not shared.link.may_comment:
        raise Problem("This link does not take comments.")
    name = _checked(shared, name, text)
    if not _is_seen(text):
        raise Problem("Write something first.")
    page = shared.page
    row = Comment(
        tenant_id=page.tenant_id, account_id=page.account_id, page_id=page.id,
        page_title=page.title, text=text.strip(), share_id=shared.link.id, from_outside=True,
        author_name=name, revision_number=shared.revision.number,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    record(
        Event.SHARE_COMMENTED, row, by=_outsider(name), changes={},
        revision=shared.revision.number,
    )  # fmt: skip
    sentence = f"{name} commented on “{row.label}” from outside, through “{shared.link.name}”."
    notify(page, "outside", sentence, _told(shared), by=None, comment_id=row.id)
    return row


def opine(shared: Shared, said: Said, name: str, text: str) -> ShareOpinion:
    """Keep what somebody thinks of the text under a name, and record it.

    Asking for changes needs words. The link's maker and the page's owner are told. Raises Problem.
    """
    if not shared.link.may_approve:
        raise Problem("This link does not ask for an opinion.")
    name = _checked(shared, name, text)
    if said == "changes" and not _is_seen(text):
        raise Problem("Say what should be different.")
    page, revision = shared.page, shared.revision
    row = ShareOpinion(
        tenant_id=page.tenant_id, account_id=page.account_id, page_id=page.id,
        page_title=page.title, share_id=shared.link.id, revision_id=revision.id,
        revision_number=revision.number, revision_digest=revision.digest, said=said, name=name,
        text=text.strip(),
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    approved = said == "approved"
    event = Event.SHARE_APPROVED if approved else Event.SHARE_OBJECTED
    record(
        event, row, by=_outsider(name), changes={}, revision=revision.number,
        digest=revision.digest,
    )  # fmt: skip
    did = "finds it good:" if approved else "asks for changes:"
    sentence = (
        f"{name} {did} “{row.label}”, revision {revision.number}. Said from outside, through "
        f"“{shared.link.name}”; it counts for no step."
    )
    notify(page, "opinion", sentence, _told(shared), by=None)
    return row


def clean_name(name: str) -> str:
    """Return a name as it is kept: on one line, without signs that turn the text around it."""
    return " ".join(_TURNING.sub("", name).split())


def _is_seen(text: str) -> bool:
    """Tell whether a text has a sign in it that leaves ink."""
    return any(unicodedata.category(c)[0] in "LNPS" and c not in _BLANK for c in text)


def _checked(shared: Shared, name: str, text: str) -> str:
    name = clean_name(name)
    if not _is_seen(name):
        raise Problem("Say who you are.")
    if len(name) > NAME_LENGTH:
        raise Problem(f"Use a name of at most {NAME_LENGTH} characters.")
    if len(text) > TEXT_LENGTH:
        raise Problem(f"The text has {len(text):,} characters; {TEXT_LENGTH:,} fit.")
    hold(shared.page)
    if shared.page.trashed_at is not None:
        raise Problem("This text is not there any more. Ask whoever sent you the link.")
    if _said_so_far(shared) >= MOST_SAID:
        raise Problem("Much was said through this link; it takes no more. Tell whoever sent it.")
    return name


def _said_so_far(shared: Shared) -> int:
    numbers = (
        select(func.count(cls.id)).where(cls.share_id == shared.link.id).scalar_subquery()
        for cls in (Comment, ShareOpinion)
    )
    comments, opinions = db.session.execute(select(*numbers)).one()
    return int(comments + opinions)


def _outsider(name: str) -> Actor:
    return Actor(person_id=None, label=f"{name} {FROM_OUTSIDE}", name=name)


def _told(shared: Shared) -> set[uuid.UUID | None]:
    """Return the ids of the link's maker and of who answers for the page: its owner, or author."""
    care = care_of(shared.page)
    owner = care.owner_id if care and care.owner_id else shared.page.author_id
    return {shared.link.maker_id, owner}
