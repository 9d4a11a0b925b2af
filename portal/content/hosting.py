"""Claiming host names, proving them, choosing the primary one, giving them up."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy.exc import IntegrityError

from portal.content.host_names import host_name
from portal.content.problems import Problem
from portal.content.site_hosts import MARK, SiteHost, hosts_of
from tenants.accounts import AccountRef
from tenants.audit import excuse, record
from tenants.clock import now
from tenants.db import db
from tenants.decisions import SYSTEM, Actor, authorize
from tenants.events import Event
from tenants.permissions import Permission

MOST = 20
GRACE = timedelta(days=7)
"""How long a proved name is served on while its record is away."""
TAKEN = "Another account has proved this name since: its record names that one now."


class Unanswered(Exception):
    """The DNS gave no answer; the message says why. It says nothing about what is there."""


class Resolver(Protocol):
    """What is asked of the DNS. Empty: there is no such record. Raises Unanswered."""

    def texts(self, name: str) -> list[str]:
        """Return the TXT records of a name."""
        ...

    def addresses(self, name: str) -> list[str]:
        """Return the addresses a name leads to."""
        ...


@dataclass(frozen=True)
class Look:
    """What one look at the DNS saw of a claim, at an instant (UTC)."""

    at: datetime
    here: bool = False
    others: bool = False
    leads: str = ""
    unanswered: str = ""


def look_up(name: str, value: str, host: str, portal: str, resolver: Resolver) -> Look:
    """Ask the DNS for a claim's record, and whether its host leads where the portal's does.

    Takes seconds when servers are slow: no transaction may wait for it. Never raises.
    """
    try:
        said = [text.strip() for text in resolver.texts(name)]
    except Unanswered as why:
        return Look(now(), unanswered=str(why))
    marked = {text for text in said if text.startswith(MARK)}
    leads = _leads(host, portal, resolver)
    return Look(now(), value in marked, bool(marked - {value}), leads)


def _leads(host: str, portal: str, resolver: Resolver) -> str:
    try:
        there = set(resolver.addresses(host))
        ours = set(resolver.addresses(portal))
    except Unanswered:
        return ""
    if not there:
        return "nowhere"
    return ("here" if there & ours else "elsewhere") if ours else ""


def claim(
    account: AccountRef, typed: str, ours: Collection[str], *, by: Actor, reason: str = ""
) -> SiteHost:
    """Claim a host name for the account's site, and record it. Raises Denied and Problem.

    Nothing is served under it before it is proved. `ours` are the portal's own names.
    """
    authorize(by, Permission.ACCOUNT_EDIT, account)
    host = host_name(typed, ours)
    if len(hosts_of(account.id)) >= MOST:
        raise Problem(f"An account has at most {MOST} host names; remove one first.")
    row = SiteHost(
        tenant_id=account.tenant_id, account_id=account.id, host=host,
        token=secrets.token_hex(16), claimed_by_label=by.label,
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(row)
    except IntegrityError:
        raise Problem(f"{host} is claimed here already.") from None
    record(Event.HOST_CLAIMED, row, by=by, reason=reason, changes={})
    return row


def check(row: SiteHost, look: Look, account: AccountRef, *, by: Actor) -> str:
    """Note what a look saw, as `note_look` does, for a person. Raises Denied."""
    authorize(by, Permission.ACCOUNT_EDIT, account)
    return note_look(row, look, by=by)


def note_look(row: SiteHost, look: Look, *, by: Actor = SYSTEM) -> str:
    """Keep what a look saw and record what follows; return that: `proved`, `missing`, `lost`, "".

    A name is proved when its own record stands there and no other claim's does. Once proved it
    stays so while its record is there, and for GRACE after a look that did not find it. A look
    without an answer changes nothing.
    """
    row.checked_at, row.leads = look.at, look.leads or row.leads
    follows = ""
    if look.unanswered:
        row.problem = f"The DNS gave no answer: {look.unanswered} It is asked again."
    elif row.verified_at is None:
        follows = _first_proof(row, look, by)
    elif look.here:
        row.missing_since, row.problem = None, ""
    else:
        follows = _away(row, look, by)
    if not follows:
        excuse(row, "only when it was looked at, and what was seen")
    return follows


def _first_proof(row: SiteHost, look: Look, by: Actor) -> str:
    if not look.here:
        row.problem = (
            "The record names another claim." if look.others else "The record is not there yet."
        )
        return ""
    if look.others:
        row.problem = "Two claims have a record there. Remove the one that is not this one's."
        return ""
    row.verified_at, row.missing_since, row.lost_at, row.problem = look.at, None, None, ""
    row.turns += 1
    record(Event.HOST_PROVED, row, by=by, changes={})
    return "proved"


def _away(row: SiteHost, look: Look, by: Actor) -> str:
    if row.missing_since is None:
        row.missing_since = look.at
        row.problem = "The record is gone."
        record(Event.HOST_MISSING, row, by=by, changes={}, days=GRACE.days)
        return "missing"
    if look.at - row.missing_since < GRACE:
        return ""
    return lose(row, f"Its record was away for {GRACE.days} days.", at=look.at, by=by)


def lose(row: SiteHost, why: str, *, at: datetime, by: Actor = SYSTEM) -> str:
    """Stop serving a proved name, and record why. Return `lost`."""
    row.verified_at, row.lost_at, row.problem = None, at, why
    row.missing_since, row.primary = None, False
    row.turns += 1
    record(Event.HOST_LOST, row, by=by, reason=why, changes={})
    return "lost"


def prefer(row: SiteHost, account: AccountRef, *, by: Actor, reason: str = "") -> None:
    """Make a proved name the site's primary host, and record it. Raises Denied and Problem.

    From then on all addresses of the site begin with it, and the others lead there.
    """
    authorize(by, Permission.ACCOUNT_EDIT, account)
    if row.verified_at is None:
        raise Problem(f"{row.shown} is not proved yet: set its record, then check it.")
    if row.primary:
        return
    for other in hosts_of(account.id):
        if other.primary:
            _set_aside(other, by, reason)
    db.session.flush()
    row.primary, row.turns = True, row.turns + 1
    record(Event.HOST_PREFERRED, row, by=by, reason=reason, changes={})


def prefer_none(row: SiteHost, account: AccountRef, *, by: Actor, reason: str = "") -> None:
    """Let the site be at the portal's host again, and record it. Raises Denied."""
    authorize(by, Permission.ACCOUNT_EDIT, account)
    if row.primary:
        _set_aside(row, by, reason)


def _set_aside(row: SiteHost, by: Actor, reason: str) -> None:
    row.primary, row.turns = False, row.turns + 1
    record(Event.HOST_SET_ASIDE, row, by=by, reason=reason, changes={})


def give_up(row: SiteHost, account: AccountRef, *, by: Actor, reason: str = "") -> None:
    """Remove a claim, and record it: nothing is served there any more. Raises Denied."""
    authorize(by, Permission.ACCOUNT_EDIT, account)
    db.session.refresh(row, with_for_update=True)
    record(Event.HOST_REMOVED, row, by=by, reason=reason, changes={})
    db.session.delete(row)
    db.session.flush()
