"""Every mapped class, so that importing this one module completes the metadata."""

from importlib import import_module

MODULES = (
    "portal.content.copies",
    "portal.content.imports",
    "portal.content.media",
    "portal.content.media_folders",
    "portal.content.locks",
    "portal.content.naming",
    "portal.content.comments",
    "portal.content.imports",
    "portal.content.notifications",
    "portal.content.bulk",
    "portal.content.caring",
    "portal.content.imports",
    "portal.content.list_views",
    "portal.content.out_of_sight",
    "portal.content.pages",
    "portal.content.reviews",
    "portal.content.schedules",
    "portal.content.search_index",
    "portal.content.sites",
    "portal.content.terms",
    "portal.content.trail_views",
    "portal.content.translations",
    "portal.content.uses",
    "portal.heartbeats",
    "portal.identity.models",
    "portal.outbox",
    "tenants.access_requests",
    "tenants.accounts",
    "tenants.audit",
    "tenants.certificates",
    "tenants.grants",
    "tenants.invitations",
    "tenants.notices",
    "tenants.people",
    "tenants.policies",
    "tenants.quotas",
    "tenants.retention",
    "tenants.roles",
    "tenants.seals",
    "tenants.support",
)

for name in MODULES:
    import_module(name)
