"""Files dropped or chosen where scripts run: each sent on its own, each with what became of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.people import sign_in
from tests.browser.portal import Portal
from tests.media.scene import picture

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload, Page

DROP = """bytes => {
  const files = new DataTransfer();
  files.items.add(new File([new Uint8Array(bytes)], "dropped.png"));
  const zone = document.querySelector("[data-drop]");
  zone.dispatchEvent(new DragEvent("drop", {dataTransfer: files, bubbles: true, cancelable: true}));
}"""


@pytest.mark.browser
def test_files_are_sent_one_by_one_and_dropped(desk: Portal, browser_page: Callable[..., Page]):
    page = browser_page(desk.url)
    page.watch.allow_status(422)  # type: ignore[attr-defined]  # the fixture's own
    sign_in(page, "editor")
    page.goto("/a/acme/media/upload")
    chosen: list[FilePayload] = [
        {"name": "good.png", "mimeType": "image/png", "buffer": picture()},
        {"name": "bad.png", "mimeType": "image/png", "buffer": b"<svg></svg>"},
    ]
    page.set_input_files("input[type=file]", chosen)
    page.get_by_role("button", name="Upload", exact=True).click()
    page.locator(".upload-done", has_text="good.png: Here now").wait_for()
    page.locator(".upload-refused", has_text="SVG pictures can carry scripts").wait_for()
    page.evaluate(DROP, list(picture(colour="red")))
    page.locator(".upload-done", has_text="dropped.png: Here now").wait_for()
    page.locator(".upload-done a").first.click()
    page.locator("[data-focal] img").click(position={"x": 6, "y": 30})
    expect(page.locator("[name=focal_x]")).to_have_value("10")
    expect(page.locator("[name=focal_y]")).to_have_value(re.compile("^(6[1-9]|[7-9][0-9]|100)$"))
