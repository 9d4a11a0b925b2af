"""The writing screens where no script runs: all that an editor does can be done by plain forms."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.people import BERLIN, Open, choose_time, press, sign_in, told
from tests.browser.portal import Portal
from tests.media.scene import picture

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Page

WRITTEN = re.compile(r"/pages/[0-9a-f-]{36}/$")


def test_from_the_first_word_to_the_date(desk: Portal, browser_page: Open):
    editor = sign_in(browser_page(desk.url, java_script_enabled=False), "editor")
    editor.watch.allow_status(409)  # type: ignore[attr-defined]  # put there by browser_page
    address = _begin(editor)
    _bring_together(editor, address)
    _take_one_field_back(editor, address)
    editor.goto(address)
    editor.get_by_label("Text", exact=True).fill("<p>First words.</p><p>Looked at.</p>")
    press(editor, "Save and hand in…")
    editor.get_by_label("Note").fill("Have a look, please.")
    editor.get_by_role("button", name=re.compile("^Hand in")).click()
    expect(told(editor)).to_contain_text("Handed in for")

    publisher = sign_in(browser_page(desk.url, java_script_enabled=False), "publisher")
    publisher.goto(address)
    _talk(publisher, address)
    publisher.goto(f"{address}review")
    expect(publisher.get_by_text("Have a look, please.", exact=True)).to_be_visible()
    publisher.get_by_role("button", name=re.compile("^Approve")).click()
    expect(told(publisher)).to_contain_text("Approved")
    publisher.goto(f"{address}schedule")
    wall = (datetime.now(BERLIN) + timedelta(days=1)).replace(hour=9, minute=0, second=0)
    choose_time(publisher, wall.strftime("%Y-%m-%dT%H:%M"))
    press(publisher, "Schedule it")
    publisher.goto(address)
    expect(publisher.get_by_role("complementary")).to_contain_text("Scheduled")


def _begin(page: Page) -> str:
    page.goto("/a/acme/pages/new?type=page")
    page.get_by_label("Title", exact=True).fill("No script")
    page.get_by_label("Text", exact=True).fill("<p>First words.</p>")
    page.get_by_label("Title", exact=True).press("Enter")
    page.wait_for_url(WRITTEN)
    expect(told(page)).to_contain_text("Saved as revision 1")
    return page.url


def _bring_together(page: Page, address: str) -> None:
    other = page.context.new_page()
    other.goto(address)
    for tab, name in ((page, "Theirs"), (other, "Mine")):
        tab.get_by_label("Title", exact=True).fill(name)
        press(tab, "Save draft")
    expect(other.get_by_role("heading", level=1)).to_have_text("Bring two texts together")
    press(other, "Save both together")
    expect(other.locator(".error-summary")).to_contain_text("Not saved yet")
    other.get_by_role("group", name="Title").get_by_label("Mine", exact=True).check()
    press(other, "Save both together")
    expect(told(other)).to_contain_text("Both texts are together")
    expect(other.get_by_label("Title", exact=True)).to_have_value("Mine")
    other.close()


def _take_one_field_back(page: Page, address: str) -> None:
    page.goto(f"{address}compare")
    page.get_by_label("From").select_option(index=2)
    press(page, "Compare")
    page.get_by_role("button", name=re.compile("^Take this back")).first.click()
    expect(told(page)).to_contain_text("Restored as revision")
    expect(page.get_by_label("Title", exact=True)).to_have_value("No script")


def _talk(page: Page, address: str) -> None:
    page.goto(f"{address}comments/")
    page.get_by_label("About").select_option("title")
    page.get_by_label("Comment", exact=True).fill("Shorter?")
    press(page, "Comment")
    expect(page.get_by_text("Shorter?")).to_be_visible()
    page.get_by_text("Answer", exact=True).first.click()
    page.get_by_label("Answer", exact=True).fill("No: it is fine.")
    press(page, "Answer")
    press(page, "Settle")
    expect(page.get_by_text("Settled", exact=True)).to_be_visible()


def test_many_at_once_files_and_a_menu(desk: Portal, browser_page: Open):
    editor = sign_in(browser_page(desk.url, java_script_enabled=False), "editor")
    editor.goto("/a/acme/pages/")
    for name in ("Old news", "Plans for spring"):
        editor.get_by_label(f"Choose {name}", exact=True).check()
    press(editor, "Add tags…")
    editor.get_by_label("Tags to add").fill("by hand, slowly")
    editor.get_by_role("button", name=re.compile("^Add tags|^Tag")).last.click()
    expect(editor.get_by_text("2 of 2 done.")).to_be_visible()
    press(editor, "Undo")
    expect(editor.get_by_text("2 of 2 done.")).to_be_visible()

    editor.goto("/a/acme/media/upload")
    file: FilePayload = {"name": "harbour.png", "mimeType": "image/png", "buffer": picture()}
    editor.set_input_files("input[type=file]", [file])
    press(editor, "Upload")
    if "/upload" in editor.url or editor.url.endswith("/media/"):
        editor.get_by_role("link", name="harbour").first.click()
    editor.get_by_label("Alternative text").fill("A harbour at dawn")
    editor.get_by_role("button", name=re.compile("^Save")).first.click()
    expect(told(editor)).to_contain_text("aved")
    expect(editor.get_by_label("Alternative text")).to_have_value("A harbour at dawn")

    admin = sign_in(browser_page(desk.url, java_script_enabled=False), "admin")
    admin.goto("/a/acme/menus/new")
    press(admin, "Make the menu")
    admin.get_by_label("Page, tag or category").fill("Welcome")
    admin.get_by_label("Page, tag or category").press("Enter")
    admin.get_by_role("button", name="Add", exact=True).first.click()
    press(admin, "Save the menu")
    expect(told(admin)).to_contain_text("Saved.")
    assert "Welcome" in desk.read("/s/acme/posts/")[1]
