"""Doors for the command line: `flask --app wsgi …`. One file a group of commands."""

from importlib import import_module

from flask import Flask

GROUPS = (
    "accounts", "access", "audit", "content", "grants", "groups", "demo", "doctor", "freezes",
    "hosts", "imports", "limits", "look", "people", "releases", "restored", "roles", "schedules",
    "support", "trail_rules", "up", "work", "workflow",
)  # fmt: skip


def init_app(app: Flask) -> None:
    """Register every group's `commands`."""
    for name in GROUPS:
        for command in import_module(f"portal.cli.{name}").commands:
            app.cli.add_command(command)
