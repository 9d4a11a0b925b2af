"""Writing what an import planned: a few statements for each kind of row, none for each item."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from portal.content.caring import PageCare
from portal.content.drafting import Text, new_revision, stand
from portal.content.field_values import keep
from portal.content.import_plan import Plan, PlannedPage
from portal.content.import_tongues import rows_of
from portal.content.imports import ImportedItem
from portal.content.media_uses import named_in, note_draft, note_live
from portal.content.pages import Page, Revision
from portal.content.scheduling import schedule
from portal.content.search_index import index_new
from portal.content.sites import Menu, Redirect
from portal.content.terms import PageTerm, Term
from tenants.accounts import Account, AccountRef
from tenants.audit import record
from tenants.clock import now
from tenants.db import db
from tenants.events import Event
from tenants.limiting import take
from tenants.quotas import Resource


def lock(account: AccountRef) -> None:
    """Keep other imports of this account waiting until this transaction ends."""
    db.session.execute(
        select(Account.id).where(Account.id == account.id).with_for_update(key_share=True)
    )


def write(plan: Plan, hashes: Mapping[int, str]) -> None:
    """Write everything the plan made new. Parents stand before children in the plan.

    Raises QuotaReached when the account has no room for all of its pages and schedules.
    """
    take(Resource.ITEMS, plan.account, len(plan.pages), by=plan.by)
    keys = {"tenant_id": plan.account.tenant_id, "account_id": plan.account.id}
    _add(
        Term(
            id=term.id, taxonomy=term.taxonomy, slug=term.slug, name=term.name,
            parent_id=term.parent_id, **keys,
        )
        for term in plan.terms
    )  # fmt: skip
    pages = [(planned, _page(planned, hashes, keys)) for planned in plan.pages]
    _add(page for _, page in pages)
    made = _write_revisions(plan, pages)
    _add([*rows_of(plan.tongues, made, keys), *_care(plan, pages, keys)])
    _add(
        PageTerm(page_id=planned.id, term_id=uuid.UUID(term_id), **keys)
        for planned in plan.pages
        if planned.state == "published"
        for term_id in planned.text.term_ids
    )
    _add(
        Menu(id=menu.id, slug=menu.slug, name=menu.name, primary=menu.primary,
             items=list(menu.items), **keys)
        for menu in plan.menus
    )  # fmt: skip
    _add(
        Redirect(address=address, page_id=page_id, **keys)
        for address, page_id in plan.redirects.items()
    )
    _add(
        ImportedItem(
            source=plan.source, kind=item.kind, source_id=item.source_id,
            target_id=item.target_id, **keys,
        )
        for item in plan.remembered
    )  # fmt: skip


def _page(planned: PlannedPage, hashes: Mapping[int, str], keys: Mapping[str, uuid.UUID]) -> Page:
    document = planned.document
    live = planned.state == "published"
    created = document.created_at.utc if document.created_at else now()
    return Page(
        id=planned.id, type=document.type or document.kind, title=planned.text.title,
        parent_id=planned.parent_id if live else None,
        position=document.menu_order, author_id=planned.author_id,
        address=planned.address if live else None,
        published_at=planned.published_at if live else None,
        created_at=min(created, now()), access_password_hash=hashes.get(document.source_id),
        for_members=document.for_members,
        **keys,
    )  # fmt: skip


def _care(
    plan: Plan, pages: list[tuple[PlannedPage, Page]], keys: Mapping[str, uuid.UUID]
) -> Iterator[PageCare]:
    for planned, page in pages:
        if planned.owner is None and planned.review_by is None:
            continue
        owner_id, name = planned.owner or (None, "")
        said: dict[str, list[Any]] = {"owner": ["", name], "review by": [None, planned.review_by]}
        changes = {what: change for what, change in said.items() if change[1]}
        record(Event.PAGE_CARE_SET, page, by=plan.by, changes=changes)
        # Who was reminded of an old date there is not at once reminded again of it here.
        past = planned.review_by is not None and planned.review_by <= now()
        yield PageCare(
            page_id=page.id, owner_id=owner_id, review_by=planned.review_by,
            reminded_at=now() if past else None, **keys,
        )  # fmt: skip


def _write_revisions(
    plan: Plan, pages: list[tuple[PlannedPage, Page]]
) -> dict[uuid.UUID, tuple[uuid.UUID, str]]:
    note = f"Imported from {plan.told}."
    kept = [(planned, page, _kept(planned, page)) for planned, page in pages]
    made = [
        (planned, page, new_revision(page, text, planned.body, by=plan.by, number=1, note=note))
        for planned, page, text in kept
    ]
    _add(revision for _, _, revision in made)
    index_new((page, revision) for _, page, revision in made)
    for planned, page, revision in made:
        stand(page, revision)
        if planned.state == "published":
            page.live_revision_id = revision.id
        record(
            Event.PAGE_IMPORTED, page, by=plan.by, source=plan.told, state=planned.state,
            changes={"title": ["", page.title], "address": [None, page.address]},
        )  # fmt: skip
    db.session.flush()
    for planned, page, revision in made:
        if named_in(revision.body, revision.fields):
            note_draft(page, revision, plan.account, by=plan.by)
            note_live(page, revision if planned.state == "published" else None, None)
        _schedule(plan, planned, page, revision)
    return {page.id: (revision.id, revision.digest) for _, page, revision in made}


def _kept(planned: PlannedPage, page: Page) -> Text:
    """Return the text with its fields as a page of its type keeps them. Raises Problem."""
    if not planned.document.type:
        return planned.text
    kept = keep(page, planned.text.fields)
    kept.note(page)
    return replace(planned.text, fields=kept.values)


def _schedule(plan: Plan, planned: PlannedPage, page: Page, revision: Revision) -> None:
    if planned.moment is not None:
        reason = f"Was scheduled at {plan.source}."
        schedule(page, "publish", revision, planned.moment, plan.account, by=plan.by, reason=reason)


def _add(rows: Iterable[object]) -> None:
    db.session.add_all(list(rows))
    db.session.flush()
