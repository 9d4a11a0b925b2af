"""The same act for many: each in a savepoint of its own, with its own event and its own answer."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from tenants.accounts import AccountRef
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, Denied
from tenants.delegation import CannotDelegate, give
from tenants.ending import end
from tenants.grants import Grant, Reach
from tenants.inviting import CannotInvite
from tenants.people import BadEmail, Person
from tenants.roles import Role

REFUSALS = (BadEmail, CannotDelegate, CannotInvite, Denied)


class HeldAlready(CannotDelegate):
    """The person has just this role at the account."""


@dataclass(frozen=True)
class Outcome:
    """What became of one of many: done, or refused with the reason."""

    label: str
    done: bool
    sentence: str


def attempt(label: str, act: Callable[[], str]) -> Outcome:
    """Do something in a savepoint; `act` returns what was done, in a sentence."""
    try:
        with db.session.begin_nested():
            done = act()
            db.session.flush()
    except REFUSALS as problem:
        return Outcome(label, False, str(problem))
    return Outcome(label, True, done)


def give_many(
    people: Sequence[Person],
    role: Role,
    account: AccountRef,
    *,
    by: Actor,
    reach: Reach = "subtree",
    until: datetime | None = None,
    because: str = "",
) -> list[Outcome]:
    """Give one role to each of these people, as `give` does; return what became of each."""
    named = role.name

    def act(person: Person) -> str:
        give_once(person, role, account, by=by, reach=reach, until=until, because=because)
        return f"Is {named} from now on."

    labels = [f"{person.name} ({person.email})" for person in people]
    return [
        attempt(label, lambda who=person: act(who))  # type: ignore[misc]  # bound at once
        for label, person in zip(labels, people, strict=True)
    ]


def give_once(
    person: Person,
    role: Role,
    account: AccountRef,
    *,
    by: Actor,
    reach: Reach,
    until: datetime | None,
    because: str,
) -> None:
    """Give a role as `give` does, unless the person holds it at the account already: HeldAlready.

    A later end or a wider reach is something else, and is given.
    """
    held = db.session.scalars(
        select(Grant).where(
            Grant.account_id == account.id, Grant.person_id == person.id,
            Grant.role_id == role.id, *Grant.in_force(now()),
        )
    )  # fmt: skip
    for grant in held:
        as_long = grant.until is None or (until is not None and until <= grant.until)
        if as_long and (grant.reach == "subtree" or reach == "account"):
            raise HeldAlready(f"Is {role.name} here already.")
    give(person, role, account, by=by, reach=reach, until=until, because=because)


def end_many(
    grants: Iterable[Grant], account: AccountRef, *, by: Actor, reason: str
) -> list[Outcome]:
    """End each of these grants, as `end` does; return what became of each."""

    def act(grant: Grant) -> str:
        end(grant, account, by=by, reason=reason)
        return "Has ended."

    chosen = [(f"{g.bearer.name}, {g.role.name}", g) for g in grants]
    return [
        attempt(label, lambda one=grant: act(one))  # type: ignore[misc]  # bound at once
        for label, grant in chosen
    ]
