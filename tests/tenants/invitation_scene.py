"""Inviting and accepting as the doors do it, in a line each."""

from __future__ import annotations

from typing import Any

from tenants.accounts import AccountRef
from tenants.db import db
from tenants.directory import actor_for
from tenants.grants import Grant
from tenants.invitations import (
    hold,
    invitation_by_id,
    offer_behind,
    open_invitations,
)
from tenants.inviting import (
    accept,
    invite,
)
from tenants.roles import built_in
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.cast import Cast, Someone, as_actor


def invited(
    cast: Cast, email: str, role: str = "editor", by: Someone | None = None,
    account: AccountRef | None = None, **how: Any,
) -> str:  # fmt: skip
    """Invite and commit; return the token."""
    who, here = as_actor(by or cast.admin), account or cast.acme
    with acting_in(tenant_scope(here.tenant_id)):
        _, token = invite(email, built_in(role), here, by=who, **how)
        db.session.commit()
    return token


def accepted(token: str, who: Someone) -> Grant:
    """Accept as somebody of the cast and commit, as the door does it."""
    offer = offer_behind(token)
    assert offer is not None, "stale"
    by, inviter = as_actor(who), actor_for(offer.invited_by_id)
    with acting_in(tenant_scope(offer.account.tenant_id)):
        row = hold(token, offer.account)
        assert row is not None, "stale"
        grant = accept(row, offer.account, by=by, inviter=inviter)
        db.session.commit()
        return grant


def do(cast: Cast, action: Any, by: Someone | None = None) -> Any:
    """Resend or revoke the one open invitation at Acme."""
    who = as_actor(by or cast.admin)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        (row,) = open_invitations(cast.acme)
        held = invitation_by_id(row.id, cast.acme)
        assert held is not None
        result = action(held, cast.acme, by=who)
        db.session.commit()
    return result
