"""Giving a site another look."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from portal.content.problems import Stale
from portal.content.sites import Site
from portal.content.themes import Look, check_look, look_of
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.db import db
from tenants.decisions import Actor, authorize
from tenants.events import Event
from tenants.permissions import Permission

CHANGED_MEANWHILE = (
    "Somebody else changed the look while you had it open. Nothing was overwritten: saving again "
    "replaces theirs with what is below."
)


def standing_of(look: Look) -> str:
    """Return what tells one look from another, for forms to bring back."""
    return hashlib.sha256(repr(asdict(look)).encode()).hexdigest()[:32]


def change_look(
    site: Site, account: AccountRef, typed: Mapping[str, Any], *, by: Actor, based_on: str
) -> bool:
    """Give the site the look that was typed, record it, and tell whether anything changed.

    Raises Denied; Stale when it is not `based_on` any more; BadLook for colours nobody can read.
    """
    authorize(by, Permission.ACCOUNT_EDIT, account)
    wanted = look_of(typed)
    check_look(wanted, typed)
    db.session.flush()
    db.session.refresh(site, with_for_update=True)
    before = look_of(site)
    if standing_of(before) != based_on:
        raise Stale(CHANGED_MEANWHILE, site)
    was = asdict(before)
    changed = {name: value for name, value in asdict(wanted).items() if was[name] != value}
    for name, value in changed.items():
        setattr(site, name, value)
    if changed:
        record(Event.SITE_CHANGED, site, by=by)
    return bool(changed)
