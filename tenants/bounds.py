"""How far down and how long somebody holds what he wants to give on."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from tenants.accounts import AccountRef
from tenants.decisions import Actor
from tenants.permissions import Permission

FOREVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Beyond:
    """A grant goes beyond its giver's own right: why, and what to change (`reach` or `until`)."""

    sentence: str
    about: str


def held_until(
    by: Actor, permissions: Collection[Permission], account: AccountRef, reach: str
) -> datetime | None:
    """Return until when `by` holds all of them at the account, at least as far down as `reach`.

    FOREVER when no end is set, None when he does not hold all of them that far. The portal's own
    permissions do not count, it gives nothing on; nor does a support session.
    """
    ends = [_end(by, permission, account, reach) for permission in permissions]
    return min((end for end in ends if end), default=FOREVER) if all(ends) else None


def _end(by: Actor, permission: Permission, account: AccountRef, reach: str) -> datetime | None:
    ends = [
        holding.until or FOREVER
        for holding in by.without_support.holdings
        if permission in holding.permissions
        and holding.covers(account)
        and (reach == "account" or holding.reach == "subtree")
    ]
    return max(ends, default=None)


def beyond(
    permissions: Collection[Permission],
    account: AccountRef,
    by: Actor,
    reach: str,
    until: datetime | None,
) -> Beyond | None:
    """Return how a grant goes beyond what `by` holds, or None when it does not.

    `by` holds all of `permissions` at the account in some way; until is UTC, None for no end.
    """
    asked = until or FOREVER
    far = held_until(by, permissions, account, reach)
    if far is not None and asked <= far:
        return None
    near = held_until(by, permissions, account, "account") or FOREVER
    if far is None:
        if asked <= near:
            only = "Your own right reaches this account only; give it for this account only."
            return Beyond(only, "reach")
        ends, latest = _words(near, account.zone)
        return Beyond(
            f"Your own right reaches this account only, and ends on {ends}; "
            f"give it for this account only, and until {latest} at the latest.", "reach",
        )  # fmt: skip
    ends, latest = _words(far, account.zone)
    where = "here" if far == near else "below this account"
    other = ", or for this account only" if asked <= near else ""
    sentence = (
        f"Your own right {where} ends on {ends}; give it until {latest} at the latest{other}."
    )
    return Beyond(sentence, "until")


def _words(end: datetime, zone: str) -> tuple[str, str]:
    """Return the end in words, and until when a grant can be given, whose last day is whole."""
    local = end.astimezone(ZoneInfo(zone))
    if local.time() >= time(23, 59, 59):
        return f"{local:%-d %B %Y}", "then"
    return f"{local:%-d %B %Y} at {local:%H:%M}", "the day before"
