"""Threads below the editor: what is said there is said without leaving the page, and never lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from tests.browser.people import Open, open_page, press, sign_in
from tests.browser.portal import Portal

if TYPE_CHECKING:
    from playwright.sync_api import Page


def begin(page: Page, text: str) -> None:
    """Open the threads below the editor, and begin a comment."""
    open_page(page, "Welcome")
    page.locator("[data-inline-discussion] a").click()
    page.locator("#say textarea[name=text]").fill(text)


def test_said_and_answered_below_the_editor(desk: Portal, browser_page: Open):
    page = sign_in(browser_page(desk.url), "editor")
    begin(page, "Is this true?")
    page.get_by_role("button", name="Comment", exact=True).dblclick()
    expect(page.locator(".said-text")).to_have_text(["Is this true?"])
    page.get_by_text("Answer").first.click()
    page.locator(".thread textarea").fill("It is.")
    press(page, "Answer")
    expect(page.locator(".said-text")).to_have_text(["Is this true?", "It is."])
    expect(page.locator(".editor-text")).to_be_visible()


def test_a_comment_outlasts_its_token_and_its_session(desk: Portal, browser_page: Open):
    page = sign_in(browser_page(desk.url), "publisher")
    page.watch.allow_status(400, 401)  # type: ignore[attr-defined]  # put there by browser_page
    begin(page, "Typed for half a day.")
    cookies = page.context.cookies()
    page.context.clear_cookies()
    press(page, "Comment")
    expect(page.locator(".swap-note")).to_contain_text("You are signed out.")
    expect(page.locator("#say textarea[name=text]")).to_have_value("Typed for half a day.")
    page.context.add_cookies(cookies)  # type: ignore[arg-type]  # what it gave
    page.eval_on_selector("#say [name=csrf_token]", "field => { field.value = 'from-yesterday'; }")
    press(page, "Comment")
    expect(page.locator(".said-text").first).to_have_text("Typed for half a day.")
