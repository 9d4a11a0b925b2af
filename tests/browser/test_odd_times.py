"""Local times that come twice, never, or have passed: the publisher is asked, not guessed for."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.people import BERLIN, Open, choose_time, open_page, press, sign_in, told
from tests.browser.portal import Portal

if TYPE_CHECKING:
    from playwright.sync_api import Page

PROBLEM = "This time cannot be used yet"


@pytest.fixture
def publisher(desk: Portal, browser_page: Open) -> Page:
    page = sign_in(browser_page(desk.url), "publisher")
    page.watch.allow_status(422)  # type: ignore[attr-defined]  # put there by browser_page
    return page


def clock_change(month: int) -> datetime:
    """The next night in which clocks in Berlin are set, as a local day."""
    year = datetime.now(BERLIN).year + 1
    last = datetime(year, month, 31, tzinfo=BERLIN)
    return last - timedelta(days=(last.weekday() + 1) % 7)


def test_a_time_that_comes_twice_is_asked_about(publisher: Page):
    page = publisher
    page.goto(f"{open_page(page, 'Plans for spring')}schedule")
    wall = clock_change(10).replace(hour=2, minute=30)
    choose_time(page, wall)
    expect(page.get_by_role("alert", name=PROBLEM)).to_contain_text("show 02:30 twice")
    first = page.get_by_role("radio", name=re.compile(r"02:30 in Berlin \(UTC\+2\)"))
    second = page.get_by_role("radio", name=re.compile(r"02:30 in Berlin \(UTC\+1\)"))
    expect(first).to_be_visible()
    second.check()
    press(page, "Continue")
    expect(page.get_by_text(f"{wall:%A %-d %B %Y}, 02:30 in Berlin (UTC+1)")).to_be_visible()
    press(page, "Schedule it")
    expect(told(page)).to_contain_text("02:30 in Berlin (UTC+1)")


def test_a_time_that_is_skipped_offers_its_neighbours(publisher: Page):
    page = publisher
    page.goto(f"{open_page(page, 'Plans for spring')}schedule")
    wall = clock_change(3).replace(hour=2, minute=30)
    choose_time(page, wall)
    expect(page.get_by_role("alert", name=PROBLEM)).to_contain_text("skip 02:30")
    expect(page.get_by_role("radio", name=re.compile(r"01:30 in Berlin"))).to_be_visible()
    page.get_by_role("radio", name=re.compile(r"03:30 in Berlin \(UTC\+2\)")).check()
    press(page, "Continue")
    press(page, "Schedule it")
    expect(told(page)).to_contain_text("03:30 in Berlin (UTC+2)")


def test_a_time_that_has_passed_is_refused_with_everything_typed(publisher: Page):
    page = publisher
    page.goto(f"{open_page(page, 'Plans for spring')}schedule")
    choose_time(page, "2020-05-04T09:15:00", "Because of yesterday.")
    expect(page.get_by_role("alert", name=PROBLEM)).to_contain_text("has passed already")
    expect(page.get_by_label("Reason")).to_have_value("Because of yesterday.")
    expect(page.get_by_label("Date and time")).to_have_value(re.compile("2020-05-04T09:15"))
