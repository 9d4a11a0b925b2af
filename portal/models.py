"""Every mapped class, so that importing this one module completes the metadata."""

from portal import heartbeats, outbox
from portal.content import imports, pages, schedules, sites, terms
from portal.identity import models as identity
from tenants import accounts, audit, grants, invitations, people, roles, seals, support

__all__ = [
    "accounts", "audit", "grants", "heartbeats", "identity", "imports", "invitations", "outbox",
    "pages", "people", "roles", "schedules", "seals", "sites", "support", "terms",
]  # fmt: skip
