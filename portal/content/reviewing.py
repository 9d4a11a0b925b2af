"""Handing a draft in, and deciding on it: nobody approves what he wrote."""

import uuid
from datetime import datetime, timedelta

from portal.content.drafting import authorize_edit
from portal.content.notifications import notify
from portal.content.pages import Page, Revision, revision_by_id
from portal.content.problems import Problem
from portal.content.review_standing import Standing, standing_of, why_not
from portal.content.reviews import Review, Verdict, waiting_review
from tenants.accounts import AccountRef
from tenants.audit import excuse, record
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, authorize
from tenants.events import Event
from tenants.permissions import Permission
from tenants.step_kinds import Step


def submit(
    page: Page, revision: Revision, account: AccountRef, *, by: Actor, note: str = "",
    assignee_id: uuid.UUID | None = None, due_at: datetime | None = None,
) -> Review:  # fmt: skip
    """Hand the page's draft in; whoever can act in its next step is told. Recorded.

    `due_at` (UTC) takes the place of the step's own. Raises Denied and Problem.
    """
    authorize_edit(by, page, account)
    db.session.flush()
    db.session.refresh(page, with_for_update=True)
    if revision.id != page.draft_revision_id:
        raise Problem("Somebody saved in between; hand in what is there now.")
    if revision.id == page.live_revision_id:
        raise Problem("This text is live already, so there is nothing to review.")
    waiting = waiting_review(page)
    if waiting is not None:
        raise Problem(f"{waiting.submitted_by_label} handed this in already; it waits for review.")
    standing = standing_of(page, revision, account)
    if standing.step is None:
        raise Problem("This text is approved in all steps already.")
    row = Review(
        tenant_id=page.tenant_id, account_id=page.account_id, page_id=page.id,
        page_title=page.title, revision_id=revision.id, revision_number=revision.number,
        revision_digest=revision.digest, submitted_by_id=by.person_id,
        submitted_by_label=by.name or by.label, note=note.strip(), step="",
    )  # fmt: skip
    _come_to(row, standing.step, standing)
    if due_at is not None:
        row.due_at = due_at
        set_alarms(row, standing.step)
    db.session.add(row)
    record(
        Event.REVIEW_ASKED, row, by=by, reason=row.note, revision=revision.number,
        step=standing.step.name, digest=revision.digest,
    )  # fmt: skip
    if assignee_id is not None:
        _put_in_hands(row, assignee_id, standing)
    _tell_next(row, page, standing, by)
    return row


def assign(
    row: Review, page: Page, account: AccountRef, person_id: uuid.UUID | None, *, by: Actor
) -> None:
    """Say who is to act next, or nobody in particular; he is told. Recorded.

    Whoever may act in the step may do it, and whoever may edit the page. Raises Denied and Problem.
    """
    revision = _lock(row, page)
    standing = standing_of(page, revision, account)
    fits = standing.step and standing.company.fits_actor(standing.step, by, account)
    if not fits:
        authorize_edit(by, page, account)
    if person_id is None:
        row.assignee_id, row.assignee_label = None, ""
    else:
        _put_in_hands(row, person_id, standing)
    record(
        Event.REVIEW_ASSIGNED, row, by=by, person=row.assignee_label or "whoever is free",
        step=row.step,
    )  # fmt: skip
    sentence = f"{by.name or by.label} asks you to review “{row.label}” ({row.step})."
    notify(page, "assigned", sentence, [row.assignee_id], by=by)


def approve(
    row: Review, page: Page, account: AccountRef, *, by: Actor, step: str, reason: str = ""
) -> Review:
    """Approve the text that was handed in, in the step that is next. Recorded; others are told.

    `step` is what the approver saw as next. Raises Denied without `page.review`, and Problem when
    he wrote any of it, approved it already, does not fit the step, or somebody was quicker.
    """
    revision, _, current = _ready(row, page, account, by, step)
    _say(row, revision, current, "approved", by, reason)
    after = standing_of(page, revision, account)
    if after.step is None:
        row.state, row.closed_at, row.passed_at = "approved", now(), now()
    else:
        _come_to(row, after.step, after)
        row.assignee_id, row.assignee_label = None, ""
    record(
        Event.REVIEW_APPROVED, row, by=by, reason=reason, revision=revision.number,
        step=current.name, digest=revision.digest, left=after.missing,
    )  # fmt: skip
    _tell_approved(row, page, after, by)
    return row


