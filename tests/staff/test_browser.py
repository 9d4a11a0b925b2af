"""The console in a real browser: no policy violation, axe clean, light, dark and narrow."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import expect
from sqlalchemy import select
from werkzeug.serving import make_server

from tenants.db import db
from tenants.grants import Grant
from tenants.roles import Role
from tenants.scope import across_tenants
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.staff.addresses import PAGES, some_row
from tests.staff.rows import scheduled_page

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light", "viewport": {"width": 1280, "height": 900}},
    "dark": {"color_scheme": "dark", "viewport": {"width": 1280, "height": 900}},
    "narrow": {"color_scheme": "light", "viewport": {"width": 320, "height": 700}},
}


@pytest.fixture
def base_url(app: Flask) -> Iterator[str]:
    """The application, served."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def cookie(client: FlaskClient, base_url: str) -> dict[str, Any]:
    found = client.get_cookie("portal")
    assert found is not None
    return {"name": "portal", "value": found.value, "url": base_url}


def staff_grants(app: Flask) -> list[str]:
    with app.app_context(), across_tenants("tests"):
        query = select(Grant.id).join(Grant.role).where(Role.for_house)
        return [str(key) for key in db.session.scalars(query)]


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_is_clean(
    app: Flask, client: FlaskClient, cast: Cast, base_url: str,
    browser_page: Callable[..., Page], look: str,
):  # fmt: skip
    scheduled_page(app, cast.acme, "Secret plan")
    sign_in(client, cast.operator)
    page = browser_page(base_url, **LOOKS[look])
    page.context.add_cookies([cookie(client, base_url)])  # type: ignore[list-item]
    ends = "&".join(f"id={each}" for each in staff_grants(app))
    lists = ("people", "grants", "schedules", "trail")
    rows = [f"/console/{name}/details/?id={some_row(app, name)}" for name in lists]
    rows.append(f"/console/grants/act/end/?{ends}")
    acme = f"/console/accounts/details/?id={cast.acme.id}"
    for address in (*PAGES, "/console/grants/?state=ended", acme, *rows):
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        found = Axe().run(page)
        assert found.violations_count == 0, f"{address}: {found.generate_report()}"
        width = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert width <= 0, f"{address} is {width} px too wide"


def test_grants_are_ended_without_scripts(
    client: FlaskClient, cast: Cast, base_url: str, browser_page: Callable[..., Page]
):
    sign_in(client, cast.owner)
    page = browser_page(base_url, java_script_enabled=False)
    page.context.add_cookies([cookie(client, base_url)])  # type: ignore[list-item]
    page.goto("/console/grants/?account=house")
    for who in ("Sunny Support", "Aude Auditor"):
        page.get_by_role("row", name=who).get_by_role("checkbox").check()
    page.get_by_role("button", name="End those chosen").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_label("Reason").fill("They left.")
    page.get_by_role("button", name="End all 2").click()
    expect(page.locator("body")).to_contain_text("End: done for 2 of 2.")
    page.goto("/console/grants/?state=ended")
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.get_by_role("checkbox")).to_have_count(0)


def test_lists_work_without_scripts(
    client: FlaskClient, cast: Cast, base_url: str, browser_page: Callable[..., Page]
):
    sign_in(client, cast.support)
    page = browser_page(base_url, java_script_enabled=False)
    page.context.add_cookies([cookie(client, base_url)])  # type: ignore[list-item]
    page.goto("/console/")
    page.get_by_role("navigation", name="Sections").get_by_role("link", name="Grants").click()
    page.get_by_label("Role").select_option("editor")
    page.get_by_label("Account", exact=True).fill("bolt")
    page.get_by_role("button", name="Filter").click()
    expect(page).to_have_url(re.compile("role=editor"))
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Edda Editor").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text(re.compile("^The grant of Editor"))
    page.get_by_role("link", name="All grants").click()
    page.get_by_role("link", name="Since").click()
    expect(page.locator("th[aria-sort=ascending]")).to_have_count(1)
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as CSV").click()
    assert download.value.suggested_filename.startswith("grants-")
