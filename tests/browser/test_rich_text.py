"""Writing in the editor: pasting, linking, finding, footnotes, checks; and hostile text in it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.people import Open, open_page, sign_in
from tests.browser.portal import Portal
from tests.content.html_oracle import attacks
from tests.content.test_pasted import pasted

if TYPE_CHECKING:
    from playwright.sync_api import Page

PASTE = """([html]) => {
  const data = new DataTransfer();
  data.setData("text/html", html);
  data.setData("text/plain", "plain");
  document.querySelector(".editor-text").dispatchEvent(
    new ClipboardEvent("paste", {clipboardData: data, bubbles: true, cancelable: true}));
}"""
STORED = "() => new FormData(document.querySelector('form[data-unsaved]')).get('body')"


def editor(portal: Portal, window: Open, who: str = "editor", **options: object) -> Page:
    page = window(portal.url, **options)
    sign_in(page, who)
    open_page(page, "Welcome")
    expect(page.locator(".editor-text")).to_be_visible()
    return page


def emptied(page: Page) -> Page:
    page.locator(".editor-text").click()
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    return page


def stored(page: Page) -> str:
    return str(page.evaluate(STORED)).replace("\r\n", "\n")


@pytest.mark.parametrize("source", ["word", "docs"])
def test_pasting_keeps_the_meaning(desk: Portal, browser_page: Open, source: str):
    page = emptied(editor(desk, browser_page))
    page.evaluate(PASTE, [pasted(source)])
    expect(page.locator(".editor-note")).to_contain_text("Left out fonts, colours, spacing")
    html = stored(page)
    for part in (
        "<h2>Harvest report</h2>", "<ul><li>Sowed in March<ul><li>by hand</li></ul></li>",
        "<ol><li>Dry it</li><li>Store it</li></ol>",
        '<small class="footnote">Weighed <em>dry</em>.</small>',
        "<td>Field</td><td>Tonnes</td>", '<a href="https://example.org/field">See the field</a>',
    ):  # fmt: skip
        assert part in html, html
    assert "mso" not in html.lower()
    assert "style=" not in html
    page.keyboard.press("Control+Z")
    assert "Harvest" not in stored(page)


def test_a_link_to_an_own_page_by_keyboard(desk: Portal, browser_page: Open):
    page = emptied(editor(desk, browser_page))
    page.keyboard.type("See our plans")
    page.keyboard.press("Control+A")
    page.keyboard.press("Control+K")
    dialog = page.get_by_role("dialog")
    search = dialog.get_by_label("Or a page of this site")
    search.fill("Plans for")
    expect(dialog.get_by_role("button", name="Plans for spring")).to_be_visible()
    search.press("Enter")
    expect(dialog.get_by_label("Address")).to_have_value(re.compile(r"^page:[0-9a-f-]{36}$"))
    expect(dialog).to_contain_text("Leads to “Plans for spring”, wherever it moves (not live now).")
    dialog.get_by_role("button", name="Add link").click()
    assert '<a href="page:' in stored(page)
    expect(page.locator(".editor-checks summary")).to_have_text("1 thing worth a second look")


def test_footnotes_images_and_embeds(desk: Portal, browser_page: Open):
    page = emptied(editor(desk, browser_page))
    page.watch.allow("media/choose")  # type: ignore[attr-defined]  # may be missing
    page.keyboard.type("Claimed")
    page.get_by_role("button", name="Footnote").click()
    page.get_by_label("The note").fill("By whom?")
    page.get_by_role("dialog").get_by_role("button", name="Add footnote").click()
    page.keyboard.type(" indeed")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Video, sound or map").click()
    page.get_by_label("Its address").fill("https://evil.example/x")
    page.get_by_label("What it is called").fill("A film")
    page.get_by_role("dialog").get_by_role("button", name="Add link").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_label("Its address").fill("https://vimeo.com/1")
    page.get_by_role("dialog").get_by_role("button", name="Add link").click()
    page.get_by_role("button", name="Image", exact=True).click()
    page.get_by_label("Address of the image").fill("/static/img/mark.svg")
    page.get_by_role("dialog").get_by_role("button", name="Add image").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_label("What it shows").fill("Our mark")
    page.get_by_label("Caption").fill("The mark")
    page.get_by_role("dialog").get_by_role("button", name="Add image").click()
    html = stored(page)
    assert '<p>Claimed<small class="footnote">By whom?</small> indeed</p>' in html
    assert '<p class="embed"><a href="https://vimeo.com/1">A film</a></p>' in html
    assert "<figcaption>The mark</figcaption></figure>" in html
    assert 'alt="Our mark"' in html


def test_find_and_replace(desk: Portal, browser_page: Open):
    page = emptied(editor(desk, browser_page))
    page.keyboard.type("One fish, two Fish, red fish.")
    page.keyboard.press("Control+F")
    page.get_by_label("Find", exact=True).fill("fish")
    expect(page.locator(".find-bar [role=status]")).to_contain_text("of 3")
    page.get_by_label("Match case").check()
    expect(page.locator(".find-bar [role=status]")).to_contain_text("of 2")
    page.get_by_label("Replace with").fill("bird")
    page.get_by_role("button", name="Replace all").click()
    assert stored(page) == "<p>One bird, two Fish, red bird.</p>"
    page.keyboard.press("Escape")
    expect(page.locator(".find-bar")).to_be_hidden()


def test_checks_and_shortcuts_while_writing(desk: Portal, browser_page: Open):
    page = emptied(editor(desk, browser_page))
    page.keyboard.press("Control+Alt+4")
    page.keyboard.type("Deep")
    expect(page.locator(".editor-checks summary")).to_have_text("1 thing worth a second look")
    page.keyboard.press("Control+Alt+2")
    expect(page.locator(".editor-checks")).to_be_hidden()
    expect(page.locator(".editor-count")).to_contain_text("1 word")
    page.keyboard.press("Control+/")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_contain_text(
        "Find and replace"
    )
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()


def test_typed_html_is_told_before_saving(desk: Portal, browser_page: Open):
    page = editor(desk, browser_page)
    page.get_by_role("button", name="Edit as HTML").click()
    page.locator("textarea[name=body]").press_sequentially("<script>1</script>")
    expect(page.locator(".editor-note")).to_contain_text("Removed <script> with all inside it")


def test_without_scripts_the_check_is_a_button(desk: Portal, browser_page: Open):
    page = browser_page(desk.url, java_script_enabled=False)
    sign_in(page, "editor")
    open_page(page, "Welcome")
    page.get_by_label("Text", exact=True).fill("<h2>Hi</h2><script>1</script>")
    page.get_by_role("button", name="Check the text").click()
    expect(page.get_by_role("heading", name="What the check found")).to_be_visible()
    expect(page.get_by_text("Removed <script> with all inside it (1).")).to_be_visible()
    expect(page.get_by_label("Text", exact=True)).to_have_value("<h2>Hi</h2><script>1</script>")


def test_nothing_fires_even_without_the_content_policy(desk: Portal, browser_page: Open):
    page = browser_page(desk.url, bypass_csp=True)
    page.watch.allow("Failed to load resource")  # type: ignore[attr-defined]  # pictures of nothing
    fired: list[str] = []
    page.on("dialog", lambda dialog: dialog.accept())
    page.add_init_script(
        "window.fired = []; for (const n of ['alert','confirm','prompt','print'])"
        "window[n] = (...a) => { window.fired.push([n, ...a].join(' ')); };"
    )
    sign_in(page, "editor")
    page.route(lambda url: not url.startswith(desk.url), lambda route: route.abort())
    payloads = attacks()
    for start in range(0, len(payloads), 60):
        text = "\n".join(f"<div>{payload}</div>" for payload in payloads[start : start + 60])
        address = open_page(page, "Welcome")
        page.evaluate(PASTE, [text])
        page.wait_for_function(
            "() => !document.querySelector('.editor-note').textContent.startsWith('Putting')"
        )
        page.get_by_role("button", name="Edit as HTML").click()
        page.locator("textarea[name=body]").evaluate(
            "(field, text) => { field.value = text; }", text
        )
        for button in ("Check the text", "Save draft"):
            with page.expect_navigation():
                page.get_by_role("button", name=button, exact=True).click()
            fired += page.evaluate("() => window.fired")
        page.goto(f"{address}preview/frame")
        fired += page.evaluate("() => window.fired")
        page.goto(f"{address}preview/widths")
        fired += page.evaluate("() => window.fired")
    assert fired == []
