"""The workflow that holds at an account: its steps, who may act in each, and setting it."""

import uuid
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from tenants.accounts import AccountRef
from tenants.colleagues import members_of, with_heirs
from tenants.decisions import Actor, Holding
from tenants.groups import groups_at
from tenants.permissions import Permission
from tenants.policies import Effective, Policy, effective, effective_each
from tenants.policing import clear_policy, set_policy
from tenants.policy_kinds import BadPolicy
from tenants.roles import roles_at
from tenants.step_kinds import Step, Steps, steps_in

VOLUNTARY = Step("Review")
"""Where nobody has to approve, a text can still be handed to whoever reviews."""


@dataclass(frozen=True)
class Workflow:
    """All steps that a text needs at an account, in order, and the policies they come from."""

    steps: tuple[Step, ...]
    named: Effective
    number: Effective

    @property
    def required(self) -> bool:
        """Tell whether anything must be approved before it is published."""
        return bool(self.steps)

    @property
    def asked(self) -> tuple[Step, ...]:
        """Return the steps of whoever hands something in."""
        return self.steps or (VOLUNTARY,)


def workflow_at(account: AccountRef) -> Workflow:
    """Return the workflow that holds at an account: set there or above. One statement.

    The steps with names come first; where the policy “Review steps” asks for more, nameless ones
    that anybody who reviews may take make up the number.
    """
    return _from(effective(account))


def workflows_at(accounts: Iterable[AccountRef]) -> list[Workflow]:
    """Return the workflow that holds at each of some accounts, in their order. One statement."""
    return [_from(held) for held in effective_each(accounts)]


def _from(held: Mapping[str, Effective]) -> Workflow:
    named, number = held["workflow"], held["review_steps"]
    steps = steps_in(named.value)
    taken = {step.key for step in steps}
    spare = (f"Review {n}" for n in range(1, 100))
    more = [Step(name) for name in spare if name.casefold() not in taken]
    return Workflow(steps + tuple(more[: max(0, number.value - len(steps))]), named, number)


class Company:
    """Who fits which step, by the groups and roles that the steps name.

    Nobody gets stronger by a step: whoever acts in it holds `page.review` as well.
    """

    def __init__(self, steps: Iterable[Step]) -> None:
        named = list(steps)
        self._members = members_of(_ids(named, "group"))
        self._heirs = with_heirs(_ids(named, "role"))

    def fits(self, step: Step, person_id: uuid.UUID | None, holdings: Iterable[Holding]) -> bool:
        """Tell whether somebody may act in a step, by all he holds that reaches the account."""
        held = [holding for holding in holdings if holding.support is None]
        if person_id is None or not _any_has(held, Permission.PAGE_REVIEW):
            return False
        if step.kind == "right":
            return _any_has(held, step.whom)
        whom = uuid.UUID(step.whom)
        if step.kind == "group":
            return person_id in self._members.get(whom, ())
        return any(holding.role_id in self._heirs.get(whom, ()) for holding in held)

    def fits_actor(self, step: Step, actor: Actor, account: AccountRef) -> bool:
        """Tell whether an actor may act in a step at an account."""
        reaching = [holding for holding in actor.holdings if holding.covers(account)]
        return self.fits(step, actor.person_id, reaching)


def _any_has(holdings: Iterable[Holding], permission: str) -> bool:
    return any(permission in holding.permissions for holding in holdings)


def _ids(steps: Iterable[Step], kind: str) -> set[uuid.UUID]:
    return {uuid.UUID(step.whom) for step in steps if step.kind == kind}


def set_workflow(
    account: AccountRef, steps: Collection[Step], *, by: Actor, because: str = ""
) -> Policy | None:
    """Make these the steps that an account itself adds to those above; none clears them.

    Recorded. Returns None when that is so already. Raises Denied, and BadPolicy when a step names
    a role or group that there is not at the account.
    """
    if not steps:
        clear_policy(account, "workflow", by=by, because=because)
        return None
    _refuse_strangers(account, steps)
    return set_policy(
        account, "workflow", Steps().write([vars(step) for step in steps]), by=by, because=because
    )


def who_words(account: AccountRef) -> dict[str, str]:
    """Return everything a step can name at an account, with the words for it. Two statements."""
    found = {
        f"right:{Permission.PAGE_REVIEW}": "Anybody who reviews",
        f"right:{Permission.PAGE_PUBLISH}": "Anybody who publishes",
    }
    found |= {
        f"role:{role.id}": f"Role {role.name}" for role in roles_at(account) if not role.for_house
    }
    if account.kind != "house":
        found |= {f"group:{group.id}": f"Group {group.name}" for group in groups_at(account)}
    return found


def who_named(text: str, account: AccountRef) -> str:
    """Return `who` of a step for what people write: role:publisher, group:Legal, right:page.review.

    Raises BadPolicy.
    """
    kind, _, name = text.partition(":")
    if kind == "role":
        ids = [role.id for role in roles_at(account) if role.key == name.strip()]
    elif kind == "group" and account.kind != "house":
        wanted = name.strip().casefold()
        ids = [group.id for group in groups_at(account) if group.name.casefold() == wanted]
    else:
        return text
    if not ids:
        raise BadPolicy(f"There is no {kind} {name.strip()[:100]!r} at {account.name}.")
    return f"{kind}:{ids[-1]}"


def _refuse_strangers(account: AccountRef, steps: Iterable[Step]) -> None:
    if all(step.kind == "right" for step in steps):
        return
    known = who_words(account)
    for step in steps:
        if step.kind != "right" and step.who not in known:
            raise BadPolicy(f"“{step.name}” names a {step.kind} that there is not here any more.")
