"""Every mapped class, so that importing this one module completes the metadata."""

from portal import heartbeats, outbox
from portal.content import imports, pages, schedules, sites, terms
from portal.identity import models as identity
from tenants import accounts, audit, grants, people, roles

__all__ = [
    "accounts", "audit", "grants", "heartbeats", "identity", "imports", "outbox", "pages",
    "people", "roles", "schedules", "sites", "terms",
]  # fmt: skip
