"""Fixtures of this folder."""

from tests.browser.portal import desk, portal, show_room

__all__ = ["desk", "portal", "show_room"]
