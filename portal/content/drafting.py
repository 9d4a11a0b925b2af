"""Starting pages and saving drafts. Every save is a new revision; what is live stays as it is."""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from portal.content import clean_html
from portal.content.addresses import address_of, slug_of
from portal.content.content_types import definition_at
from portal.content.differences import differences
from portal.content.field_values import keep
from portal.content.fields import as_id
from portal.content.holding import hold
from portal.content.live_words import note_live_words
from portal.content.locks import Beside, refuse_others, stored_lock
from portal.content.media_uses import note_draft
from portal.content.pages import Page, Revision, Type, digest_of, refuse_trashed, revision_by_id
from portal.content.problems import Problem, Stale
from portal.content.search_index import index_page
from portal.content.voiding import void_reviews
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, Decision, Denied, authorize, can_any
from tenants.events import Event
from tenants.limiting import take
from tenants.permissions import Permission
from tenants.quotas import Resource

TITLE_LENGTH = 500
BODY_LENGTH = 500_000
EXCERPT_LENGTH = 5_000


@dataclass(frozen=True)
class Text:
    """All that a revision says. `body` is HTML, cleaned when it is saved.

    `fields` are the values of further fields by their keys, as JSON takes them.
    """

    title: str = ""
    slug: str = ""
    body: str = ""
    excerpt: str = ""
    byline: str = ""
    parent_id: uuid.UUID | None = None
    term_ids: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Saved:
    """What a save came to: the revision, whether it is new, and what cleaning took out."""

    revision: Revision
    changed: bool
    removed: tuple[clean_html.Removal, ...] = ()


def text_of(revision: Revision) -> Text:
    """Return what a revision says."""
    return Text(
        title=revision.title, slug=revision.slug, body=revision.body, excerpt=revision.excerpt,
        byline=revision.byline, parent_id=revision.parent_id, term_ids=tuple(revision.term_ids),
        fields=revision.fields or {},
    )  # fmt: skip


def as_stored(page: Page, text: Text, before: Revision | None) -> Text:
    """Return the text as a save over `before` would keep it. Raises Problem."""
    kept = keep(page, text.fields, before.fields if before else None)
    said: dict[str, Any] = _fields(replace(text, fields=kept.values), _clean(text))
    return Text(**said | {"term_ids": tuple(said["term_ids"])})


def may_edit(by: Actor, page: Page, account: AccountRef) -> Decision:
    """Decide whether `by` may edit the page: anybody's, or his own."""
    own = by.person_id is not None and page.author_id == by.person_id
    wanted = [Permission.PAGE_EDIT, Permission.PAGE_EDIT_OWN] if own else [Permission.PAGE_EDIT]
    return can_any(by, wanted, account)


def authorize_edit(by: Actor, page: Page, account: AccountRef) -> None:
    """Raise Denied unless `by` may edit the page."""
    decision = may_edit(by, page, account)
    if not decision.allowed:
        raise Denied(decision)


def create_page(
    account: AccountRef, kind: Type, text: Text, *, by: Actor,
    copied_from: Collection[uuid.UUID] | None = None,
) -> tuple[Page, Saved]:  # fmt: skip
    """Start a page with its first revision and record it; without a byline it is `by`'s.

    `copied_from` are the people who wrote words that are copied; in those a reference may stand to
    what is gone. Raises Denied, Problem (also for a type that cannot be started here) and
    QuotaReached.
    """
    authorize(by, Permission.PAGE_CREATE, account)
    if definition_at(kind, account) is None:
        raise Problem("This type of content cannot be started here; choose another.")
    take(Resource.ITEMS, account, by=by)
    page = Page(
        tenant_id=account.tenant_id, account_id=account.id, type=kind, title="",
        author_id=by.person_id,
    )  # fmt: skip
    db.session.add(page)
    db.session.flush()
    kept = keep(page, text.fields, None if copied_from is None else text.fields)
    text = replace(text, byline=text.byline or by.name, fields=kept.values)
    cleaned, writers = _clean(text), copied_from or ()
    revision = add_revision(page, text, cleaned, by=by, number=1, writers=writers)
    note_draft(page, revision, account, by=by)
    kept.note(page)
    record(
        Event.PAGE_CREATED, page, by=by, changes={"title": ["", page.title]},
        type=kind, revision=revision.number,
    )  # fmt: skip
    return page, Saved(revision, True, cleaned.removed + kept.removed)


