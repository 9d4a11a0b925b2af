"""Taking a list of people in: a grant for those known here, an invitation for all others."""

from collections.abc import Callable
from dataclasses import dataclass

from tenants.accounts import AccountRef
from tenants.bulk import attempt, give_once
from tenants.db import db
from tenants.decisions import Actor
from tenants.delegation import CannotDelegate
from tenants.invitations import Invitation
from tenants.inviting import invite
from tenants.offers import people_to_give
from tenants.people import Person
from tenants.roles import Role, contents_of_roles
from tenants.roster import Line

Send = Callable[[Invitation, str], None]


@dataclass(frozen=True)
class Enrolled:
    """What became of a line, or would become of it."""

    line: Line
    done: bool
    sentence: str


def enrol(lines: list[Line], account: AccountRef, *, by: Actor, send: Send) -> list[Enrolled]:
    """Carry out every line that has no problem, each in a savepoint; return what became of each.

    Each is authorized as `give` and `invite` are. `send` is called with each invitation and its
    token. Who is not known at the account is invited, whoever has the address elsewhere.
    """
    roles = {
        word.casefold(): r for r in contents_of_roles(account.path) for word in (r.key, r.name)
    }
    known = {person.email: person for person in people_to_give(account, by)}
    return [_enrol(line, account, by, roles, known, send) for line in lines]


def try_out(lines: list[Line], account: AccountRef, *, by: Actor) -> list[Enrolled]:
    """Return what `enrol` would answer: it is carried out, and then all of it rolled back."""
    try:
        return enrol(lines, account, by=by, send=lambda _row, _token: None)
    finally:
        db.session.rollback()


def _enrol(
    line: Line,
    account: AccountRef,
    by: Actor,
    roles: dict[str, Role],
    known: dict[str, Person],
    send: Send,
) -> Enrolled:
    if line.problem:
        return Enrolled(line, False, line.problem)

    def act() -> str:
        role = roles.get(line.role.casefold())
        if role is None:
            raise CannotDelegate(f"There is no role “{line.role}” here.", "role")
        person = known.get(line.email)
        if person is not None:
            give_once(
                person, role, account, by=by, reach=line.reach, until=line.until,
                because=line.because,
            )  # fmt: skip
            return f"Known here: gets the role {role.name}."
        row, token = invite(
            line.email, role, account, by=by, reach=line.reach, until=line.until,
            because=line.because,
        )  # fmt: skip
        send(row, token)
        return f"Is invited to be {role.name}."

    outcome = attempt(line.email, act)
    return Enrolled(line, outcome.done, outcome.sentence)
