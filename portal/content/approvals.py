"""Has a text been approved as its workflow asks? The gate of every door that publishes."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Integer, String, Uuid, and_, bindparam, func, or_, select

from portal.content.pages import Page, Revision, digest_now
from portal.content.problems import Problem
from portal.content.reviews import Review, Verdict, approvals_of, verdicts_on
from portal.content.workflows import Company, Workflow, workflow_at, workflows_at
from tenants.accounts import AccountRef
from tenants.colleagues import Colleague, colleagues
from tenants.db import db
from tenants.prepared import by_key
from tenants.step_kinds import Step

_WRITERS = Revision.author_id, Revision.writer_ids


class NotApproved(Problem):
    """The workflow asks for an approval that is missing; the message says which."""


@dataclass(frozen=True)
class Progress:
    """One step of a workflow, and the approval that it has, if it has."""

    step: Step
    approval: Verdict | None


@dataclass(frozen=True)
class Gate:
    """What the workflow of an account asks of texts: made once, for one text or for hundreds."""

    steps: tuple[Step, ...]
    company: Company | None = None
    people: Sequence[Colleague] = ()

    @property
    def required(self) -> bool:
        """Tell whether approvals are asked for at all."""
        return bool(self.steps)

    def approvals(self, revision: Any, whole: bool, verdicts: list[Verdict]) -> list[Verdict]:
        """Return the approvals that let a text be published; `verdicts` are all on it, in order.

        `whole`: its digest is still the one it was saved with. Each must be of this very text, by
        somebody who can still act in the step. Raises NotApproved.
        """
        if self.company is None:
            return []
        if not whole:
            raise NotApproved(
                "The text is no longer the one that was saved, so nobody approved it."
            )
        progress = progress_of(
            self.steps, approvals_of(verdicts, revision.digest), self.company, self.people
        )
        missing = [each.step.name for each in progress if each.approval is None]
        if missing:
            raise NotApproved(missing_words(revision, missing))
        return [each.approval for each in progress if each.approval is not None]


def gate_at(account: AccountRef) -> Gate:
    """Return what is asked at an account as it stands now. One statement without a workflow."""
    return _gate(account, workflow_at(account))


def gates_at(accounts: Sequence[AccountRef]) -> list[Gate]:
    """Return what is asked at each of some accounts, in their order. One statement without any."""
    return list(map(_gate, accounts, workflows_at(accounts)))


def _gate(account: AccountRef, workflow: Workflow) -> Gate:
    if not workflow.required:
        return Gate(())
    return Gate(workflow.steps, Company(workflow.steps), colleagues(account))


def require_approvals(page: Page, revision: Revision, account: AccountRef) -> list[Verdict]:
    """Return the approvals that let a revision be published; none where none are asked for.

    Raises NotApproved. One statement where there is no workflow.
    """
    gate = gate_at(account)
    if not gate.required:
        return []
    if page.id != revision.page_id:
        raise NotApproved("This text belongs to another page.")
    whole = digest_now(revision) == revision.digest
    return gate.approvals(revision, whole, verdicts_on(revision))


def missing_approvals(page: Page, revision: Revision, account: AccountRef) -> str:
    """Return why a revision cannot be published yet, or an empty text."""
    try:
        require_approvals(page, revision, account)
    except NotApproved as problem:
        return str(problem)
    return ""


def approved_by(approvals: Sequence[Verdict]) -> dict[str, list[str | None]]:
    """Return who approved, as a change that an event tells of; nothing for no approvals."""
    if not approvals:
        return {}
    return {"approved by": [None, ", ".join(f"{v.person_name} ({v.step})" for v in approvals)]}


def missing_words(revision: Any, missing: Sequence[str]) -> str:
    """Return what still has to be approved, as a sentence."""
    steps = " and ".join(f"“{name}”" for name in missing)
    return f"Revision {revision.number} has not been approved in {steps} yet."


def progress_of(
    steps: Sequence[Step], approvals: Sequence[Verdict], company: Company,
    people: Sequence[Colleague],
) -> list[Progress]:  # fmt: skip
    """Return each step with its approval. A person counts once, and only while he fits the step."""
    held = {each.person_id: each.holdings for each in people}
    used: set[uuid.UUID] = set()
    found = []
    for step in steps:
        approval = next(
            (
                verdict
                for verdict in approvals
                if verdict.step.casefold() == step.key
                and verdict.person_id is not None
                and verdict.person_id not in used
                and company.fits(step, verdict.person_id, held.get(verdict.person_id, ()))
            ),
            None,
        )
        if approval is not None and approval.person_id is not None:
            used.add(approval.person_id)
        found.append(Progress(step, approval))
    return found


def authors_of(page: Page, revision: Revision) -> set[uuid.UUID]:
    """Return who wrote what a revision changes: they cannot approve it.

    That is everybody who wrote a revision since the one that is live or the last one that was
    approved in all steps, whoever wrote the very same text before, and whoever wrote words that
    came into one of these from a copied page, a template or an earlier revision. One statement.
    """
    asked = {
        "of_page": page.id, "of_live": page.live_revision_id, "up_to": revision.number,
        "of_digest": revision.digest,
    }  # fmt: skip
    return _people_in(db.session.execute(_since_query(), asked))


@cache
def _since_query() -> Any:
    """Return the statement of who wrote since the last number that passed all steps, or is live."""
    up_to: Any = bindparam("up_to", type_=Integer())
    of_page: Any = bindparam("of_page", type_=Uuid())
    passed = select(func.max(Review.revision_number)).where(
        Review.page_id == of_page, Review.passed_at.is_not(None), Review.revision_number < up_to
    )
    live = select(func.max(Revision.number)).where(
        Revision.id == bindparam("of_live", type_=Uuid()), Revision.number < up_to
    )
    bases = [func.coalesce(each.scalar_subquery(), 0) for each in (passed, live)]
    since = and_(*(Revision.number > base for base in bases))
    same = Revision.digest == bindparam("of_digest", type_=String())
    query = select(*_WRITERS).where(Revision.page_id == of_page, Revision.number <= up_to)
    return by_key(query.where(or_(since, same)))


def writers_before(revision: Revision) -> set[str]:
    """Return the ids of all who wrote the revisions of a page before one of them."""
    query = select(*_WRITERS).where(
        Revision.page_id == revision.page_id, Revision.number < revision.number
    )
    return set(map(str, _people_in(db.session.execute(query))))


def _people_in(rows: Iterable[Any]) -> set[uuid.UUID]:
    found = set[uuid.UUID]()
    for author_id, writer_ids in rows:
        found |= {author_id} if author_id else set()
        found |= set(map(uuid.UUID, writer_ids or ()))
    return found
