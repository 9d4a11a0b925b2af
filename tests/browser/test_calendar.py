"""Moving what is scheduled in the calendar: by pointer, and by keyboard alone."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.people import BERLIN, Open, choose_time, open_page, press, sign_in, told
from tests.browser.portal import Portal

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

TITLE = "Plans for spring"
FORM = re.compile(r"/move\?on=")
AGAIN = re.compile(r"/calendar/\?.*#at-")


def monday() -> datetime:
    """A Monday noon that the calendar of its month shows with all the days around it."""
    day = (datetime.now(BERLIN) + timedelta(days=45)).replace(day=15, hour=12, minute=0, second=0)
    return day - timedelta(days=day.weekday())


@pytest.fixture(scope="module")
def start() -> datetime:
    return monday()


@pytest.fixture
def calendar(desk: Portal, browser_page: Open, start: datetime) -> Page:
    """The publisher's calendar with one page that goes live on a Monday."""
    page = sign_in(browser_page(desk.url), "publisher")
    month = f"/a/acme/calendar/?day={start:%Y-%m-%d}"
    page.goto(month)
    if not page.locator("[data-move]").count():
        page.goto(f"{open_page(page, TITLE)}schedule")
        choose_time(page, start)
        press(page, "Schedule it")
        page.goto(month)
    return page


def cell(page: Page, day: datetime) -> Locator:
    return page.locator(f'[data-day="{day:%Y-%m-%d}"]')


def lands_on(page: Page, day: datetime) -> None:
    """Confirm the move: the calendar is back, and so is what was moved, with the focus on it."""
    expect(page.get_by_text(f"{day:%A %-d %B %Y}, 12:00 in Berlin")).to_be_visible()
    press(page, "Move it")
    page.wait_for_url(AGAIN)
    expect(told(page)).to_contain_text("12:00 in Berlin")
    item = cell(page, day).get_by_role("link", name=TITLE).first
    expect(item).to_be_focused()


def test_dragged_to_another_day_it_goes_there_once_confirmed(calendar: Page, start: datetime):
    page, to = calendar, start + timedelta(days=2)
    gone = start + timedelta(days=1)
    cell(page, gone).evaluate("day => { day.dataset.past = ''; }")
    item = page.locator("[data-move]")
    item.drag_to(cell(page, gone))
    expect(page.locator(".is-over, .is-barred, .is-dragged")).to_have_count(0)
    assert not FORM.search(page.url), "what has passed takes nothing"
    item.drag_to(cell(page, to))
    page.wait_for_url(FORM)
    lands_on(page, to)


def test_by_keyboard_alone_it_goes_a_week_on(calendar: Page):
    page = calendar
    item = page.locator("[data-move]")
    stood = item.evaluate("item => item.closest('[data-day]').dataset.day")
    to = datetime.fromisoformat(stood) + timedelta(days=7)
    clock, said = item.get_by_role("link", name=f"Move {TITLE}"), page.locator("[data-said]")
    clock.focus()
    page.keyboard.press("Space")
    expect(said).to_contain_text(f"{TITLE} is taken up")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    expect(said).to_have_text("It stays where it is.")
    expect(clock).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    expect(said).to_contain_text(f"{to:%A, %-d %B}")
    cell(page, to).evaluate("day => { day.dataset.past = ''; }")
    page.keyboard.press("Enter")
    expect(said).to_contain_text("has passed")
    cell(page, to).evaluate("day => { delete day.dataset.past; }")
    page.keyboard.press("Enter")
    page.wait_for_url(FORM)
    lands_on(page, to)
