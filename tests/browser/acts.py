"""What has to be done on a screen to see the next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from tests.browser.people import choose_time, press

if TYPE_CHECKING:
    from playwright.sync_api import Page


def send(page: Page, button: str) -> None:
    with page.expect_navigation():
        press(page, button)


def ask(page: Page) -> None:
    page.get_by_label("Person").select_option(index=1)
    send(page, "Ask")


def run_one_again(page: Page) -> None:
    page.locator("input[name=id]").first.check()
    send(page, "Run again those chosen")


def suppose(page: Page) -> None:
    page.get_by_label("Who is given it").select_option(index=1)
    page.get_by_label("Which role", exact=True).select_option(index=1)
    page.get_by_label("May this person").select_option(index=1)
    send(page, "Try it out")


def open_comments(page: Page) -> None:
    """Open the threads below the editor, and begin a name."""
    page.locator("[data-inline-discussion] a").click()
    area = page.locator("#say textarea[name=text]")
    area.press_sequentially("Thank you, @Pi")
    page.locator(".mention-list").wait_for()


def bad_time(page: Page) -> None:
    page.get_by_label("Date and time").fill("2020-05-04T09:15:00")
    send(page, "Continue")


def good_time(page: Page) -> None:
    with page.expect_navigation():
        choose_time(page, "2027-05-04T09:15:00", "A reason.")


def odd_time(page: Page) -> None:
    """Ask for what is not live to go offline before it is."""
    page.get_by_label("Go offline", exact=True).check()
    with page.expect_navigation():
        soon = datetime.now(UTC) + timedelta(hours=6)
        choose_time(page, f"{soon:%Y-%m-%dT%H:%M:00}")


def twice(page: Page) -> None:
    with page.expect_navigation():
        choose_time(page, "2027-10-31T02:30:00")


def empty_form(page: Page) -> None:
    with page.expect_navigation():
        page.locator("main form .form-actions .btn-primary, main form .btn-danger").first.click()


def first_button(page: Page) -> None:
    """Send the form of a public page without words, or with a wrong one."""
    for field in page.locator("main input[type=password]").all():
        field.fill("rose station")
    with page.expect_navigation():
        page.locator("main form button").first.click()


def no_language(page: Page) -> None:
    page.locator("#into").fill("klingon")
    send(page, "Start the translation")


def other_rights(page: Page) -> None:
    page.get_by_label("Edit anybody's pages and posts").check()
    send(page, "See who gains and loses what")


def no_end(page: Page) -> None:
    page.get_by_label("Go live, and offline again").check()
    page.get_by_label("Date and time").fill("2031-03-03T09:00")
    send(page, "Continue")


def a_freeze(page: Page) -> None:
    page.get_by_label("Name").fill("Summer")
    page.get_by_label("From").fill(f"{datetime.now(UTC):%Y-%m-%dT00:00}")
    later = datetime.now(UTC) + timedelta(days=90)
    page.get_by_label("Until").fill(f"{later:%Y-%m-%dT00:00}")
    send(page, "Continue")


def lift_first(page: Page) -> None:
    with page.expect_navigation():
        page.get_by_role("link", name="Lift").first.click()


def first_row(page: Page) -> None:
    with page.expect_navigation():
        page.locator("td a[dir=auto], th a[dir=auto]").first.click()


def far_below(page: Page) -> None:
    page.get_by_label("Pages and posts").fill("2")
    send(page, "Set limits")


def no_minutes(page: Page) -> None:
    page.get_by_label("Number").fill("Christmas")
    send(page, "Set for here and below")


def unsaid(page: Page) -> None:
    send(page, "Suspend the account")


def too_long(page: Page) -> None:
    title = page.locator("#title")
    title.evaluate("field => field.removeAttribute('maxlength')")
    title.fill("x" * 1000)
    send(page, "Save draft")


def no_password(page: Page) -> None:
    page.get_by_label("Everybody who knows a password").check()
    send(page, "Save")


def wrong_token(page: Page) -> None:
    page.locator("#title").fill("Half a day’s work")
    page.eval_on_selector_all("[name=csrf_token]", "all => all.forEach(t => { t.value = 'old'; })")
    send(page, "Save draft")


def second_tab(page: Page, who: str = "tab") -> None:
    other = page.context.new_page()
    other.goto(page.url)
    other.locator("#title").fill(f"Opening hours, by the other {who}")
    other.get_by_label("Summary").fill(f"When we are open, said the {who}.")
    send(other, "Save draft")
    other.close()
    page.locator("#title").fill(f"Opening hours, by this {who}")
    send(page, "Save draft")


def not_chosen(page: Page) -> None:
    second_tab(page, "window")
    send(page, "Save both together")


def refused_by_lock(page: Page) -> None:
    page.locator("#title").fill("A spring for one")
    send(page, "Save draft")


def end_chosen(page: Page) -> None:
    for box in page.get_by_role("checkbox").all()[:2]:
        box.check()
    send(page, "End those chosen")


def end_without_reason(page: Page) -> None:
    end_chosen(page)
    page.locator("main form .btn-danger").click()
    page.wait_for_load_state()


def check_text(page: Page) -> None:
    page.get_by_role("button", name="Edit as HTML").click()
    page.get_by_label("Text", exact=True).fill(
        '<h4>Deep</h4><script>1</script><p onclick="x"><img src="/static/img/mark.svg"> '
        '<a href="/x">here</a></p>'
    )
    send(page, "Check the text")


def find_bar(page: Page) -> None:
    page.locator(".editor-text").click()
    page.keyboard.press("Control+F")
    page.get_by_label("Find", exact=True).fill("o")


def no_number(page: Page) -> None:
    page.get_by_label("Seats").fill("many")
    send(page, "Save draft")


def one_more_entry(page: Page) -> None:
    send(page, "Add an entry to Speakers")


def another_kind(page: Page) -> None:
    page.get_by_label("What it takes").select_option("number")
    send(page, "Save")


def unreadable(page: Page) -> None:
    page.get_by_label("Notice-board").check()
    page.get_by_label("Accent", exact=False).first.fill("#ffee00")
    send(page, "Save the look")


def find_entries(page: Page) -> None:
    page.get_by_label("Page, tag or category").fill("o")
    send(page, "Find")


def lead_nowhere(page: Page) -> None:
    page.get_by_label("Leads to", exact=True).first.fill("nowhere at all")
    send(page, "Save the menu")
