"""Which rows go when an account is closed for good, which stay, and why."""

import uuid
from typing import Any

from sqlalchemy import delete, func, select, update

from portal.content.bulk import BulkRun
from portal.content.caring import PageCare
from portal.content.comments import Comment
from portal.content.content_types import ContentField, ContentType
from portal.content.copies import WorkingCopy
from portal.content.export_rows import ExportRun
from portal.content.freezes import Freeze
from portal.content.imports import ImportedItem, ImportRun
from portal.content.live_words import LiveWords
from portal.content.locks import PageLock, PagePresence
from portal.content.media import Media, MediaUse, MediaVersion
from portal.content.media_folders import MediaAccess, MediaFolder
from portal.content.naming import RevisionName
from portal.content.notifications import Notification
from portal.content.out_of_sight import WITH_TRASH
from portal.content.page_templates import PageTemplate
from portal.content.page_uses import PageUse
from portal.content.pages import Page, Revision
from portal.content.releases import Release, ReleaseItem
from portal.content.reviews import Review, Verdict
from portal.content.saved_views import SavedView
from portal.content.schedules import Schedule
from portal.content.search_index import PageWords
from portal.content.shares import ShareLink, ShareOpinion
from portal.content.site_changes import SiteCopy
from portal.content.site_hosts import SiteHost
from portal.content.sites import Menu, Redirect, Site
from portal.content.terms import PageTerm, Term
from portal.content.translations import PageLanguage
from tenants.access_requests import AccessRequest
from tenants.accounts import AccountClosure
from tenants.audit import AuditEvent
from tenants.db import db
from tenants.invitations import Invitation
from tenants.quotas import Quota

# In this order: whatever refers to another goes before it.
ERASED: tuple[Any, ...] = (
    MediaUse, MediaVersion, Media, MediaAccess, MediaFolder,
    WorkingCopy, PageLock, PagePresence, RevisionName,
    Notification, Comment, ShareOpinion, ShareLink, Verdict, Review, PageCare, PageLanguage,
    PageWords, LiveWords,
    ReleaseItem, Release,
    Schedule, Redirect, PageTerm, PageUse, ImportedItem, ImportRun, ExportRun, Menu, SiteHost, Site,
    Revision, Page,
    Term, ContentField, ContentType,
    Invitation, AccessRequest, Quota, Freeze, SavedView, BulkRun,
    PageTemplate, SiteCopy,
)  # fmt: skip
KEPT = {
    "account": "the tombstone: keeps the handle from being taken by somebody else",
    "account_closure": "where the tombstone stands",
    "account_place": "past answers must stay what they were",
    "account_state": "when it was closed, by whom and why",
    "audit_checkpoint": "the trail stays, and stays verifiable",
    "audit_event": "the trail stays, and stays verifiable",
    "audit_purge": "says what of the trail was let go",
    "audit_seal": "the trail stays, and stays verifiable",
    "audit_waiting": "the trail stays, and stays verifiable",
    "closing_certificate": "says what was erased",
    "grant": "ended; past answers must stay what they were",
    "grant_notice": "who was told that a grant ends",
    "group_member": "past answers must stay what they were",
    "person_group": "past answers must stay what they were",
    "policy": "past answers must stay what they were",
    "role": "past answers must stay what they were",
    "role_parent": "past answers must stay what they were",
    "role_permission": "past answers must stay what they were",
    "site_change": "ids alone, by which readers' copies are let go; gone after an hour",
    "support_session": "past answers must stay what they were",
    "trail_hold": "a dispute outlives the account",
    "trail_retention": "says how long the trail stays",
}


def name_of(cls: Any) -> str:
    """Return the name of a class's table."""
    return str(cls.__tablename__)


def inventory(account_id: uuid.UUID, *, below: bool = False) -> dict[str, int]:
    """Return how many rows of each kind an account holds, with `below` also those below it."""
    closure = AccountClosure.descendant_id
    ids = select(closure).where(AccountClosure.ancestor_id == account_id)
    found = {}
    for cls in ERASED:
        here = cls.account_id.in_(ids) if below else cls.account_id == account_id
        found[name_of(cls)] = db.session.scalar(
            select(func.count()).select_from(cls).where(here).execution_options(**WITH_TRASH)
        )
    return {name: count or 0 for name, count in found.items()}


def erase(account_id: uuid.UUID, told_by: AuditEvent) -> None:
    """Delete all content of an account that is closed for good.

    The database refuses to let revisions of any other account go. `told_by` is the event that
    tells of it, in the same transaction.
    """
    options = {"synchronize_session": False, "told_by": told_by}
    for cls in ERASED:
        if cls is Revision:
            loose = update(Page).where(Page.account_id == account_id)
            loose = loose.values(draft_revision_id=None, live_revision_id=None)
            db.session.execute(loose.execution_options(**options))
        gone = delete(cls).where(cls.account_id == account_id)
        db.session.execute(gone.execution_options(**options))
