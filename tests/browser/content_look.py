"""Sites in the other two themes, and a menu of every kind of entry."""

from __future__ import annotations

from portal.content.menu_desk import change_menu, standing_of, start_menu
from portal.content.menu_rows import Row
from portal.content.site_look import change_look
from portal.content.site_look import standing_of as look_standing
from portal.content.sites import open_site
from portal.content.themes import Look
from tenants.accounts import AccountRef, ref
from tenants.opening import open_account
from tests.fixtures.cast import Cast
from tests.fixtures.pages import TESTS, make_page


def looks(people: Cast, live: str, draft: str, long: str, body: str) -> tuple[str, str]:
    """Return the id of a menu, and the address of a page in the magazine's look."""
    acme = people.acme
    addresses = [_site(people.bolt, theme, long, body) for theme in ("civic", "magazine")]
    menu = start_menu(acme, long.strip()[:120], "footer", by=TESTS)
    change_menu(
        menu, acme, menu.name,
        [Row("", f"page:{live}"), Row(long.strip()[:150], "/posts/", 1),
         Row("", f"page:{draft}", 2), Row("Elsewhere", "https://example.org/" + "x" * 90)],
        by=TESTS, based_on=standing_of(menu),
    )  # fmt: skip
    return str(menu.id), addresses[-1]


def _site(above: AccountRef, theme: str, long: str, body: str) -> str:
    account = ref(open_account(above, theme, long.strip()[:90], by=TESTS, admin=None, zone="UTC"))
    site = open_site(account, account.name, long.strip()[:120], by=TESTS)
    typed = {"theme": theme, "tint": "warm", "corners": "round"}
    change_look(site, account, typed, by=TESTS, based_on=look_standing(Look()))
    pages = [make_page(account, title, body, state="live") for title in (long[:150], "Short")]
    menu = start_menu(account, "Main", "main", by=TESTS)
    rows = [Row("Posts", "/posts/"), Row(long.strip()[:90], "/"), Row("Below", "/#x", 1)]
    change_menu(menu, account, "Main", rows, by=TESTS, based_on=standing_of(menu))
    return (pages[0].address or "").strip("/")
