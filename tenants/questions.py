"""Who may do what, where, when and why: asked of today or of any past instant.

Each function opens and closes the directory's own short read; call them outside any scope.
Whoever asks must have been allowed to: the doors see to it.
"""

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import or_, select

from tenants.accounts import AccountRef
from tenants.clock import now
from tenants.db import db
from tenants.decisions import WHILE_HALTED, Decision, can
from tenants.directory import actor_for, givers
from tenants.grants import Grant
from tenants.holdings import Held, bearers_at, held_at
from tenants.memberships import turns_of
from tenants.past import account_as_of
from tenants.people import Person
from tenants.permissions import Permission
from tenants.roles import Role
from tenants.scope import directory, reading
from tenants.support import ROLE_NAME, SupportSession, sessions_of

Named = tuple[uuid.UUID, str, str]
"""A person's id, name and e-mail."""


@dataclass(frozen=True)
class Answer:
    """May this person do that there? `givers` are people who could give it, if it is missing."""

    decision: Decision
    givers: list[tuple[str, str]]


@dataclass(frozen=True)
class Step:
    """Something that changed for a person: a grant of his or his group, or a support session."""

    at: datetime
    what: str
    role_name: str
    account_id: uuid.UUID
    by: str
    because: str


def explain(
    person_id: uuid.UUID, permission: Permission, account: AccountRef, at: datetime | None = None
) -> Answer | None:
    """Answer for a person at an account, at an instant (UTC, now by default).

    None when there is no such person, or none who could sign in at that instant.
    """
    actor = actor_for(person_id, at)
    was = _as_it_was(account, at)
    if actor is None:
        return None
    decision = can(actor, permission, was)
    people = [] if decision.allowed else givers(permission, account)
    return Answer(decision, [(p.name, p.email) for p in people])


def holders(account: AccountRef, at: datetime | None = None) -> list[Held]:
    """Return every grant that reaches an account at an instant, by name.

    One statement about now; three about the past, where the account may have stood elsewhere.
    """
    was = _as_it_was(account, at)
    with reading(), directory():
        found = held_at(at or now(), account_ids=was.path)
    reaching = [row for row in found if row.holding.covers(was)]
    return sorted(reaching, key=lambda row: (row.name.casefold(), row.email, row.holding.since))


def reached_by(account: AccountRef, at: datetime | None = None) -> list[Named]:
    """Return who holds anything that reaches an account at an instant, by name.

    Ids, names and e-mails of the people of `holders`, without what each of them holds.
    """
    was = _as_it_was(account, at)
    with reading(), directory():
        found = bearers_at(at or now(), was.id, was.path)
    return sorted(found, key=lambda each: (each[1].casefold(), each[2]))


def who_can(permission: Permission, account: AccountRef, at: datetime | None = None) -> list[Held]:
    """Return who may do something at an account at an instant, each with the grant it rests on."""
    was = _as_it_was(account, at)
    if was.halted and permission not in WHILE_HALTED:
        return []
    return [row for row in holders(account, at) if permission in row.holding.permissions]


def _as_it_was(account: AccountRef, at: datetime | None) -> AccountRef:
    """Return the account at an instant; before it was opened it stood below nothing."""
    if at is None:
        return account
    return account_as_of(account.id, at) or replace(account, path=())


def changes_for(person_id: uuid.UUID, since: datetime, until: datetime) -> list[Step]:
    """Return what began and what ended for a person between two instants, in order.

    Grants, and the support sessions he opened: what widened one is a beginning of its own.
    """
    with reading(), directory():
        grants = db.session.scalars(
            select(Grant).where(
                Grant.person_id == person_id,
                or_(
                    Grant.since.between(since, until),
                    Grant.ended_at.between(since, until),
                    Grant.until.between(since, until),
                ),
            )
        ).all()
        turns = turns_of(person_id)
        names = _role_names({g.role_id for g in grants} | {t.role_id for t in turns})
        sessions = sessions_of(person_id, since, until)
    steps = [step for grant in grants for step in _steps(grant, names[grant.role_id])]
    steps += [Step(t.at, t.what, names[t.role_id], t.account_id, t.by, t.because) for t in turns]
    steps += [step for session in sessions for step in _session_steps(session)]
    return sorted((s for s in steps if since <= s.at <= until), key=lambda step: step.at)


def person_named(email: str) -> uuid.UUID | None:
    """Return the id of the person with this e-mail address, or None."""
    with reading(), directory():
        return db.session.scalar(select(Person.id).where(Person.email == email.strip().casefold()))


def _role_names(ids: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    rows = db.session.execute(select(Role.id, Role.name).where(Role.id.in_(ids)))
    return {row.id: row.name for row in rows}


def _steps(grant: Grant, role_name: str) -> list[Step]:
    where = grant.account_id
    steps = [Step(grant.since, "given", role_name, where, grant.given_by_label, grant.because)]
    if grant.ended_at:
        ended = Step(
            grant.ended_at, "ended", role_name, where, grant.ended_by_label, grant.end_reason
        )
        steps.append(ended)
    elif grant.until:
        steps.append(Step(grant.until, "ran out", role_name, where, "", "Its time was over."))
    return steps


def _session_steps(row: SupportSession) -> list[Step]:
    where = row.account_id
    steps = [Step(row.started_at, "given", ROLE_NAME, where, "", row.reason)]
    writing = f"{ROLE_NAME}, writing"
    if row.consented_at:
        steps.append(Step(row.consented_at, "given", writing, where, row.consented_by_label, ""))
    if row.broke_glass_at:
        steps.append(Step(row.broke_glass_at, "given", writing, where, "", row.glass_reason))
    what = "ended" if row.ended_at else "ran out"
    return [*steps, Step(row.over_at, what, ROLE_NAME, where, row.ended_by_label, "")]
