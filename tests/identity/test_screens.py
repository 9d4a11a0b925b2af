"""The screens about oneself in a real browser: no console error, no finding of axe, any width."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.fixtures.cast import PASSWORD
from tests.infra.processes import Processes

OPEN = ("/sign-in", "/sign-in/reset", "/sign-in/reset/asked")
OWN = ("/me/", "/me/password")


@pytest.fixture
def address(forked: Processes, database_url: str, redis_url: str) -> str:
    _, url = forked.web({"DATABASE_URL": database_url, "REDIS_URL": redis_url})
    return url


def check(page: Any) -> None:
    found = Axe().run(page).response["violations"]
    assert not found, [(each["id"], [n["html"][:120] for n in each["nodes"]]) for each in found]
    width = page.evaluate("document.documentElement.scrollWidth")
    assert width <= page.viewport_size["width"], f"{page.url} scrolls sideways"


@pytest.mark.parametrize(
    ("width", "scheme"), [(1200, "light"), (320, "dark")], ids=["wide", "narrow and dark"]
)
def test_signing_in_and_looking_around(
    address: str, browser_page: Callable[..., Any], width: int, scheme: str
):
    page = browser_page(address, viewport={"width": width, "height": 800}, color_scheme=scheme)
    page.watch.allow_status(422, 410)
    for path in OPEN:
        page.goto(path)
        check(page)
    page.goto("/sign-in?next=/me/")
    page.fill("#email", "editor@acme.example")
    page.fill("#password", "not the password")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=You are not signed in yet")
    check(page)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Signed-in devices")
    for path in OWN:
        page.goto(path)
        check(page)
    page.goto("/sign-in/new-password")
    check(page)
    page.goto("/me/")
    page.get_by_role("button", name="Sign out everywhere").click()
    page.get_by_role("dialog").get_by_role("button", name="Sign out everywhere").click()
    page.wait_for_selector("text=You are signed out.")
