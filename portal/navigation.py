"""The menu beside every screen, and which of its entries a screen is part of."""

from tenants.permissions import Permission as P

NAV: tuple[tuple[str | None, tuple[tuple[str, str, str, tuple[P, ...]], ...]], ...] = (
    (None, (("Dashboard", "dashboard.show", "gauge", (P.ACCOUNT_VIEW,)),)),
    ("Content", (
        ("Pages and posts", "pages.index", "file-text", (P.PAGE_VIEW,)),
        ("Media", "media.index", "image", (P.MEDIA_VIEW,)),
        ("Waiting for me", "reviews.waiting", "inbox", (P.PAGE_REVIEW, P.PAGE_VIEW)),
        ("Tags and categories", "terms.index", "tag", (P.PAGE_VIEW,)),
        ("Redirects", "redirects.index", "link", (P.PAGE_VIEW,)),
        ("Schedule", "schedules.index", "calendar-clock", (P.SCHEDULE_VIEW,)),
        ("Releases", "releases.index", "rocket", (P.SCHEDULE_VIEW,)),
        ("Types", "types.index", "rows-3", (P.PAGE_VIEW,)),
        ("Import", "imports.index", "upload", (P.CONTENT_IMPORT,)),
        ("Export", "exports.new", "download", (P.CONTENT_EXPORT, P.PAGE_VIEW)),
    )),
    ("People and access", (
        ("People", "people.index", "users", (P.ACCESS_VIEW,)),
        ("Groups", "groups.index", "user-cog", (P.ACCESS_VIEW,)),
        ("Roles", "roles.index", "id-card", (P.ACCESS_VIEW,)),
        ("Requests", "requests.index", "inbox", (P.GRANT_GIVE,)),
        ("Access", "access.index", "shield-check", (P.ACCOUNT_VIEW,)),
    )),
    ("Account", (
        ("Accounts", "accounts.index", "folder-tree", (P.ACCOUNT_VIEW,)),
        ("Limits", "limits.index", "columns-3", (P.ACCOUNT_VIEW,)),
        ("Policies", "policies.index", "scroll-text", (P.ACCOUNT_VIEW,)),
        ("Workflow", "workflow.index", "shield-check", (P.ACCOUNT_VIEW,)),
        ("Settings", "settings.edit", "settings", (P.ACCOUNT_EDIT,)),
    )),
    ("Record", (
        ("Trail", "trail.index", "history", (P.TRAIL_VIEW,)),
        ("Outbox", "outbox.index", "mail", (P.ACCOUNT_EDIT,)),
        ("Support", "support.index", "eye", (P.SUPPORT_CONSENT, P.SUPPORT_OPEN, P.TRAIL_VIEW)),
    )),
)  # fmt: skip


PART_OF = {
    "account_changes": "accounts",
    "account_closing": "accounts",
    "bulk": "people",
    "calendar": "schedules",
    "comments": "pages",
    "checks": "pages",
    "caring": "pages",
    "copying": "pages",
    "defining": "roles",
    "drafts": "pages",
    "freezes": "schedules",
    "holders": "access",
    "keeping": "trail",
    "logo": "settings",
    "media_folders": "media",
    "media_items": "media",
    "merging": "pages",
    "presence": "pages",
    "looking": "pages",
    "many_pages": "pages",
    "page_lists": "pages",
    "publication": "pages",
    "release_acts": "releases",
    "revisions": "pages",
    "schedule_acts": "schedules",
    "shares": "pages",
    "supposing": "access",
    "trail_files": "trail",
    "templates": "pages",
    "translations": "pages",
    "trash": "pages",
    "type_fields": "types",
}
