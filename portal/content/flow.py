"""What the editor and the review page show of a text's way to being published."""

from dataclasses import dataclass
from functools import cached_property

from portal.content.approvals import missing_words
from portal.content.pages import Page, Revision
from portal.content.review_standing import Standing, standing_of, why_not
from portal.content.reviews import Review, reviews_of
from tenants.accounts import AccountRef
from tenants.colleagues import Colleague
from tenants.decisions import Actor, can
from tenants.permissions import Permission


@dataclass(frozen=True)
class Flow:
    """Where the draft of a page stands, and what its viewer may do about it.

    `why_not` says why he may not decide on it, and is empty when he may.
    """

    revision: Revision
    standing: Standing
    reviews: list[Review]
    live: bool
    why_not: str

    @cached_property
    def able(self) -> list[Colleague]:
        """Return those who could act next. One statement at most, when it is first asked."""
        step = self.standing.step
        return self.standing.able(step) if step else []

    @property
    def waiting(self) -> Review | None:
        """Return the review that waits."""
        return next((row for row in self.reviews if row.state == "waiting"), None)

    @property
    def latest(self) -> Review | None:
        """Return the review that was begun last."""
        return self.reviews[0] if self.reviews else None

    @property
    def required(self) -> bool:
        """Tell whether approvals are asked for here at all."""
        return self.standing.workflow.required

    @property
    def approved(self) -> bool:
        """Tell whether this very text was approved in all steps."""
        return self.standing.step is None

    @property
    def voided(self) -> Review | None:
        """Return the review that an edit voided, if nothing was handed in since."""
        latest = self.latest
        return latest if latest is not None and latest.state == "voided" else None

    @property
    def handed_back(self) -> Review | None:
        """Return the review that was rejected, if nothing was handed in since."""
        latest = self.latest
        return latest if latest is not None and latest.state == "rejected" else None

    @property
    def refusal(self) -> str | None:
        """Return why the text cannot be published yet, or None."""
        if not self.required or self.approved or self.live:
            return None
        return missing_words(self.revision, self.standing.missing)

    @property
    def may_submit(self) -> bool:
        """Tell whether there is anything to hand in."""
        return not (self.live or self.approved or self.waiting)


def flow_of(page: Page, revision: Revision, account: AccountRef, *, by: Actor) -> Flow:
    """Return where a revision of a page stands, for whoever looks. A fixed number of statements."""
    standing = standing_of(page, revision, account)
    own, step = by.without_support, standing.step
    review = can(own, Permission.PAGE_REVIEW, account)
    why = "" if review.allowed else review.sentence
    if not why and step is not None:
        why = why_not(standing, step, own, account)
    live = page.live_revision_id == revision.id
    return Flow(revision, standing, reviews_of(page), live, why)
