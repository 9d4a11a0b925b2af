"""Whatever goes wrong between typing and saving, the words are still there to be used."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.people import Open, open_page, press, sign_in, told, write
from tests.browser.portal import Portal

if TYPE_CHECKING:
    from playwright.sync_api import Page

MINE = "Words that took an hour."
THEIRS = "Words of the other tab."


def test_the_second_of_two_tabs_keeps_its_text(desk: Portal, browser_page: Open):
    one = sign_in(browser_page(desk.url), "editor")
    address = open_page(one, "Welcome")
    two = one.context.new_page()
    two.goto(address)
    write(one, THEIRS)
    press(one, "Save draft")
    expect(told(one)).to_contain_text("Saved as revision")
    write(two, MINE)
    with two.expect_response(lambda answer: answer.request.method == "POST") as sent:
        press(two, "Save draft")
    assert sent.value.status == 409
    expect(two.locator(".callout").first).to_contain_text("while you were writing")
    one.goto(address)
    expect(one.locator(".editor-text")).to_contain_text(THEIRS)
    expect(one.locator(".editor-text")).not_to_contain_text(MINE)
    press(two, "Save both together")
    expect(told(two)).to_contain_text("Both texts are together")
    for words in (MINE, THEIRS):
        expect(two.locator(".editor-text")).to_contain_text(words)


def test_signed_out_meanwhile(desk: Portal, browser_page: Open):
    writing = sign_in(browser_page(desk.url), "editor")
    writing.watch.allow_status(401)  # type: ignore[attr-defined]  # put there by browser_page
    address = open_page(writing, "Welcome")
    write(writing, "Typed while signed out.")
    elsewhere = sign_in(browser_page(desk.url), "editor")
    elsewhere.goto("/me/")
    press(elsewhere, "Sign out everywhere")
    elsewhere.get_by_role("dialog").get_by_role("button", name="Sign out everywhere").click()
    expect(told(elsewhere)).to_contain_text("You are signed out.")
    _is_refused_with(writing, "Typed while signed out.", 401, "You are signed out")
    sign_in(elsewhere, "editor").goto(address)
    expect(elsewhere.locator(".editor-text")).not_to_contain_text("Typed while signed out.")


def test_signed_out_with_the_cookie_gone(desk: Portal, browser_page: Open):
    page = sign_in(browser_page(desk.url), "editor")
    page.watch.allow_status(400, 401)  # type: ignore[attr-defined]  # put there by browser_page
    open_page(page, "Welcome")
    page.context.clear_cookies()
    write(page, "Typed until the session ran out.")
    _is_refused_with(page, "Typed until the session ran out.", 401, "You are signed out")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in (new tab)").click()
    sign_in(opened.value, "editor")
    press(page, "Send it again")
    expect(page.get_by_role("main")).to_contain_text("since before you signed in")
    press(page, "Send it again")
    expect(told(page)).to_contain_text("Saved as revision")
    expect(page.locator(".editor-text")).to_contain_text("Typed until the session ran out.")


def test_the_form_was_open_for_too_long(desk: Portal, browser_page: Open):
    page = sign_in(browser_page(desk.url), "editor")
    page.watch.allow_status(400)  # type: ignore[attr-defined]  # put there by browser_page
    address = open_page(page, "Welcome")
    write(page, "Typed for half a day.")
    page.eval_on_selector(f"form[action='{address.removeprefix(desk.url)}'] [name=csrf_token]",
                          "field => { field.value = 'from-yesterday'; }")  # fmt: skip
    _is_refused_with(page, "Typed for half a day.", 400, "This form was open for too long")
    press(page, "Send it again")
    expect(told(page)).to_contain_text("Saved as revision")
    expect(page.locator(".editor-text")).to_contain_text("Typed for half a day.")


def _is_refused_with(page: Page, typed: str, status: int, words: str) -> None:
    with page.expect_response(lambda answer: answer.request.method == "POST") as sent:
        press(page, "Save draft")
    assert sent.value.status == status
    expect(page.get_by_role("main")).to_contain_text(words)
    kept = page.get_by_role("region", name="What you typed")
    expect(kept.get_by_label("Text")).to_have_value(re.compile(re.escape(typed)))
    expect(kept.get_by_label("Title", exact=True)).to_have_value("Welcome")
    expect(kept.get_by_label("csrf")).to_have_count(0)
    expect(kept.get_by_role("button", name="Send it again")).to_be_visible()
