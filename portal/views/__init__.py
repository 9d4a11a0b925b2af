"""The portal's screens: one blueprint a noun."""

from importlib import import_module

from flask import Flask

BLUEPRINTS = (
    "auth", "reset", "joining",
    "me", "address", "leaving", "security",
    "dashboard",
    "pages", "drafts", "merging", "presence", "revisions", "publication", "imports",
    "releases", "release_acts",
    "exports", "export_runs",
    "schedules", "schedule_acts", "calendars", "freezes",
    "checks", "looking", "shares", "shared", "reviews", "comments", "notifications", "workflow",
    "media", "media_items", "media_folders", "many_media", "logo", "types", "type_fields",
    "search", "page_lists", "trash", "many_pages", "copying", "caring", "terms", "redirects",
    "readership", "translations", "templates",
    "people", "bulk", "requests", "asking", "barring",
    "roles", "defining", "groups",
    "access", "supposing", "holders",
    "accounts", "account_changes", "account_closing", "brand",
    "limits", "policies", "settings", "menus", "look", "hosts",
    "trail", "trail_files", "keeping", "outbox",
    "support",
    "health",
)  # fmt: skip


def init_app(app: Flask) -> None:
    """Register every blueprint."""
    for name in BLUEPRINTS:
        app.register_blueprint(import_module(f"portal.views.{name}").bp)
