"""Inviting: sending an offer, sending it again, taking it back, accepting it.

Nobody makes anyone stronger than himself: who sends an invitation must be able to give the role,
and is asked again, with the rights of that moment, when it is accepted.
"""

from datetime import datetime

from tenants.accounts import AccountRef, take_turn
from tenants.audit import record
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, Denied
from tenants.delegation import CannotDelegate, bestow, check_giving, check_strength
from tenants.events import Event
from tenants.grants import Grant, Reach
from tenants.invitations import LIFE, Invitation, is_invited, new_token
from tenants.people import normal_email, person_by_id
from tenants.permissions import Permission
from tenants.roles import Role

MOST_RESENT = 5


class CannotInvite(ValueError):
    """The invitation cannot be sent, sent again or revoked; the message says why."""


class InvitationRefused(ValueError):
    """The invitation is good and yet cannot be accepted; the message says why and what to do."""


def invite(
    email: str,
    role: Role,
    account: AccountRef,
    *,
    by: Actor,
    reach: Reach = "subtree",
    until: datetime | None = None,
    because: str = "",
) -> tuple[Invitation, str]:
    """Offer a role to an e-mail address; return the invitation and the token for the mail.

    Who has the address, if anybody, makes no difference. Raises Denied and CannotDelegate as `give`
    does, BadEmail, and CannotInvite when the same offer is open already.
    """
    check_giving(role, account, by=by, reach=reach, until=until)
    if by.person_id is None:
        raise CannotInvite("An invitation stands on a person's word; say who invites.")
    email = normal_email(email)
    take_turn(account)
    if is_invited(email, role, account):
        raise CannotInvite(
            f"{email} is invited as {role.name} already. Send that invitation again, or revoke it."
        )
    token, hashed = new_token(account)
    row = Invitation(
        tenant_id=account.tenant_id, account_id=account.id, email=email, role_id=role.id, role=role,
        reach=reach, until=until, because=because, token_hash=hashed, expires_at=now() + LIFE,
        invited_by_id=by.person_id, invited_by_label=by.label,
    )  # fmt: skip
    db.session.add(row)
    record(
        Event.INVITATION_SENT, row, by=by, reason=because, email=email, role=role.name,
        reach=reach, until=until.isoformat() if until else None,
    )  # fmt: skip
    return row, token


def resend(row: Invitation, account: AccountRef, *, by: Actor) -> str:
    """Give a locked invitation a new week and a new token, which is returned; the old one dies.

    From then on it stands on the word of `by`. Raises Denied and CannotDelegate as `give` does, and
    CannotInvite when it is not open any more or was sent again often enough.
    """
    check_giving(row.role, account, by=by, reach=row.reach, until=row.until)
    _refuse_unless_open(row)
    if by.person_id is None:
        raise CannotInvite("An invitation stands on a person's word; say who invites.")
    if row.resent >= MOST_RESENT:
        raise CannotInvite(
            f"{row.email} got this invitation {MOST_RESENT + 1} times. Check the address with "
            "them; then revoke this invitation and send another."
        )
    token, row.token_hash = new_token(account)
    row.sent_at, row.expires_at = now(), now() + LIFE
    row.resent += 1
    row.invited_by_id, row.invited_by_label = by.person_id, by.label
    record(Event.INVITATION_RESENT, row, by=by, email=row.email, role=row.role.name)
    return token


def revoke(row: Invitation, account: AccountRef, *, by: Actor) -> None:
    """Take a locked invitation back.

    Raises Denied when `by` may not give grants there or holds less than it offers, and CannotInvite
    when it is not open any more.
    """
    check_strength(
        Permission.GRANT_GIVE, row.role, account, by=by, reach=row.reach, until=row.until
    )
    _refuse_unless_open(row)
    row.revoked_at = now()
    record(Event.INVITATION_REVOKED, row, by=by, email=row.email, role=row.role.name)


def accept(row: Invitation, account: AccountRef, *, by: Actor, inviter: Actor | None) -> Grant:
    """Give the role an invitation offers to `by`, whose e-mail it was sent to, and record it.

    `row` comes from `hold`; `inviter` is who invited with the rights of this moment, None when he
    cannot sign in any more. Raises InvitationRefused.
    """
    person = person_by_id(by.person_id) if by.person_id else None
    if person is None or not person.active or person.email != row.email:
        raise InvitationRefused(
            f"This invitation is for {row.email}. Sign in with that address to accept it."
        )
    again = "Ask the people who run the account for a new invitation."
    if inviter is None or inviter.person_id != row.invited_by_id:
        raise InvitationRefused(f"{row.invited_by_label} does not work here any more. {again}")
    try:
        check_giving(row.role, account, by=inviter, reach=row.reach, until=row.until)
    except Denied as problem:
        raise InvitationRefused(
            f"{inviter.name or inviter.label} may not make anybody {row.role.name} at "
            f"{account.name} any more. {again}"
        ) from problem
    except CannotDelegate as problem:
        raise InvitationRefused(f"{problem} {again}") from problem
    grant = bestow(
        person, row.role, account, by=inviter, reach=row.reach, until=row.until,
        because=row.because,
    )  # fmt: skip
    row.accepted_at = now()
    record(Event.INVITATION_ACCEPTED, row, by=by, role=row.role.name, inviter=row.invited_by_label)
    return grant


def _refuse_unless_open(row: Invitation) -> None:
    for moment, what in ((row.accepted_at, "accepted"), (row.revoked_at, "revoked")):
        if moment is not None:
            raise CannotInvite(f"The invitation of {row.email} was {what} already.")
