"""Where a text stands in the workflow of its account, and who may act on it."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from portal.content.approvals import Progress, authors_of, progress_of
from portal.content.pages import Page, Revision
from portal.content.reviews import approvals_of, verdicts_on
from portal.content.workflows import Company, Workflow, workflow_at
from tenants.accounts import AccountRef
from tenants.colleagues import Colleague, colleagues
from tenants.decisions import Actor
from tenants.permissions import Permission
from tenants.step_kinds import Step


@dataclass(frozen=True)
class Standing:
    """Where a revision stands in the workflow of its account, and who is there."""

    workflow: Workflow
    progress: Sequence[Progress]
    company: Company
    account: AccountRef
    page: Page
    revision: Revision
    asked: Sequence[Colleague] | None = None
    """Who holds anything there, if somebody asked already."""

    @cached_property
    def authors(self) -> frozenset[uuid.UUID]:
        """Return who wrote what is judged. One statement: nobody asks where nobody judges."""
        return frozenset(authors_of(self.page, self.revision))

    @cached_property
    def people(self) -> Sequence[Colleague]:
        """Return who holds anything there: hundreds in a large firm. One statement at most."""
        return colleagues(self.account) if self.asked is None else self.asked

    @property
    def step(self) -> Step | None:
        """Return the step that is next, or None when there is none left."""
        return next((each.step for each in self.progress if each.approval is None), None)

    @property
    def missing(self) -> list[str]:
        """Return the names of the steps whose approval is missing."""
        return [each.step.name for each in self.progress if each.approval is None]

    @property
    def barred(self) -> set[uuid.UUID]:
        """Return who cannot act in the next step: who wrote this, and who approved it already."""
        acted = {each.approval.person_id for each in self.progress if each.approval}
        return set(self.authors) | {person_id for person_id in acted if person_id is not None}

    def able(self, step: Step) -> list[Colleague]:
        """Return who could act in a step now and may read the draft."""
        return [
            each
            for each in self.people
            if each.person_id not in self.barred
            and each.holds(Permission.PAGE_VIEW)
            and self.company.fits(step, each.person_id, each.holdings)
        ]


def standing_of(page: Page, revision: Revision, account: AccountRef) -> Standing:
    """Return where a revision stands. A fixed number of statements, one more for its authors."""
    workflow = workflow_at(account)
    company = Company(workflow.asked)
    approvals = approvals_of(verdicts_on(revision), revision.digest)
    people = colleagues(account) if approvals else None
    progress = progress_of(workflow.asked, approvals, company, people or ())
    return Standing(workflow, progress, company, account, page, revision, people)


def why_not(standing: Standing, step: Step, by: Actor, account: AccountRef) -> str:
    """Return why somebody who holds `page.review` cannot act in a step, or an empty text."""
    if by.person_id is None:
        return "Only a person approves."
    if by.person_id in standing.authors:
        return "You wrote some of what is reviewed here, so somebody else has to decide on it."
    if by.person_id in standing.barred:
        return "You approved an earlier step. Each step takes another person."
    if not standing.company.fits_actor(step, by, account):
        return f"“{step.name}” is for other people than you."
    return ""
