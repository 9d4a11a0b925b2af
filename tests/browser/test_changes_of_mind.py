"""A publisher changes his mind: cancel, move, publish now, take offline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.people import BERLIN, Open, choose_time, open_page, press, sign_in, told
from tests.browser.portal import Portal

if TYPE_CHECKING:
    from playwright.sync_api import Page

GONE = "/s/acme/old-news/"
LIVE = "/s/acme/welcome/"
HOUR = timedelta(hours=1)


@pytest.fixture
def publisher(portal: Portal, browser_page: Open) -> Page:
    return sign_in(browser_page(portal.url), "publisher")


def test_cancel_move_publish_now_and_take_offline(portal: Portal, publisher: Page):
    page = publisher
    address = open_page(page, "Plans for spring")
    _cancel(page, _schedule(page, address, datetime.now(BERLIN) + HOUR))
    _move(page, portal, _schedule(page, address, datetime.now(BERLIN) + HOUR))
    _take_offline(page, portal)
    _publish_now(page, portal)
    page.goto(f"{address}history")
    history = page.get_by_role("list", name="History")
    for step in ("cancelled: publish", "moved: publish", "Scheduled by"):
        expect(history).to_contain_text(step)
    for reason in ("Not yet.", "Earlier after all."):
        expect(history).to_contain_text(reason)


def _schedule(page: Page, address: str, wall: datetime) -> str:
    page.goto(f"{address}schedule")
    choose_time(page, wall.replace(microsecond=0))
    press(page, "Schedule it")
    expect(told(page)).to_contain_text("Goes live")
    return address


def _cancel(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("link", name="Cancel it").click()
    page.get_by_label("Reason").fill("Not yet.")
    press(page, "Cancel the schedule")
    expect(told(page)).to_contain_text("Cancelled. The page stays as it is.")
    expect(page.get_by_role("link", name="Cancel it")).to_have_count(0)


def _move(page: Page, portal: Portal, address: str) -> None:
    page.goto(address)
    page.get_by_role("link", name="Move", exact=True).click()
    due = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=6)
    choose_time(page, due.astimezone(BERLIN), "Earlier after all.")
    press(page, "Move it")
    expect(told(page)).to_contain_text("Goes live")
    spring = "/s/acme/plans-for-spring/"
    first, _ = portal.seen_at(spring, "Plans for spring at Acme.", due + timedelta(seconds=30))
    assert first >= due


def _take_offline(page: Page, portal: Portal) -> None:
    open_page(page, "Welcome")
    page.get_by_role("link", name="Take offline…").click()
    page.get_by_label("Reason").fill("Out of date.")
    press(page, "Take offline now")
    expect(told(page)).to_contain_text("The page is offline")
    status, text = portal.read(LIVE)
    assert status == 410
    assert "Welcome at Acme." not in text


def _publish_now(page: Page, portal: Portal) -> None:
    assert portal.read(GONE)[0] == 410
    open_page(page, "Old news")
    press(page, "Save and publish…")
    press(page, "Publish now")
    expect(told(page)).to_contain_text("is live at /old-news/")
    status, text = portal.read(GONE)
    assert status == 200
    assert "Old news at Acme." in text
