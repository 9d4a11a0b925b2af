"""What is typed comes back: after a crash, offline, signed out; and goes when it should."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.people import Open, open_page, press, sign_in, told, write
from tests.browser.portal import Portal

if TYPE_CHECKING:
    from playwright.sync_api import Page

KEYS = "Object.keys(localStorage).filter(key => key.startsWith('kept:')).length"


def is_kept(page: Page) -> None:
    expect(page.locator("[data-autosave-state]")).to_contain_text("Saved ")
    assert page.evaluate(KEYS) == 0


def test_a_tab_that_crashed(desk: Portal, browser_page: Open):
    page = sign_in(browser_page(desk.url), "editor")
    address = open_page(page, "Welcome")
    write(page, "Typed before the crash.")
    is_kept(page)
    again = page.context.new_page()
    page.close()
    again.goto(address)
    expect(again.locator(".editor-text")).not_to_contain_text("before the crash")
    again.get_by_role("link", name="Welcome").first.click()
    expect(again.locator(".diff").first).to_contain_text("Typed before the crash.")
    again.get_by_role("link", name="Go on with what I typed").click()
    expect(again.locator(".editor-text")).to_contain_text("Typed before the crash.")
    press(again, "Save draft")
    expect(told(again)).to_contain_text("Saved as revision")
    expect(again.get_by_text("that was not saved")).to_have_count(0)


def test_offline_and_closed(desk: Portal, browser_page: Open):
    page = sign_in(browser_page(desk.url), "editor")
    page.watch.allow(r"ERR_INTERNET_DISCONNECTED")  # type: ignore[attr-defined]  # put there by browser_page
    address = open_page(page, "Plans for spring")
    page.context.set_offline(True)
    write(page, "Typed on the train.")
    expect(page.locator("[data-autosave-state]")).to_have_text(
        "Not saved: offline, kept on this device."
    )
    assert page.evaluate(KEYS) == 1
    again = page.context.new_page()
    page.close()
    again.context.set_offline(False)
    again.goto(address)
    again.get_by_role("link", name="Compare it with what stands now").click()
    expect(again.locator(".diff").first).to_contain_text("Typed on the train.")
    assert again.evaluate(KEYS) == 0
    press(again, "Throw it away")
    again.get_by_role("dialog").get_by_role("button", name="Throw it away").click()
    expect(told(again)).to_contain_text("thrown away")


def test_back_online_it_is_sent_by_itself(desk: Portal, browser_page: Open):
    page = sign_in(browser_page(desk.url), "publisher")
    page.watch.allow(r"ERR_INTERNET_DISCONNECTED")  # type: ignore[attr-defined]  # put there by browser_page
    open_page(page, "Old news")
    page.context.set_offline(True)
    page.get_by_label("Title", exact=True).fill("Old news, offline")
    expect(page.locator("[data-autosave-state]")).to_contain_text("offline")
    page.context.set_offline(False)
    is_kept(page)


def test_a_token_that_expired_is_renewed_by_itself(desk: Portal, browser_page: Open):
    page = sign_in(browser_page(desk.url), "admin")
    page.watch.allow_status(400)  # type: ignore[attr-defined]  # put there by browser_page
    open_page(page, "Plans for spring")
    page.eval_on_selector_all("[name=csrf_token]", "all => all.forEach(f => { f.value = 'old'; })")
    page.get_by_label("Summary").fill("Typed for half a day.")
    is_kept(page)
    press(page, "Save draft")
    expect(told(page)).to_contain_text("Saved as revision")


def test_signed_out_meanwhile_it_waits_on_this_device(desk: Portal, browser_page: Open):
    page = sign_in(browser_page(desk.url), "author")
    page.watch.allow_status(400, 401)  # type: ignore[attr-defined]  # put there by browser_page
    page.goto("/a/acme/pages/new")
    cookies = page.context.cookies()
    page.context.clear_cookies()
    page.get_by_label("Title", exact=True).fill("Signed out meanwhile")
    expect(page.locator("[data-autosave-state]")).to_contain_text("Not saved: signed out, kept on")
    expect(page.get_by_role("link", name="Sign in (new tab)")).to_be_visible()
    page.context.add_cookies(cookies)  # type: ignore[arg-type]  # what it gave
    page.get_by_label("Title", exact=True).fill("Signed in again")
    is_kept(page)


def test_signing_out_leaves_nothing_on_this_device(desk: Portal, browser_page: Open):
    page = sign_in(browser_page(desk.url), "author")
    page.watch.allow(r"ERR_INTERNET_DISCONNECTED")  # type: ignore[attr-defined]  # put there by browser_page
    page.goto("/a/acme/pages/new")
    page.context.set_offline(True)
    page.get_by_label("Title", exact=True).fill("Only on this device")
    expect(page.locator("[data-autosave-state]")).to_contain_text("kept on this device")
    page.get_by_role("button", name="Signed in as").click()
    page.context.set_offline(False)
    page.evaluate("localStorage.setItem('kept:somebody:/x:1', '{\"submitted\":false}')")
    press(page, "Sign out")
    page.get_by_role("dialog").get_by_role("button", name="Sign out and delete it").click()
    expect(told(page)).to_contain_text("You are signed out.")
    assert page.evaluate(KEYS) == 0


def test_each_sees_the_other_come_and_take_over(desk: Portal, browser_page: Open):
    edda = sign_in(browser_page(desk.url), "editor")
    pia = sign_in(browser_page(desk.url), "publisher")
    address = open_page(edda, "Welcome")
    edda.get_by_label("Summary").fill("Edda is first.")
    is_kept(edda)
    pia.goto(address)
    expect(pia.locator(".people")).to_contain_text("Edda Editor is writing on this page")
    press(pia, "Take over")
    expect(told(pia)).to_contain_text("You took the page over.")
    edda.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(edda.locator(".people")).to_contain_text("Pia Publisher took this page over from you")
    expect(edda.get_by_label("Summary")).to_have_value("Edda is first.")
