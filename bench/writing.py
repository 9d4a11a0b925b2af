"""How fluent the editor stays with a long text: latency of typing and time of a save, in Chromium.

    .venv/bin/python -m bench.writing http://127.0.0.1:8000 acme EMAIL PASSWORD

Needs the environment of the tests (`make test` makes it) and a portal that runs. It leaves one
draft behind. Latency is from the key to the frame after it; a save is from the click to the page
that answers it.
"""

from __future__ import annotations

import statistics
import sys
import time
from typing import TYPE_CHECKING

from bench.measure import p99

if TYPE_CHECKING:
    from playwright.sync_api import Page

BLOCKS, BYTES, KEYS, SAVES = 100, 200_000, 150, 5
SENTENCE = "Slow coffee takes a <strong>careful</strong> hand and some time; nobody hurries it. "
LISTEN = """() => {
  window.latencies = [];
  document.querySelector(".editor-text").addEventListener("keydown", () => {
    const start = performance.now();
    requestAnimationFrame(() => setTimeout(() => window.latencies.push(performance.now() - start)));
  }, true);
}"""


def long_text() -> str:
    """Return 100 blocks of some 200 kB: headings, lists, a table and paragraphs."""
    each = BYTES // BLOCKS
    blocks = []
    for number in range(BLOCKS):
        words = SENTENCE * (each // len(SENTENCE))
        kind = number % 10
        if kind == 0:
            blocks.append(f"<h2>Part {number}</h2>")
        blocks.append(
            f"<ul><li>{words}</li></ul>" if kind == 3
            else f"<table><tbody><tr><th>{number}</th><td>{words}</td></tr></tbody></table>"
            if kind == 6 else f"<p>{number} {words}</p>"
        )  # fmt: skip
    return "\n".join(blocks)


def start(page: Page, account: str) -> None:
    """Save the long text as a draft and open it in the editor."""
    page.goto(f"/a/{account}/pages/new")
    page.get_by_label("Title", exact=True).fill("How long is long")
    page.get_by_role("button", name="Edit as HTML").click()
    page.locator("textarea[name=body]").fill(long_text())
    save(page)


def save(page: Page) -> float:
    """Save and return the milliseconds until the editor is back."""
    started = time.perf_counter()
    with page.expect_navigation(wait_until="commit"):
        page.get_by_role("button", name="Save draft", exact=True).click()
    spent = (time.perf_counter() - started) * 1000
    page.locator(".editor-text").wait_for()
    return spent


def typing(page: Page, paragraph: int) -> list[float]:
    """Type into a paragraph and return the latency of each key in milliseconds."""
    page.evaluate(LISTEN)
    page.locator(".editor-text > p").nth(paragraph).click()
    for number in range(KEYS):
        page.keyboard.press("Space" if number % 6 == 5 else "e")
        page.wait_for_timeout(25)
    return [float(each) for each in page.evaluate("() => window.latencies")]


def run(page: Page, account: str) -> list[str]:
    """Return the lines of the table."""
    start(page, account)
    lines = []
    for name, paragraph in (("first block", 0), ("middle block", 35), ("last block", -1)):
        spent = typing(page, paragraph)
        lines.append(f"typing, {name}: p50 {statistics.median(spent):.0f} ms, "
                     f"p99 {p99(spent):.0f} ms, worst {max(spent):.0f} ms")  # fmt: skip
    changed, unchanged = [save(page)], []
    for _ in range(SAVES):
        unchanged.append(save(page))
        page.locator(".editor-text > p").nth(5).click()
        page.keyboard.type("more ")
        changed.append(save(page))
    lines.append(f"save, one block changed: p50 {statistics.median(changed):.0f} ms")
    lines.append(f"save, nothing changed: p50 {statistics.median(unchanged):.0f} ms")
    return lines


def main() -> None:
    """Sign in, measure, print."""
    from playwright.sync_api import sync_playwright

    from tests.infra.chromium import ARGUMENTS, find

    url, account, email, password = sys.argv[1:5]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=ARGUMENTS)
        page = browser.new_page(base_url=url)
        page.goto("/sign-in")
        page.get_by_label("E-mail").fill(email)
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_load_state()
        print(f"{len(long_text()):,} characters, {BLOCKS} blocks")
        print("\n".join(run(page, account)))
        browser.close()


if __name__ == "__main__":
    main()
