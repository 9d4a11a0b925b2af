"""What stands in the way of a schedule, as things are now, while there is time to mend it.

The same questions that are asked at the due moment, and a few more: what is missing is said when
something is scheduled and shortly before it is due. Nothing here changes anything.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from portal.content.approvals import missing_approvals
from portal.content.due_rules import verdict_on_revision, verdict_on_right
from portal.content.media_problems import media_problems
from portal.content.moments import Moment
from portal.content.outlook import Outlook, linked_pages, outlook
from portal.content.pages import Page, Revision
from portal.content.readiness import problems_before_publishing
from portal.content.schedules import Schedule, What
from tenants.accounts import AccountRef
from tenants.clock import database_now
from tenants.colleagues import colleagues
from tenants.db import db
from tenants.decisions import Actor

MOST = 12
Approvers = Mapping[uuid.UUID, Actor]


@dataclass(frozen=True, order=True)
class Concern:
    """One thing to be mended, in a sentence; `holds` is whether it would be held for it."""

    sentence: str
    holds: bool = True


def problems_of(row: Schedule, account: AccountRef) -> list[str]:
    """Return what stands in the way of a schedule now, what would hold it first; [] if nothing.

    Ten statements; more for parents, pictures, types with fields and workflows.
    """
    return words_of(concerns_of([row], account, _approvers(account))[row.id])


def words_of(concerns: Sequence[Concern]) -> list[str]:
    """Return the sentences as a schedule keeps them in `problems`."""
    return [each.sentence for each in concerns]


def expected(
    page: Page, revision: Revision, steps: Sequence[tuple[What, Moment]], account: AccountRef,
    by: Actor,
) -> list[list[Concern]]:  # fmt: skip
    """Return for each step what would stand in its way if `by` scheduled them all now."""
    if not steps:
        return []
    rows = [
        Schedule(
            tenant_id=account.tenant_id, account_id=account.id, page_id=page.id,
            page_title=page.title, what=what, due_at=moment.at,
            revision_id=revision.id if what == "publish" else None,
            revision_digest=revision.digest if what == "publish" else None,
            approver_id=by.person_id, approver_label=by.label,
        )
        for what, moment in steps
    ]  # fmt: skip
    found = concerns_of(rows, account, {by.person_id: by} if by.person_id else {})
    return [found[row.id] for row in rows]


def keep(rows: Sequence[Schedule], concerns: Sequence[Sequence[Concern]]) -> None:
    """Note on schedules that were just made what was said when they were."""
    moment = database_now(db.session())
    for row, found in zip(rows, concerns, strict=True):
        row.checked_at, row.problems = moment, words_of(found)


def concerns_of(
    rows: Sequence[Schedule], account: AccountRef, approvers: Approvers
) -> dict[uuid.UUID, list[Concern]]:
    """Return by its id what stands in the way of each of an account's schedules.

    A fixed number of statements for all of them, as long as none has a parent, pictures or fields
    and no workflow holds.
    """
    world = outlook(rows, account)
    return {row.id: _in_order(_concerns(row, account, approvers, world)) for row in rows}


def _in_order(found: Iterator[Concern]) -> list[Concern]:
    return sorted(dict.fromkeys(found), key=lambda each: not each.holds)[:MOST]


def _concerns(
    row: Schedule, account: AccountRef, approvers: Approvers, world: Outlook
) -> Iterator[Concern]:
    approver = approvers.get(row.approver_id) if row.approver_id else None
    verdict = verdict_on_right(row, account, approver)
    if verdict is not None:
        yield Concern(verdict.cause)
    page = world.pages.get(row.page_id)
    if page is None or page.trashed_at is not None:
        yield Concern("The page is in the trash." if page else "The page is gone.")
        return
    if freeze := world.freeze_at(row.due_at):
        yield Concern(freeze.sentence)
    if row.what == "unpublish":
        if not world.live_by(page.id, row):
            yield Concern("It will not be live by then: there is nothing to take offline.", False)
        return
    yield from _about_text(row, page, account, world)


def _about_text(
    row: Schedule, page: Page, account: AccountRef, world: Outlook
) -> Iterator[Concern]:
    revision = world.revisions.get(row.revision_id) if row.revision_id else None
    live = world.revisions.get(page.live_revision_id) if page.live_revision_id else None
    if revision is not None and live is not None and revision.id == live.id:
        return
    verdict = verdict_on_revision(row, revision, live.number if live else None)
    if verdict is not None or revision is None:
        yield Concern(verdict.cause if verdict else "The text is gone.")
        return
    if not revision.title and not revision.body:
        yield Concern("The page has neither title nor text.")
    for unready in problems_before_publishing(page, revision):
        yield Concern(unready.sentence)
    if world.needs_approval and (missing := missing_approvals(page, revision, account)):
        yield Concern(missing)
    for problem in media_problems(revision):
        yield Concern(problem)
    if taken := world.taken(row, page, revision):
        yield Concern(taken)
    yield from _about_others(row, revision, world)


def _about_others(row: Schedule, revision: Revision, world: Outlook) -> Iterator[Concern]:
    parent_id = revision.parent_id
    if parent_id is not None and not world.live_by(parent_id, row):
        yield Concern(
            f"The page above it, {world.title_of(parent_id)}, will not be live by then.", False
        )
    for page_id in sorted(linked_pages(revision) - {row.page_id}, key=str):
        if not world.live_by(page_id, row):
            title = world.title_of(page_id)
            yield Concern(f"It links to {title}, which will not be live by then.", False)


def _approvers(account: AccountRef) -> Approvers:
    return {
        each.person_id: Actor(each.person_id, each.email, each.name, each.zone, each.holdings)
        for each in colleagues(account)
    }
