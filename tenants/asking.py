"""Asking for a right or a place, and answering: nobody gives on more than he holds."""

from datetime import datetime

from tenants.access_requests import AccessRequest, Kind, open_request, open_requests_below
from tenants.accounts import AccountRef, ref
from tenants.audit import record
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, authorize, can, permissions_at
from tenants.delegation import give, role_permissions
from tenants.event_types import EventType
from tenants.events import Event
from tenants.grants import Grant, Reach
from tenants.people import person_by_id
from tenants.permissions import Permission
from tenants.roles import Role, contents_of_roles


class CannotAsk(ValueError):
    """The request cannot be made; the message says why."""


class CannotAnswer(ValueError):
    """The request cannot be answered this way; the message says why."""


def ask(
    permission: Permission,
    account: AccountRef,
    *,
    by: Actor,
    reason: str,
    until: datetime | None = None,
) -> AccessRequest:
    """Ask for a right at an account one is a member of, and record it. Raises CannotAsk."""
    if not by.is_member(account):
        raise CannotAsk("Only members of an account ask for rights there; ask to join it first.")
    if can(by.without_support, permission, account).allowed:
        raise CannotAsk(f"You have this right at {account.name} already.")
    if until is not None and until <= now():
        raise CannotAsk("The end must lie in the future.")
    return _ask("right", str(permission), account, by, reason, until)


def ask_to_join(handle: str, account: AccountRef, *, by: Actor, reason: str) -> AccessRequest:
    """Ask for a place in the account with this handle, and record it.

    `account` has that handle, or is the house when none has. Raises CannotAsk when the same is
    asked already, which says nothing about whether the account exists.
    """
    return _ask("join", handle, account, by, reason, None)


def _ask(
    kind: Kind, wanted: str, account: AccountRef, by: Actor, reason: str, until: datetime | None
) -> AccessRequest:
    if by.person_id is None:
        raise CannotAsk("Only a person asks for access.")
    earlier = open_request(by.person_id, account, kind, wanted)
    if earlier is not None:
        raise CannotAsk(
            f"You asked for this on {earlier.asked_at:%-d %B %Y} already; it waits for an answer."
        )
    row = AccessRequest(
        tenant_id=account.tenant_id, account_id=account.id, kind=kind, person_id=by.person_id,
        wanted=wanted, reason=reason, until=until,
    )  # fmt: skip
    db.session.add(row)
    record(
        Event.REQUEST_MADE, row, by=by, reason=reason, wanted=row.words,
        until=until.isoformat() if until else None,
    )  # fmt: skip
    return row


def requests_for(by: Actor, here: AccountRef) -> list[AccessRequest]:
    """Return the open requests at an account and below that `by` could grant, the oldest first."""
    rows = open_requests_below(here)
    if not rows:
        return []
    places = {row.account_id: ref(row.account) for row in rows}
    roles = contents_of_roles({above for place in places.values() for above in place.path})
    return [row for row in rows if _fitting(row, places[row.account_id], by, roles)]


def roles_for(row: AccessRequest, account: AccountRef, by: Actor) -> list[Role]:
    """Return the roles that hold what is asked for and that `by` may give, the weakest first."""
    return _fitting(row, account, by, contents_of_roles(account.path))


def _fitting(
    row: AccessRequest,
    account: AccountRef,
    by: Actor,
    contents: dict[Role, frozenset[Permission]],
) -> list[Role]:
    held = permissions_at(by.without_support, account)
    if Permission.GRANT_GIVE not in held or (row.kind == "right" and row.permission is None):
        return []
    staffing = account.kind == "house" and Permission.STAFF_MANAGE in held
    return [
        role
        for role, inside in contents.items()
        if inside
        and inside <= held
        and role.account_id in {None, *account.path}
        and (row.permission is None or row.permission in inside)
        and (staffing or not role.for_house)
    ]


def grant_request(
    row: AccessRequest,
    role: Role,
    account: AccountRef,
    *,
    by: Actor,
    reach: Reach = "subtree",
    until: datetime | None = None,
    because: str = "",
) -> Grant:
    """Give whoever asked a role that holds what is asked for, close the request and record both.

    `row` is locked. Raises Denied and CannotDelegate as `give` does, and CannotAnswer.
    """
    _refuse_unless_open(row)
    person = person_by_id(row.person_id)
    if person is None or not person.active:
        raise CannotAnswer("Whoever asked cannot sign in any more. Refuse the request.")
    if row.kind == "right" and row.permission not in role_permissions(role):
        raise CannotAnswer(f"{role.name} does not hold what was asked for. Choose another role.")
    grant = give(person, role, account, by=by, reach=reach, until=until, because=because)
    db.session.flush()
    row.grant_id = grant.id
    _close(row, "granted", because, by)
    _tell(Event.REQUEST_GRANTED, row, by, because, person=person.email, role=role.name)
    return grant


def refuse_request(row: AccessRequest, account: AccountRef, *, by: Actor, reason: str) -> None:
    """Say no to a locked request, with the reason, and record it.

    Raises Denied when `by` could not have granted it, and CannotAnswer.
    """
    authorize(by, Permission.GRANT_GIVE, account)
    if row.permission is not None:
        authorize(by.without_support, row.permission, account)
    _refuse_unless_open(row)
    if not reason.strip():
        raise CannotAnswer("Say why; whoever asked is told.")
    _close(row, "refused", reason, by)
    _tell(Event.REQUEST_REFUSED, row, by, reason, person=row.person.email)


def withdraw_request(row: AccessRequest, *, by: Actor) -> None:
    """Take one's own locked request back, and record it. Raises CannotAnswer."""
    if by.person_id is None or by.person_id != row.person_id:
        raise CannotAnswer("Only whoever asked can take the request back.")
    _refuse_unless_open(row)
    _close(row, "withdrawn", "", by)
    _tell(Event.REQUEST_WITHDRAWN, row, by, "")


def _tell(kind: EventType, row: AccessRequest, by: Actor, reason: str, **facts: str) -> None:
    record(kind, row, by=by, reason=reason, wanted=row.words, **facts)  # type: ignore[arg-type]  # facts only


def _close(row: AccessRequest, answer: str, reason: str, by: Actor) -> None:
    row.answer, row.answered_at, row.answer_reason = answer, now(), reason
    row.answered_by_id, row.answered_by_label = by.person_id, by.label


def _refuse_unless_open(row: AccessRequest) -> None:
    if row.answered_at is not None:
        raise CannotAnswer(f"This request was {row.answer} already, by {row.answered_by_label}.")
