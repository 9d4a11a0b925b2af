"""How fluent the editor stays with a long text: latency of typing and time of a save, in Chromium.

    .venv/bin/python -m bench.writing

Needs the environment of the tests (`make test` makes it). It serves a portal of its own over the
bench's small world, and compares a page of 200 kB in 100 blocks with an empty one. Latency is from
the key to the frame after it; a save is from the click to the page that answers it.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from werkzeug.serving import make_server

from bench import worlds
from bench.apps import portal, signed_in
from bench.measure import Line, line, p95, show

if TYPE_CHECKING:
    from playwright.sync_api import Page

WORLD, ACCOUNT, PORT = "content_10k", "account-2", 8123
BLOCKS, BYTES, KEYS, SAVES = 100, 200_000, 150, 5
SENTENCE = "Slow coffee takes a <strong>careful</strong> hand and some time; nobody hurries it. "
LISTEN = """() => {
  const known = window.latencies;
  window.latencies = [];
  if (known) return;
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


def start(page: Page, title: str, text: str) -> None:
    """Save a text as a draft and open it in the editor."""
    page.goto(f"/a/{ACCOUNT}/pages/new")
    page.get_by_label("Title", exact=True).fill(f"{title} {time.time()}")
    if text:
        page.get_by_role("button", name="Edit as HTML").click()
        page.locator("textarea[name=body]").fill(text)
    save(page)


def save(page: Page) -> float:
    """Save and return the milliseconds until the editor is back."""
    started = time.perf_counter()
    with page.expect_navigation(wait_until="commit"):
        page.get_by_role("button", name="Save draft", exact=True).click()
    spent = (time.perf_counter() - started) * 1000
    page.locator(".editor-text").wait_for()
    return spent


def typing(page: Page, place: int) -> list[float]:
    """Type into a paragraph and return the latency of each key in milliseconds."""
    page.evaluate(LISTEN)
    page.locator(".editor-text > p").nth(place).click()
    for number in range(KEYS):
        page.keyboard.press("Space" if number % 6 == 5 else "e")
        page.wait_for_timeout(25)
    return [float(each) for each in page.evaluate("() => window.latencies")]


def saving(page: Page, place: int) -> list[float]:
    """Change a paragraph and save, a few times; return the milliseconds of each save."""
    spent = []
    for _ in range(SAVES):
        page.locator(".editor-text > p").nth(place).click()
        page.keyboard.type("more ")
        spent.append(save(page))
    return spent


def run(page: Page) -> list[Line]:
    """Return the rows of the table."""
    start(page, "How short is short", "")
    keys, saves = typing(page, 0), saving(page, 0)
    lines = [line("fluency-typing", "sqlite", "empty", keys),
             line("fluency-saving", "sqlite", "empty", saves)]  # fmt: skip
    start(page, "How long is long", long_text())
    for name, place in (("first block", 0), ("middle block", 35), ("last block", -1)):
        lines.append(_against(lines[0], keys, name, typing(page, place)))
    lines.append(_against(lines[1], saves, "one block changed", saving(page, 5)))
    return lines


def _against(empty: Line, base: list[float], name: str, spent: list[float]) -> Line:
    note = f"200 kB in {BLOCKS} blocks; p95 ratio {p95(spent) / p95(base):.2f}"
    ratio = line(empty.bench, "sqlite", name, spent).p50 / empty.p50
    return line(empty.bench, "sqlite", name, spent, ratio=ratio, note=note)


@contextmanager
def serving() -> Iterator[dict[str, str]]:
    """Serve the portal in this process; gives the cookie of somebody who writes."""
    with worlds.server("sqlite") as socket, portal(WORLD, socket) as app:
        cookie = signed_in(app, "account-admin", ACCOUNT).cookies
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        server = make_server("127.0.0.1", PORT, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield cookie
        finally:
            server.shutdown()
            thread.join()


def main() -> None:
    """Serve, sign in, measure, print."""
    from playwright.sync_api import sync_playwright

    from tests.infra.chromium import ARGUMENTS, find

    url = f"http://127.0.0.1:{PORT}"
    with serving() as cookies, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=ARGUMENTS)
        context = browser.new_context(base_url=url)
        for name, value in cookies.items():
            context.add_cookies([{"name": name, "value": value, "url": url}])
        show(run(context.new_page()))
        browser.close()


if __name__ == "__main__":
    main()
