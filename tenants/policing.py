"""Setting policies and clearing them."""

from typing import Any

from sqlalchemy import select

from tenants.accounts import AccountRef
from tenants.audit import excuse, record
from tenants.clock import now
from tenants.db import db
from tenants.decisions import Actor, authorize
from tenants.events import Event
from tenants.permissions import Permission
from tenants.policies import CATALOGUE, Policy, Spec, inherited
from tenants.policy_kinds import BadPolicy


class TooLoose(BadPolicy):
    """An account above holds something tighter; the message names it and its value."""


def set_policy(
    account: AccountRef, key: str, text: str, *, by: Actor, because: str = ""
) -> Policy | None:
    """Set a policy at an account from now on, for it and all below, and record it.

    `text` is what the policy's kind reads. Returns None when just that is set already. The house's
    policies need `across_tenants`. Raises Denied, BadPolicy and TooLoose.
    """
    authorize(by, Permission.POLICY_SET, account)
    spec = _spec(key)
    value = spec.kind.read(text)
    _refuse_looser(account, spec, value)
    before = _current(account, key)
    if before is not None and before.value == value:
        return None
    _end(before, by)
    row = Policy(
        tenant_id=None if account.kind == "house" else account.tenant_id, account_id=account.id,
        key=key, value=value, set_by_label=by.label, because=because,
    )  # fmt: skip
    db.session.add(row)
    words = [spec.kind.words(before.value) if before else None, spec.kind.words(value)]
    record(
        Event.POLICY_SET, row, by=by, reason=because, tenant_id=account.tenant_id,
        changes={spec.key: words}, what=spec.title, account=account.name, value=words[1],
    )  # fmt: skip
    return row


def clear_policy(account: AccountRef, key: str, *, by: Actor, because: str = "") -> bool:
    """End what an account itself set, and record it; what holds above goes on to hold.

    Tells whether there was anything. Raises Denied and BadPolicy.
    """
    authorize(by, Permission.POLICY_SET, account)
    spec = _spec(key)
    before = _current(account, key)
    if before is None:
        return False
    _end(before, by)
    words = spec.kind.words(before.value)
    record(
        Event.POLICY_CLEARED, before, by=by, reason=because, tenant_id=account.tenant_id,
        changes={spec.key: [words, None]}, what=spec.title, account=account.name, value=words,
    )  # fmt: skip
    return True


def _spec(key: str) -> Spec:
    if key not in CATALOGUE:
        raise BadPolicy(f"There is no policy {key[:64]!r}. Known: {', '.join(CATALOGUE)}.")
    return CATALOGUE[key]


def _refuse_looser(account: AccountRef, spec: Spec, value: Any) -> None:
    above = inherited(account)[spec.key]
    if not spec.kind.looser(value, above.value):
        return
    holder = " and ".join(source.account_name for source in above.sources) or "The portal"
    raise TooLoose(
        f"{holder[0].upper()}{holder[1:]} set “{spec.title}” to {above.words}. "
        "Below, it can be tightened, not loosened."
    )


def _current(account: AccountRef, key: str) -> Policy | None:
    query = select(Policy).where(
        Policy.account_id == account.id, Policy.key == key, Policy.ended_at.is_(None)
    )
    return db.session.scalar(query.with_for_update(of=Policy))


def _end(row: Policy | None, by: Actor) -> None:
    if row is None:
        return
    row.ended_at, row.ended_by_label = now(), by.label
    excuse(row, "The event of what takes its place, or of its end, tells it.")
    db.session.flush()
