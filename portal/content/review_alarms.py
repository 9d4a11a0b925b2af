"""Telling people that a review is due soon, or overdue."""

import uuid

from portal.content.notifications import notify
from portal.content.pages import Page, revision_by_id
from portal.content.review_standing import standing_of
from portal.content.reviews import Review
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.clock import now
from tenants.decisions import SYSTEM
from tenants.events import Event
from tenants.permissions import Permission


def remind(row: Review, page: Page, account: AccountRef) -> bool:
    """Remind whoever has a waiting review in his hands, or all who can act in it. Recorded, once.

    False when it was done already.
    """
    if row.remind_at is None or row.remind_at > now():
        return False
    row.remind_at = None
    able = [row.assignee_id] if row.assignee_id else _able(row, page, account)
    sentence = f"“{row.label}” waits for your review ({row.step}){_due(row)}."
    told = notify(page, "reminder", sentence, able, by=None)
    record(Event.REVIEW_REMINDED, row, by=SYSTEM, changes={}, step=row.step, told=len(told))
    return True


def escalate(row: Review, page: Page, account: AccountRef) -> bool:
    """Tell those who set policies, and read drafts, that a review is overdue. Recorded, once.

    False when it was done already.
    """
    if row.escalate_at is None or row.escalate_at > now():
        return False
    row.escalate_at = None
    revision = revision_by_id(row.revision_id, page)
    people = standing_of(page, revision, account).people if revision else []
    above = [
        each.person_id
        for each in people
        if each.holds(Permission.POLICY_SET) and each.holds(Permission.PAGE_VIEW)
    ]
    sentence = f"Nobody has reviewed “{row.label}” ({row.step}){_due(row)}."
    told = notify(page, "escalated", sentence, [*above, row.submitted_by_id], by=None)
    record(Event.REVIEW_ESCALATED, row, by=SYSTEM, changes={}, step=row.step, told=len(told))
    return True


def _able(row: Review, page: Page, account: AccountRef) -> list[uuid.UUID]:
    revision = revision_by_id(row.revision_id, page)
    if revision is None:
        return []
    standing = standing_of(page, revision, account)
    return [each.person_id for each in standing.able(standing.step)] if standing.step else []


def _due(row: Review) -> str:
    if row.due_at is None:
        return ""
    verb = "was" if row.due_at < now() else "is"
    return f"; it {verb} due on {row.due_at:%-d %B %Y}"