def save_draft(
    page: Page, text: Text, account: AccountRef, *, by: Actor, based_on: uuid.UUID | None,
    reason: str = "", beside: Beside | None = None, writers: Collection[uuid.UUID] = (),
) -> Saved:  # fmt: skip
    """Save a new revision as the draft and record it; a save that changes nothing adds nothing.

    `based_on` is the revision the editor started from; `beside` what stands beside the page, if it
    is known; `writers` wrote words that come from elsewhere. Raises Denied, Problem, Locked while
    somebody else has the page for himself, and Stale when somebody saved in between.
    """
    authorize_edit(by, page, account)
    current = _lock_draft(page)
    refuse_others(beside.lock if beside else stored_lock(page), by=by)
    if based_on != page.draft_revision_id:
        raise Stale("Somebody saved this page while you were writing.", current)
    kept = keep(page, text.fields, current.fields if current else None)
    text = replace(text, fields=kept.values)
    cleaned = _clean(text, current.body if current else "")
    removed = cleaned.removed + kept.removed
    fields = _fields(text, cleaned)
    if current is not None and current.digest == digest_of(fields):
        return Saved(current, False, removed)
    number = (current.number if current else 0) + 1
    revision = add_revision(
        page, text, cleaned, by=by, number=number, beside=beside, writers=writers
    )
    note_draft(page, revision, account, by=by, before=current)
    kept.note(page)
    record(
        Event.PAGE_CHANGED, page, by=by, reason=reason, revision=revision.number,
        changes=differences(current, revision),
    )  # fmt: skip
    return Saved(revision, True, removed)


def _clean(text: Text, known: str = "") -> clean_html.Cleaned:
    try:
        return clean_html.clean(text.body, known)
    except clean_html.TooDeep as problem:
        raise Problem(f"The body cannot be kept like this. {problem}") from problem


def add_revision(
    page: Page, text: Text, body: clean_html.Cleaned, *, by: Actor, number: int, note: str = "",
    beside: Beside | None = None, writers: Collection[uuid.UUID] = (),
) -> Revision:  # fmt: skip
    """Write a revision and make it the page's draft, without asking or recording.

    What was handed in for review, or approved and not used yet, is void from then on; `beside` may
    tell that nothing was. Raises Problem for what does not fit, also as a parent.
    """
    address_of(page, "x", text.parent_id)
    revision = new_revision(page, text, body, by=by, number=number, note=note, writers=writers)
    db.session.add(revision)
    db.session.flush()
    make_draft(page, revision)
    if number > 1 and (beside is None or beside.reviewed):
        void_reviews(page, revision, by=by)
    return revision


def new_revision(
    page: Page, text: Text, body: clean_html.Cleaned, *, by: Actor, number: int, note: str = "",
    writers: Collection[uuid.UUID] = (),
) -> Revision:  # fmt: skip
    """Return a revision that says `text` with `body` in place of its own. Raises Problem.

    It is not in the session yet. That `body` is clean is proven by its type.
    """
    fields = _fields(text, body)
    return Revision(
        tenant_id=page.tenant_id, account_id=page.account_id, page_id=page.id, number=number,
        author_id=by.person_id, author_label=by.name or by.label, note=note,
        writer_ids=sorted(map(str, writers)) or None, digest=digest_of(fields), **fields,
    )  # fmt: skip


def make_draft(page: Page, revision: Revision) -> None:
    """Make a stored revision what editors see of the page."""
    if page.live_revision_id is not None and page.live_revision_id == page.draft_revision_id:
        live = revision_by_id(page.live_revision_id, page)
        if live is not None:
            note_live_words(page, live)
    stand(page, revision)
    index_page(page, revision)


def stand(page: Page, revision: Revision) -> None:
    """Make a stored revision the page's draft, for those who let it be found themselves."""
    page.draft_revision_id = revision.id
    page.title = revision.title
    page.changed_at = now()


def _fields(text: Text, body: clean_html.Cleaned) -> dict[str, object]:
    fields = asdict(text) | {
        "title": " ".join(text.title.split()) if "\n" in text.title else text.title,
        "slug": slug_of(text.slug or text.title),
        "body": body.html,
        "term_ids": sorted(text.term_ids),
    }
    _check_lengths(fields)
    if not all(as_id(each) for each in text.term_ids):
        raise Problem("The tags or categories are none that can be looked up; choose them anew.")
    return fields


def _check_lengths(fields: dict[str, object]) -> None:
    for name, limit in (
        ("title", TITLE_LENGTH), ("excerpt", EXCERPT_LENGTH), ("byline", TITLE_LENGTH),
        ("body", BODY_LENGTH),
    ):  # fmt: skip
        value = str(fields[name])
        if len(value) > limit:
            raise Problem(f"The {name} has {len(value):,} characters; {limit:,} fit.")
        if "\x00" in value:
            raise Problem(f"The {name} holds a NUL character; remove it.")


def _lock_draft(page: Page) -> Revision | None:
    hold(page)
    refuse_trashed(page)
    return revision_by_id(page.draft_revision_id, page)
