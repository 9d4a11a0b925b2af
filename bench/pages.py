"""What a browser loads of a site, and what it makes of it, in each of the three themes.

    .venv/bin/python -m bench.pages

Needs the environment of the tests (`make test` makes it): its Chromium and axe. Opened are home, an
article of 5 kB, a list, a search and an address that is not there, on a real server as an
installation runs it, each with an empty cache at the widths of a phone and of a desk. Told are
requests and bytes as they came over the wire (headers included), cookies, requests to other hosts,
how far things moved while it loaded (layout shift), what was painted largest, how many elements
there are, and what axe finds (names, contrast and all else of WCAG 2.2 AA). The portal is held to
fixed bars, not to another program; no time is measured.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench import servers, site_world
from bench.apps import portal_at
from bench.measure import Line, line, show
from portal.content.site_look import change_look, standing_of
from portal.content.sites import Site
from portal.content.themes import THEMES, look_of
from tenants.db import db
from tenants.directory import account_path
from tenants.scope import acting_in, tenant_scope

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PAGES = {"home": "/", "article": "/posts/cup-0/", "list": "/posts/", "search": "/search/?q=coffee",
         "missing": "/nothing-here/"}  # fmt: skip
WIDTHS = {"phone": (412, 915), "desk": (1350, 940)}
SHIFT = 0.01
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LISTEN = """
window.told = {shift: 0, largest: "nothing"};
new PerformanceObserver(list => { for (const each of list.getEntries()) told.shift += each.value; })
  .observe({type: "layout-shift", buffered: true});
new PerformanceObserver(list => { for (const each of list.getEntries())
  told.largest = each.element ? each.element.tagName.toLowerCase() : "gone"; })
  .observe({type: "largest-contentful-paint", buffered: true});
"""
AXE = """async rules => (await axe.run({runOnly: rules})).violations.map(each => each.id)"""


@dataclass(frozen=True)
class Seen:
    """What one opening of a page came to. `sent` is bytes over the wire, by kind."""

    requests: int
    sent: Counter[str]
    foreign: int
    cookies: int
    shift: float
    largest: str
    elements: int
    wrong: frozenset[str]


def dress() -> dict[str, str]:
    """Give one site of the bench's world to each theme; return the paths of the sites."""
    dressed = {}
    with portal_at(site_world.owner_url(None)):
        by = site_world.admin()
        for number, theme in enumerate(THEMES):
            here = account_path(site_world.handle(number))[-1]
            with acting_in(tenant_scope(here.tenant_id)):
                site = db.session.query(Site).filter_by(account_id=here.id).one()
                based_on = standing_of(look_of(site))
                change_look(site, here, {"theme": theme}, by=by, based_on=based_on)
                db.session.commit()
            dressed[theme] = f"/s/{here.handle}"
    return dressed


def look(browser: Browser, url: str, size: tuple[int, int]) -> Seen:
    """Open a page with nothing kept, and look at it."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    context.add_init_script(LISTEN)
    page = context.new_page()
    kinds, sent, asked = _wire(page)
    page.goto(url, wait_until="networkidle")
    page.wait_for_timeout(300)
    told = page.evaluate("told")
    elements = page.evaluate("document.querySelectorAll('*').length")
    page.evaluate(_axe())
    wrong = set(page.evaluate(AXE, RULES))
    page.emulate_media(color_scheme="dark")
    wrong |= set(page.evaluate(AXE, ["cat.color"]))
    bytes_of: Counter[str] = Counter()
    for number, size_sent in sent.items():
        bytes_of[kinds[number]] += size_sent
    origin = "/".join(url.split("/")[:3])
    seen = Seen(
        len(asked), bytes_of, sum(not each.startswith(f"{origin}/") for each in asked),
        len(context.cookies()), told["shift"], told["largest"], elements, frozenset(wrong),
    )  # fmt: skip
    context.close()
    return seen


def _wire(page: Page) -> tuple[dict[str, str], dict[str, int], list[str]]:
    """Note each request's kind, its bytes and its address, as the browser's network tells them."""
    kinds: dict[str, str] = {}
    sent: dict[str, int] = {}
    asked: list[str] = []
    wire = page.context.new_cdp_session(page)

    def begun(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = event.get("type", "Other")
        asked.append(event["request"]["url"])

    def ended(event: dict[str, Any]) -> None:
        sent[event["requestId"]] = int(event["encodedDataLength"])

    wire.on("Network.requestWillBeSent", begun)
    wire.on("Network.loadingFinished", ended)
    wire.send("Network.enable")
    return kinds, sent, asked


def _axe() -> str:
    import axe_playwright_python

    return (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()


def told(name: str, theme: str, seen: list[Seen]) -> Line:
    """Return the row of a page in a theme, looked at in all widths."""
    first, kinds = seen[0], ("Document", "Stylesheet", "Script", "Image", "Font")
    parts = ", ".join(f"{kind} {first.sent[kind] / 1024:.1f}" for kind in kinds)
    shift = max(each.shift for each in seen)
    wrong = sorted({rule for each in seen for rule in each.wrong})
    strange = sum(each.foreign + each.cookies + each.sent["Script"] for each in seen)
    note = (
        f"kB sent: {parts}; {first.requests} requests, {first.elements} elements, layout shift "
        f"{shift:.4f}, largest {'/'.join(each.largest for each in seen)}, "
        f"axe: {', '.join(wrong) or 'nothing'}"
    )
    return line(
        f"pages-{name}", "sqlite", theme, [sum(each.sent.values()) / 1024 for each in seen],
        target=f"no cookie, third party, JS; shift <= {SHIFT}; axe finds nothing",
        met=not strange and shift <= SHIFT and not wrong, note=note,
    )  # fmt: skip


def main() -> None:
    """Serve, look at everything, print."""
    from playwright.sync_api import sync_playwright

    from tests.infra.chromium import ARGUMENTS, find

    sites, url = dress(), site_world.owner_url(None)
    with (
        servers.redis() as (_redis, redis_url),
        sync_playwright() as playwright,
        servers.portal("gunicorn", url, redis_url, f"{sites['journal']}/") as server,
    ):
        browser = playwright.chromium.launch(executable_path=find(), args=ARGUMENTS)
        base = f"http://127.0.0.1:{server.port}"
        show([
            told(name, theme, [look(browser, f"{base}{site}{path}", size)
                               for size in WIDTHS.values()])
            for name, path in PAGES.items() for theme, site in sites.items()
        ])  # fmt: skip
        browser.close()


if __name__ == "__main__":
    main()
