"""Every mapped class, so that importing this one module completes the metadata."""

from portal import heartbeats, outbox
from portal.content import imports, pages, schedules, sites, terms, uses
from portal.identity import models as identity
from tenants import accounts, audit, grants, invitations, people, policies, quotas, roles, seals

__all__ = [
    "accounts", "audit", "grants", "heartbeats", "identity", "imports", "invitations", "outbox",
    "pages", "people", "policies", "quotas", "roles", "schedules", "seals", "sites", "terms",
    "uses",
]  # fmt: skip
