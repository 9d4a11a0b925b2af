"""What if: questions about access with a change tried out and not saved.

The change is made without asking whether anybody may make it: it is looked at and rolled back.
Whoever asks must be allowed to see the answers; the doors see to it.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from tenants.accounts import AccountRef
from tenants.clock import now
from tenants.decisions import Actor
from tenants.delegation import bestow
from tenants.effects import Effect, tried
from tenants.grants import Reach
from tenants.groups import Group, group_by_id
from tenants.offers import grant_by_id
from tenants.people import Person, person_by_id
from tenants.permissions import Permission
from tenants.questions import Answer, explain
from tenants.roles import role_by_id

Change = Callable[[], object]


@dataclass(frozen=True)
class Supposition:
    """The answer as it is, as it would be, and what else the change would do."""

    before: Answer | None
    after: Answer | None
    effects: list[Effect]


def suppose(
    change: Change,
    *changed: AccountRef,
    person_id: uuid.UUID,
    permission: Permission,
    account: AccountRef,
) -> Supposition:
    """Answer "may this person do that there?" before and after `change` at the accounts `changed`.

    Nothing is kept. Raises LookupError when what is to be changed is not there any more.
    """
    answers: list[Answer | None] = []

    def ask() -> None:
        answers.append(explain(person_id, permission, account))

    def asked_before() -> None:
        ask()
        change()

    effects, _ = tried(asked_before, *changed, ask=ask)
    return Supposition(answers[0], answers[1], effects)


def giving(
    bearer_id: uuid.UUID,
    role_id: uuid.UUID,
    account: AccountRef,
    *,
    by: Actor,
    reach: Reach,
    until: datetime | None = None,
) -> Change:
    """Return the change that gives a person or a group a role at an account."""

    def change() -> None:
        bearer: Person | Group | None = person_by_id(bearer_id) or group_by_id(bearer_id)
        role = role_by_id(role_id)
        if bearer is None or role is None:
            raise LookupError("Whoever was chosen, or the role, is not there any more.")
        bestow(bearer, role, account, by=by, reach=reach, until=until)

    return change


def ending(grant_id: uuid.UUID) -> Change:
    """Return the change that ends a grant."""

    def change() -> None:
        grant = grant_by_id(grant_id)
        if grant is None:
            raise LookupError("This grant is not there any more.")
        grant.ended_at = now()

    return change