def reject(
    row: Review, page: Page, account: AccountRef, *, by: Actor, step: str, reason: str
) -> Review:
    """Hand the text back to whoever wrote it, with the reason; the text stays. Recorded.

    Raises as `approve` does, and Problem without a reason.
    """
    if not reason.strip():
        raise Problem("Say why, so that whoever wrote it knows what to change.")
    revision, standing, current = _ready(row, page, account, by, step)
    _say(row, revision, current, "rejected", by, reason)
    row.state, row.closed_at, row.reason = "rejected", now(), reason.strip()
    record(
        Event.REVIEW_REJECTED, row, by=by, reason=reason, revision=revision.number,
        step=current.name,
    )  # fmt: skip
    sentence = f"{by.name} hands “{row.label}” back to you, with a reason ({current.name})."
    notify(page, "rejected", sentence, {row.submitted_by_id, *standing.authors}, by=by)
    return row


def withdraw(row: Review, page: Page, account: AccountRef, *, by: Actor) -> None:
    """Take the draft back from review. Recorded. Raises Denied and Problem."""
    authorize_edit(by, page, account)
    revision = _lock(row, page)
    row.state, row.closed_at = "withdrawn", now()
    record(Event.REVIEW_WITHDRAWN, row, by=by, revision=revision.number)


def _lock(row: Review, page: Page) -> Revision:
    """Wait for others who decide on it, and return its revision. Raises Problem when it is over."""
    db.session.flush()
    db.session.refresh(row, with_for_update=True)
    revision = revision_by_id(row.revision_id, page)
    if row.state != "waiting" or revision is None:
        raise Problem(f"This review is {row.state} already, so nothing can be decided any more.")
    return revision


def _ready(
    row: Review, page: Page, account: AccountRef, by: Actor, seen: str
) -> tuple[Revision, Standing, Step]:
    own = by.without_support
    authorize(own, Permission.PAGE_REVIEW, account)
    revision = _lock(row, page)
    standing = standing_of(page, revision, account)
    step = standing.step
    if step is None or step.key != seen.casefold():
        raise Problem(f"“{seen[:80]}” does not wait any more. Look at where the text stands now.")
    why = why_not(standing, step, own, account)
    if why:
        raise Problem(why)
    return revision, standing, step


def _say(row: Review, revision: Revision, step: Step, said: str, by: Actor, reason: str) -> None:
    verdict = Verdict(
        tenant_id=row.tenant_id, account_id=row.account_id, review_id=row.id,
        revision_id=revision.id, revision_digest=revision.digest, step=step.name, said=said,
        person_id=by.person_id, person_name=by.name or by.label, reason=reason.strip(),
    )  # fmt: skip
    db.session.add(verdict)
    db.session.flush()
    excuse(verdict, "The event of its review tells it.")


def _tell_approved(row: Review, page: Page, after: Standing, by: Actor) -> None:
    if after.step is not None:
        _tell_next(row, page, after, by)
        return
    sentence = f"{by.name} approved “{row.label}”: revision {row.revision_number} may be published."
    told = {row.submitted_by_id, *after.authors}
    told |= {each.person_id for each in after.people if each.holds(Permission.PAGE_PUBLISH)}
    notify(page, "passed", sentence, told, by=by)


def _come_to(row: Review, step: Step, standing: Standing) -> None:
    """Let a review wait at a step from now on."""
    row.step, row.step_who, row.step_since = step.name, step.who, now()
    row.barred_ids = sorted(map(str, standing.barred))
    row.due_at = now() + timedelta(days=step.due) if step.due is not None else None
    row.remind_at = row.escalate_at = None
    set_alarms(row, step)


def set_alarms(row: Review, step: Step) -> None:
    """Work out when to remind of a review and when to escalate it, from when it is due."""
    if row.due_at is None:
        return
    if step.remind is not None:
        row.remind_at = row.due_at - timedelta(days=step.remind)
    if step.escalate is not None:
        row.escalate_at = row.due_at + timedelta(days=step.escalate)


def _put_in_hands(row: Review, person_id: uuid.UUID, standing: Standing) -> None:
    step = standing.step
    able = standing.able(step) if step else []
    chosen = next((each for each in able if each.person_id == person_id), None)
    if chosen is None:
        raise Problem(f"Whoever you chose cannot act in “{row.step}”. Choose somebody else.")
    row.assignee_id, row.assignee_label = chosen.person_id, chosen.name


def _tell_next(row: Review, page: Page, standing: Standing, by: Actor) -> None:
    step = standing.step
    able = [each.person_id for each in standing.able(step)] if step else []
    told = [row.assignee_id] if row.assignee_id else able
    sentence = f"{row.submitted_by_label} asks you to review “{row.label}” ({row.step})."
    notify(page, "asked", sentence, told, by=by)
