"""Invitations: a role offered to an e-mail address, taken up with a secret sent by mail.

A token names the account it belongs to, so that what it opens is found without crossing tenants.
Only its SHA-256 is kept. It works once, for a week, until a newer one takes its place.
"""

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Select, String, Text, select
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from tenants.accounts import AccountRef
from tenants.audit import Audited
from tenants.clock import now
from tenants.db import Base, Keyed, db
from tenants.directory import account_ref
from tenants.engines import reading
from tenants.grants import Reach
from tenants.people import EMAIL_LENGTH, person_by_email, person_by_id
from tenants.roles import Role
from tenants.scope import TenantScoped, acting_in, tenant_scope

LIFE = timedelta(days=7)
ID_LENGTH = 32
LONGEST = 200


class Invitation(Keyed, TenantScoped, Audited, Base):
    """A role at an account, offered to whoever holds an e-mail address, on an inviter's word."""

    __tablename__ = "invitation"
    __table_args__ = (CheckConstraint("reach IN ('subtree', 'account')", name="reach"),)

    email: Mapped[str] = mapped_column(String(EMAIL_LENGTH))
    role_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("role.id"))
    reach: Mapped[Reach] = mapped_column(String(16), default="subtree")
    until: Mapped[datetime | None]
    because: Mapped[str] = mapped_column(Text, default="")
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    invited_by_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("person.id"))
    invited_by_label: Mapped[str] = mapped_column(String(300), default="")
    sent_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    resent: Mapped[int] = mapped_column(default=0)
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    role: Mapped[Role] = relationship(lazy="raise")

    @property
    def label(self) -> str:
        """Return how the trail names this invitation."""
        return f"the invitation of {self.email}"

    @property
    def expired(self) -> bool:
        """Tell whether its time is over."""
        return self.expires_at <= now()


@dataclass(frozen=True)
class Offer:
    """What a token that works offers, to be shown; outlives the session that loaded it.

    `person_id` is whoever has the e-mail address already, or None.
    """

    account: AccountRef
    email: str
    role_name: str
    role_sentence: str
    reach: Reach
    until: datetime | None
    invited_by_id: uuid.UUID
    inviter_name: str
    person_id: uuid.UUID | None


def offer_behind(token: str) -> Offer | None:
    """Return what a token that works offers, or None. Call it outside any scope."""
    account = _account_in(token)
    if account is None:
        return None
    with reading(), acting_in(tenant_scope(account.tenant_id)):
        row = db.session.scalar(_working(token, account))
        if row is None:
            return None
        person, inviter = person_by_email(row.email), person_by_id(row.invited_by_id)
        return Offer(
            account, row.email, row.role.name, row.role.sentence, row.reach, row.until,
            row.invited_by_id, inviter.name if inviter else row.invited_by_label,
            person.id if person else None,
        )  # fmt: skip


def hold(token: str, account: AccountRef) -> Invitation | None:
    """Return the invitation of a token that works, locked until the transaction ends, or None."""
    return db.session.scalar(_working(token, account).with_for_update(of=Invitation))


def invitation_by_id(invitation_id: uuid.UUID, account: AccountRef) -> Invitation | None:
    """Return an account's invitation, locked until the transaction ends, or None."""
    query = _with_role(account).where(Invitation.id == invitation_id)
    return db.session.scalar(query.with_for_update(of=Invitation))


def open_invitations(account: AccountRef, limit: int = 200) -> list[Invitation]:
    """Return invitations neither accepted nor revoked, expired ones too, the newest first."""
    query = _with_role(account).where(
        Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None)
    )
    query = query.order_by(Invitation.sent_at.desc(), Invitation.id).limit(limit)
    return list(db.session.scalars(query))


def is_invited(email: str, role: Role, account: AccountRef) -> bool:
    """Tell whether this role at the account is offered to this address and can be accepted."""
    query = _with_role(account).where(
        Invitation.email == email,
        Invitation.role_id == role.id,
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > now(),
    )
    return db.session.scalar(query.limit(1)) is not None


def _with_role(account: AccountRef) -> Select[Invitation]:
    query = select(Invitation).options(joinedload(Invitation.role, innerjoin=True))
    return query.where(Invitation.account_id == account.id)


def _working(token: str, account: AccountRef) -> Select[Invitation]:
    return _with_role(account).where(
        Invitation.token_hash == _hash(token),
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
        Invitation.expires_at > now(),
    )


def new_token(account: AccountRef) -> tuple[str, str]:
    """Return a new secret for the mail, and what is kept of it."""
    token = account.id.hex + secrets.token_urlsafe(32)
    return token, _hash(token)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def _account_in(token: str) -> AccountRef | None:
    if len(token) > LONGEST or not token.isascii():
        return None
    try:
        return account_ref(uuid.UUID(hex=token[:ID_LENGTH]))
    except ValueError:
        return None
