"""A workflow, a page in it, and people who act on it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import SimpleNamespace

from sqlalchemy import select

from portal.content.drafting import Text, save_draft, text_of
from portal.content.notifications import Notification
from portal.content.pages import Page, Revision, page_by_id, revision_by_id
from portal.content.reviewing import approve, submit
from portal.content.reviews import Review, waiting_review
from portal.content.workflows import set_workflow
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.decisions import Actor
from tenants.delegation import give
from tenants.people import person_by_id
from tenants.roles import built_in
from tenants.scope import across_tenants
from tenants.step_kinds import Step
from tests.fixtures.cast import Cast, Someone, as_actor
from tests.fixtures.pages import TESTS

Crew = SimpleNamespace
REVIEW = (Step("Review"),)
TWO = (Step("Facts"), Step("Law"))


def crew(cast: Cast) -> Crew:
    """Everybody of the cast as an actor, with today's rights. Call it outside any scope."""
    return Crew(**{name: as_actor(who) for name, who in cast.people.items()})


def with_workflow(account: AccountRef, steps: Sequence[Step] = REVIEW) -> None:
    """Set it; the caller commits. Needs a scope that writes there."""
    set_workflow(account, steps, by=TESTS)
    db.session.flush()


def make_publishers(cast: Cast, people: Iterable[Someone], account: AccountRef) -> None:
    """Let some more people review and publish at an account; committed."""
    by = as_actor(cast.admin)
    with across_tenants("sets the scene"):
        for who in people:
            person = person_by_id(who.id)
            assert person is not None
            give(person, built_in("publisher"), account, by=by)
        db.session.commit()


def draft_of(page: Page) -> Revision:
    found = revision_by_id(page.draft_revision_id, page)
    assert found is not None
    return found


def write(page: Page, account: AccountRef, body: str, by: Actor) -> Revision:
    """Save a draft that says something else."""
    text = text_of(draft_of(page))
    new = Text(title=text.title, slug=text.slug, body=f"<p>{body}</p>", byline=text.byline)
    return save_draft(page, new, account, by=by, based_on=page.draft_revision_id).revision


def hand_in(page: Page, account: AccountRef, by: Actor) -> Review:
    row = submit(page, draft_of(page), account, by=by)
    db.session.flush()
    return row


def pass_step(page: Page, account: AccountRef, by: Actor) -> Review:
    """Approve in whichever step waits."""
    row = waiting_review(page)
    assert row is not None
    return approve(row, page, account, by=by, step=row.step)


def again(page: Page) -> Page:
    """The page as it stands now."""
    found = page_by_id(page.id, page.account_id)
    assert found is not None
    return found


def told(who: Someone) -> list[tuple[str, str]]:
    """What somebody was told: kind and sentence, in order. Needs a scope."""
    query = select(Notification).where(Notification.person_id == who.id)
    rows = db.session.scalars(query.order_by(Notification.created_at, Notification.id))
    return [(row.kind, row.sentence) for row in rows]
