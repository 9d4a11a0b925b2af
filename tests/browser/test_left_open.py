"""Tabs left open, closed in mid-word or come back to: each word is kept once, for its writer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.people import Open, open_page, press, sign_in, told, write
from tests.browser.portal import Portal
from tests.browser.test_autosave import KEYS

if TYPE_CHECKING:
    from playwright.sync_api import Page

STATE = "[data-autosave-state]"
NOT_SAVED = "You typed something here that was not saved"


def test_what_is_saved_at_once_is_not_offered_again(desk: Portal, browser_page: Open):
    page = sign_in(browser_page(desk.url), "editor")
    address = open_page(page, "Welcome")
    write(page, "Typed and saved in one go.")
    press(page, "Save draft")
    expect(told(page)).to_contain_text("Saved as revision")
    _wait_until_handed_over(page)
    page.goto(f"{address}unsaved")
    expect(page.get_by_role("main")).not_to_contain_text("Typed and saved in one go.")


def test_what_the_next_person_is_signed_in_for_is_not_his(desk: Portal, browser_page: Open):
    left = sign_in(browser_page(desk.url), "editor")
    left.watch.allow_status(400, 401, 409)  # type: ignore[attr-defined]  # put there by browser_page
    address = open_page(left, "Plans for spring")
    left.context.clear_cookies()
    after = sign_in(left.context.new_page(), "publisher")
    write(left, "Typed in the tab of somebody who left.")
    expect(left.locator(STATE)).to_contain_text("kept on this device")
    after.goto(f"{address}unsaved")
    expect(after.get_by_role("main")).not_to_contain_text("somebody who left")


def test_what_was_typed_over_an_unsaved_text_comes_back_too(desk: Portal, browser_page: Open):
    page = sign_in(browser_page(desk.url), "publisher")
    page.watch.allow(r"ERR_INTERNET_DISCONNECTED")  # type: ignore[attr-defined]  # put there by browser_page
    address = open_page(page, "Old news")
    write(page, "The server has this.")
    expect(page.locator(STATE)).to_contain_text("Saved ")
    mark = page.locator("[name=copy]").input_value()
    page.goto(f"{address}?copy={mark}")
    expect(page.locator(".editor-text")).to_contain_text("The server has this.")
    page.context.set_offline(True)
    write(page, "Only the device has this.")
    expect(page.locator(STATE)).to_contain_text("offline")
    again = page.context.new_page()
    page.close()
    again.context.set_offline(False)
    again.goto(f"{address}?copy={mark}")
    again.get_by_role("link", name="Compare it with what stands now").click()
    expect(again.locator(".diff").first).to_contain_text("Only the device has this.")


def test_what_comes_back_with_the_page_is_not_offered_beside_it(desk: Portal, browser_page: Open):
    page = sign_in(browser_page(desk.url), "admin")
    open_page(page, "Old news")
    write(page, "Typed before it was mine.")
    press(page, "Keep it for me")
    expect(told(page)).to_contain_text("The page is yours until")
    expect(page.locator(".editor-text")).to_contain_text("Typed before it was mine.")
    page.wait_for_load_state("networkidle")
    expect(page.get_by_text(NOT_SAVED)).to_have_count(0)


def test_closed_while_it_is_sent_the_last_word_is_kept(desk: Portal, browser_page: Open):
    page = sign_in(browser_page(desk.url), "admin")
    address = open_page(page, "Plans for spring")
    page.route("**/autosave", lambda _route: None)
    page.on("dialog", lambda asked: asked.accept())
    with page.expect_request("**/autosave"):
        write(page, "Begun")
    again = page.context.new_page()
    page.keyboard.type(" and ended.")
    with page.expect_event("close"):
        page.close(run_before_unload=True)
    again.goto(address)
    expect(again.get_by_text(NOT_SAVED)).to_have_count(1)
    _wait_until_empty(again)
    again.goto(f"{address}unsaved")
    expect(again.get_by_role("main")).to_contain_text("Begun and ended.")


def _wait_until_handed_over(page: Page) -> None:
    """Wait until this device holds nothing more: all is with the server, and nothing is offered."""
    _wait_until_empty(page)
    expect(page.get_by_text(NOT_SAVED)).to_have_count(0)


def test_two_tabs_that_go_on_with_one_text_keep_a_copy_each(desk: Portal, browser_page: Open):
    one = sign_in(browser_page(desk.url), "editor")
    address = open_page(one, "Old news")
    write(one, "Begun here.")
    expect(one.locator(STATE)).to_contain_text("Saved ")
    two = one.context.new_page()
    two.goto(f"{address}?copy={one.locator('[name=copy]').input_value()}")
    write(two, "Gone on with there.")
    expect(two.locator(STATE)).to_contain_text("Saved ")
    with one.expect_response("**/autosave"):
        write(one, "And here.")
    mark = two.locator("[name=copy]").input_value()
    two.close()
    one.goto(f"{address}unsaved?copy={mark}")
    expect(one.locator(".diff").first).to_contain_text("Gone on with there.")


def _wait_until_empty(page: Page) -> None:
    """Wait until this device holds nothing more. What was on its way may have arrived, too."""
    while page.evaluate(KEYS):
        page.wait_for_timeout(50)
