"""What a chooser does not offer is found while one types; nothing else on the page is touched."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.browser.people import Open, open_page, press, sign_in, told, write
from tests.browser.portal import Portal
from tests.media.scene import picture

if TYPE_CHECKING:
    from playwright.sync_api import FilePayload


@pytest.mark.browser
def test_a_picture_is_found_while_typing(desk: Portal, browser_page: Open):
    page = sign_in(browser_page(desk.url), "editor")
    page.goto("/a/acme/media/upload")
    file: FilePayload = {"name": "harbour.png", "mimeType": "image/png", "buffer": picture()}
    page.set_input_files("input[type=file]", [file])
    press(page, "Upload")
    page.locator(".upload-done", has_text="harbour.png: Here now").wait_for()
    open_page(page, "Welcome")
    write(page, "Words of now.")
    page.get_by_text("Search engines and social cards").click()
    page.get_by_label("Words to find in Or a picture of the library").fill("harb")
    chooser = page.locator("[name=seo_library]")
    expect(chooser.locator("option", has_text="harbour")).to_be_attached()
    expect(page.locator(".editor-text")).to_contain_text("Words of now.")
    chooser.select_option(index=1)
    expect(page.locator(".social-card img")).to_be_visible()
    if os.environ.get("SHOTS"):
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            for width in (320, 1280):
                page.set_viewport_size({"width": width, "height": 900})
                page.locator(".finder").first.scroll_into_view_if_needed()
                page.screenshot(path=f"{os.environ['SHOTS']}-{scheme}-{width}.png")
    press(page, "Save draft")
    expect(told(page)).to_contain_text("Saved as revision")
    expect(page.locator("[name=seo_picture]")).to_have_value(re.compile("^/a/acme/media/"))
