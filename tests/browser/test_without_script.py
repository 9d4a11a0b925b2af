"""The same core path where no script runs: a textarea, plain forms, nothing lost."""

from __future__ import annotations

from datetime import datetime, timedelta

from playwright.sync_api import expect

from tests.browser.people import BERLIN, Open, choose_time, open_page, press, sign_in, told
from tests.browser.portal import Portal

LIVE = "/s/acme/welcome/"


def test_write_schedule_and_publish(desk: Portal, browser_page: Open):
    page = browser_page(desk.url, java_script_enabled=False)
    sign_in(page, "publisher")
    address = open_page(page, "Welcome")
    text = page.get_by_label("Text")
    assert text.evaluate("field => field.tagName") == "TEXTAREA"
    text.fill("<p>By hand.</p><script>alert(1)</script>")
    page.get_by_label("Title", exact=True).fill("")
    page.get_by_label("Title", exact=True).fill("Welcome")
    press(page, "Save draft")
    expect(told(page)).to_contain_text("Saved as revision 2")
    expect(text).to_have_value("<p>By hand.</p>")
    expect(told(page)).to_contain_text("script")
    assert "By hand." not in desk.read(LIVE)[1]

    press(page, "Save and schedule…")
    wall = (datetime.now(BERLIN) + timedelta(days=1)).replace(hour=9, minute=0, second=0)
    choose_time(page, wall.strftime("%Y-%m-%dT%H:%M"))
    expect(page.get_by_text(f"Goes live {wall:%A %-d %B %Y}, 09:00 in Berlin")).to_be_visible()
    press(page, "Schedule it")
    expect(page.get_by_role("complementary")).to_contain_text("Scheduled")

    page.goto(address)
    press(page, "Save and publish…")
    press(page, "Publish now")
    expect(told(page)).to_contain_text("is live at /welcome/")
    assert "By hand." in desk.read(LIVE)[1]
