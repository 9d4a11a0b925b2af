"""Every screen of those who write, looked at in a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.browser.portal import Portal
from tests.browser.screen import Screen
from tests.browser.screens import SCREENS
from tests.browser.showing import wrong_with

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.mark.parametrize("screen", SCREENS, ids=[screen.name for screen in SCREENS])
def test_screen(screen: Screen, show_room: Portal, browser_of: Callable[[str], Page]):
    wrong = wrong_with(screen, show_room, browser_of)
    assert not wrong, "\n".join(wrong)
