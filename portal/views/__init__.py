"""The portal's screens: one blueprint a noun."""

from importlib import import_module

from flask import Flask

BLUEPRINTS = (
    "auth", "reset", "me", "dashboard", "pages", "publication", "schedules", "imports",
    "people", "settings", "trail", "health",
)  # fmt: skip


def init_app(app: Flask) -> None:
    """Register every blueprint."""
    for name in BLUEPRINTS:
        try:
            module = import_module(f"portal.views.{name}")
        except ModuleNotFoundError as error:
            if error.name != f"portal.views.{name}":
                raise
            continue
        app.register_blueprint(module.bp)
