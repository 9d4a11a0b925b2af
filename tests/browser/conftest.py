"""Fixtures of this folder."""

from tests.browser.portal import desk, portal, show_room
from tests.browser.showing import browser_of

__all__ = ["browser_of", "desk", "portal", "show_room"]
