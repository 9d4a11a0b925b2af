"""Every mapped class, so that importing this one module completes the metadata."""

from portal import heartbeats, outbox
from portal.content import imports, pages, schedules, sites, terms
from portal.identity import models as identity
from tenants import (
    access_requests,
    accounts,
    audit,
    grants,
    invitations,
    notices,
    people,
    roles,
    seals,
)

__all__ = [
    "access_requests", "accounts", "audit", "grants", "heartbeats", "identity", "imports",
    "invitations", "notices", "outbox", "pages", "people", "roles", "schedules",
    "seals", "sites", "terms",
]  # fmt: skip
