"""Making share links and taking them back; finding what one opens, and counting who opened it."""

import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from portal.content.pages import Page, Revision, refuse_trashed
from portal.content.problems import Problem
from portal.content.shares import (
    NAME_LENGTH,
    ShareLink,
    account_id_in,
    count_working,
    hash_of,
    new_token,
)
from portal.content.writers import may_write
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.clock import now
from tenants.colleagues import colleagues
from tenants.db import db
from tenants.decisions import Actor, Decision, Denied, authorize, can, can_any
from tenants.directory import account_path, account_ref, actor_for
from tenants.engines import impatient, reading
from tenants.events import Event
from tenants.permissions import Permission as P
from tenants.scope import Scope, acting_in, aside

MOST_DAYS = 90
MOST_WORKING = 50
COUNTING_PATIENCE = 0.5


@dataclass(frozen=True)
class Door:
    """Whose a token is that could work: its account, and its maker with today's rights."""

    line: tuple[AccountRef, ...]
    maker: Actor
    token_hash: str

    @property
    def account(self) -> AccountRef:
        """Return the account; `line` leads to it from the house down."""
        return self.line[-1]

    @property
    def scope(self) -> Scope:
        """Return the scope of all that is done through the link: this one account."""
        return Scope("tenant", tenant_id=self.account.tenant_id, alone=(self.account.id,))


@dataclass(frozen=True)
class Shared:
    """What a link that works shows."""

    link: ShareLink
    page: Page
    revision: Revision
    account: AccountRef


def may_share(by: Actor, page: Page, account: AccountRef) -> Decision:
    """Decide whether `by` may give outsiders links to a page: to share, and to edit it."""
    decision = can(by, P.PAGE_SHARE, account)
    if not decision.allowed:
        return decision
    own = by.person_id is not None and page.author_id == by.person_id
    return can_any(by, [P.PAGE_EDIT, P.PAGE_EDIT_OWN] if own else [P.PAGE_EDIT], account)


def make_share(
    page: Page, revision: Revision, account: AccountRef, *, by: Actor, name: str, days: int,
    may_comment: bool = True, may_approve: bool = False, password_hash: str | None = None,
) -> tuple[ShareLink, str]:  # fmt: skip
    """Make a link to a revision that works for some days; return it and its token. Recorded.

    The token is not kept: nobody can be told it again. Raises Denied and Problem.
    """
    decision = may_share(by, page, account)
    if not decision.allowed:
        raise Denied(decision)
    refuse_trashed(page)
    if by.person_id is None:
        raise Problem("A link stands on a person's word; say who shares.")
    name = name.strip()
    if not 0 < len(name) <= NAME_LENGTH:
        raise Problem(f"Give the link a name of up to {NAME_LENGTH} characters.")
    if not 1 <= days <= MOST_DAYS:
        raise Problem(f"A link works for 1 to {MOST_DAYS} days.")
    if count_working(page) >= MOST_WORKING:
        raise Problem(f"This page has {MOST_WORKING} links that work. Revoke some first.")
    token, hashed = new_token(account)
    row = ShareLink(
        tenant_id=page.tenant_id, account_id=page.account_id, page_id=page.id,
        page_title=page.title, revision_id=revision.id, revision_number=revision.number, name=name,
        token_hash=hashed, password_hash=password_hash, may_comment=may_comment,
        may_approve=may_approve, maker_id=by.person_id, maker_label=by.name or by.label,
        expires_at=now() + timedelta(days=days),
    )  # fmt: skip
    db.session.add(row)
    record(
        Event.SHARE_MADE, row, by=by, changes={}, revision=revision.number,
        until=f"{row.expires_at:%Y-%m-%d %H:%M} UTC",
        password="with a password" if password_hash else "without a password",
    )  # fmt: skip
    return row, token


def revoke_share(row: ShareLink, account: AccountRef, *, by: Actor) -> None:
    """Take a locked link back, whoever made it. Recorded. Raises Denied and Problem."""
    authorize(by, P.PAGE_SHARE, account)
    if row.revoked_at is not None:
        raise Problem(f"{row.revoked_by_label} revoked this link already.")
    row.revoked_at, row.revoked_by_label = now(), by.name or by.label
    record(Event.SHARE_REVOKED, row, by=by)


def makers_able(page: Page, account: AccountRef) -> set[uuid.UUID]:
    """Return who may share the page now, by id: the links of others do not work. One statement."""
    return {
        each.person_id
        for each in colleagues(account)
        if each.holds(P.PAGE_SHARE) and may_write(each, page)
    }


def door_behind(token: str) -> Door | None:
    """Return whose a token is, or None where it cannot work. Call it outside any scope."""
    account_id = account_id_in(token)
    account = account_ref(account_id) if account_id else None
    if account is None or account.halted:
        return None
    hashed = hash_of(token)
    scope = Scope("tenant", tenant_id=account.tenant_id, alone=(account.id,))
    with reading(), acting_in(scope):
        query = select(ShareLink.maker_id).where(ShareLink.token_hash == hashed)
        maker_id = db.session.scalar(query)
    maker = actor_for(maker_id) if maker_id else None
    return Door(account_path(account.handle), maker, hashed) if maker else None


def shared_behind(door: Door) -> Shared | None:
    """Return what a link shows, or None when it does not work (any more). One statement.

    Needs the door's scope. It works until it expires or is revoked, while its page is not in the
    trash and its maker may share it.
    """
    query = (
        select(ShareLink, Page, Revision)
        .join(Page, Page.id == ShareLink.page_id)
        .join(Revision, Revision.id == ShareLink.revision_id)
        .where(
            ShareLink.token_hash == door.token_hash, ShareLink.account_id == door.account.id,
            ShareLink.revoked_at.is_(None), ShareLink.expires_at > now(),
        )
    )  # fmt: skip
    row = db.session.execute(query).first()
    if row is None or not may_share(door.maker, row[1], door.account).allowed:
        return None
    return Shared(row[0], row[1], row[2], door.account)


def count_opening(shared: Shared, scope: Scope) -> bool:
    """Count that a link was opened, beside the transaction that shows it.

    Nobody waits long for that: False when the database was busy and this one is not counted.
    """
    row = update(ShareLink).where(ShareLink.id == shared.link.id)
    row = row.values(opened=ShareLink.opened + 1, last_opened_at=now())
    try:
        with impatient(COUNTING_PATIENCE), aside(scope) as session:
            session.execute(row.execution_options(synchronize_session=False))
    except OperationalError:
        return False
    return True
