"""The portal's screens: one blueprint a noun."""

from importlib import import_module

from flask import Flask

BLUEPRINTS = (
    "auth", "reset", "joining", "me", "dashboard", "pages", "publication", "schedules", "imports",
    "people", "access", "settings", "trail", "support", "health",
)  # fmt: skip


def init_app(app: Flask) -> None:
    """Register every blueprint."""
    for name in BLUEPRINTS:
        app.register_blueprint(import_module(f"portal.views.{name}").bp)
