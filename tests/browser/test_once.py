"""A form whose button is pressed twice is sent once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SCRIPT = Path(__file__).resolve().parents[2] / "static/js/once.js"
FORM = '<form method="{method}"><button name="act">Save</button><button>Other</button></form>'
PRESSED = """which => {
  let sent = 0;
  const count = (event) => { sent += !event.defaultPrevented; event.preventDefault(); };
  addEventListener("submit", count);
  for (const number of which) document.querySelectorAll("button")[number].click();
  removeEventListener("submit", count);
  return sent;
}"""


def test_a_second_press_of_the_same_button_sends_nothing(browser: Browser):
    page = browser.new_page()
    for method, pressed, sent in (
        ("post", [0, 0, 0], 1),
        ("post", [0, 1], 2),
        ("get", [0, 0], 2),
    ):
        page.set_content(FORM.format(method=method))
        page.add_script_tag(path=SCRIPT)
        assert page.evaluate(PRESSED, pressed) == sent
        page.evaluate("dispatchEvent(new Event('pageshow'))")
        assert page.evaluate(PRESSED, pressed[:1]) == 1
    page.close()
