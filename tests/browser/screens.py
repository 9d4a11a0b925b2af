"""Every screen there is: who looks, where, and what has to be done to see it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.browser.people import choose_time, press

if TYPE_CHECKING:
    from playwright.sync_api import Page

PAGE = "/a/acme/pages/{page}/"
LIVE = "/a/acme/pages/{live}/"


@dataclass(frozen=True)
class Screen:
    """`address` may name ids of `content.Places`; `act` leads on to what is looked at."""

    name: str
    who: str
    address: str
    status: int = 200
    act: Callable[[Page], None] | None = None


def _send(page: Page, button: str) -> None:
    with page.expect_navigation():
        press(page, button)


def _ask(page: Page) -> None:
    page.get_by_label("Person").select_option(index=1)
    _send(page, "Ask")


def _bad_time(page: Page) -> None:
    page.get_by_label("Date and time").fill("2020-05-04T09:15:00")
    _send(page, "Continue")
    _send(page, "Schedule it")


def _good_time(page: Page) -> None:
    with page.expect_navigation():
        choose_time(page, "2027-05-04T09:15:00", "A reason.")


def _twice(page: Page) -> None:
    with page.expect_navigation():
        choose_time(page, "2027-10-31T02:30:00")


def _empty_form(page: Page) -> None:
    with page.expect_navigation():
        page.locator("main form .form-actions .btn-primary, main form .btn-danger").first.click()


def _other_rights(page: Page) -> None:
    page.get_by_label("Edit anybody's pages and posts").check()
    _send(page, "See who gains and loses what")


def _too_long(page: Page) -> None:
    title = page.get_by_label("Title")
    title.evaluate("field => field.removeAttribute('maxlength')")
    title.fill("x" * 1000)
    _send(page, "Save draft")


def _wrong_token(page: Page) -> None:
    page.get_by_label("Title").fill("Half a day’s work")
    page.eval_on_selector_all("[name=csrf_token]", "all => all.forEach(t => { t.value = 'old'; })")
    _send(page, "Save draft")


def _second_tab(page: Page) -> None:
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_label("Title").fill("Opening hours, by the other tab")
    _send(other, "Save draft")
    other.close()
    page.get_by_label("Title").fill("Opening hours, by this tab")
    _send(page, "Save draft")


SCREENS = [
    Screen("sign-in", "", "/sign-in"),
    Screen("sign-in-refused", "", "/sign-in", 422, _empty_form),
    Screen("reset", "", "/sign-in/reset"),
    Screen("reset-asked", "", "/sign-in/reset/asked"),
    Screen("dashboard", "admin", "/a/acme/"),
    Screen("dashboard-empty", "admin", "/a/empty/"),
    Screen("accounts", "admin", "/accounts/"),
    Screen("pages", "admin", "/a/acme/pages/"),
    Screen("pages-none-fit", "admin", "/a/acme/pages/?q=nothing-like-it"),
    Screen("pages-empty", "admin", "/a/empty/pages/"),
    Screen("new", "admin", "/a/acme/pages/new"),
    Screen("edit", "admin", LIVE),
    Screen("edit-long-scheduled", "admin", PAGE),
    Screen("edit-without-right-to-publish", "editor", LIVE),
    Screen("edit-refused", "admin", PAGE, 422, _too_long),
    Screen("edit-stale", "admin", LIVE, 409, _second_tab),
    Screen("edit-token-expired", "admin", LIVE, 400, _wrong_token),
    Screen("read", "viewer", LIVE),
    Screen("preview", "admin", f"{LIVE}preview"),
    Screen("history", "admin", f"{LIVE}history"),
    Screen("publish", "publisher", f"{PAGE}publish"),
    Screen("unpublish", "publisher", f"{LIVE}unpublish"),
    Screen("schedule", "publisher", f"{PAGE}schedule"),
    Screen("schedule-confirm", "publisher", f"{LIVE}schedule", act=_good_time),
    Screen("schedule-twice", "publisher", f"{LIVE}schedule", 422, _twice),
    Screen("schedule-refused", "publisher", f"{LIVE}schedule", 422, _bad_time),
    Screen("schedules", "publisher", "/a/acme/schedules/?state=all"),
    Screen("schedules-empty", "admin", "/a/empty/schedules/"),
    Screen("access", "admin", "/a/acme/access/"),
    Screen("access-answer", "admin", "/a/acme/access/", act=_ask),
    Screen("access-refused", "admin", "/a/acme/access/?at=never", 422),
    Screen("access-matrix", "admin", "/a/acme/access/matrix"),
    Screen("move", "publisher", "/a/acme/schedules/{schedule}/move"),
    Screen("cancel", "publisher", "/a/acme/schedules/{schedule}/cancel"),
    Screen("people", "admin", "/a/acme/people/"),
    Screen("people-inherited", "admin", "/a/empty/people/"),
    Screen("give", "admin", "/a/acme/people/give"),
    Screen("give-refused", "admin", "/a/acme/people/give", 422, _empty_form),
    Screen("invite", "admin", "/a/acme/people/invite"),
    Screen("invite-refused", "admin", "/a/acme/people/invite", 422, _empty_form),
    Screen("invitation", "", "/invitation/{invitation}"),
    Screen("invitation-refused", "", "/invitation/{invitation}", 422, _empty_form),
    Screen("invitation-for-somebody-else", "viewer", "/invitation/{invitation}"),
    Screen("invitation-stale", "editor", "/invitation/", 410),
    Screen("end", "admin", "/a/acme/people/grants/{grant}/end"),
    Screen("give-many", "admin", "/a/acme/people/many/give"),
    Screen("give-many-refused", "admin", "/a/acme/people/many/give", 422, _empty_form),
    Screen("end-many", "admin", "/a/acme/people/many/end"),
    Screen("people-import", "admin", "/a/acme/people/many/import"),
    Screen("people-import-refused", "admin", "/a/acme/people/many/import", 422, _empty_form),
    Screen("requests", "admin", "/a/acme/requests/"),
    Screen("requests-empty", "admin", "/a/empty/requests/"),
    Screen("request-answer", "admin", "/a/acme/requests/{request}"),
    Screen("request-answer-refused", "admin", "/a/acme/requests/{request}", 422, _empty_form),
    Screen("ask", "editor", "/ask/acme?right=page.publish"),
    Screen("ask-refused", "editor", "/ask/acme?right=page.publish", 422, _empty_form),
    Screen("join", "editor", "/join"),
    Screen("leave", "editor", "/me/leave/acme"),
    Screen("deactivate", "owner", "/house/people/{person}/deactivate"),
    Screen("deactivate-refused", "owner", "/house/people/{person}/deactivate", 422, _empty_form),
    Screen("reactivate", "owner", "/house/people/{person}/reactivate"),
    Screen("roles", "admin", "/a/acme/roles/"),
    Screen("roles-from-above", "admin", "/a/empty/roles/"),
    Screen("role", "admin", "/a/acme/roles/{role}/"),
    Screen("role-looked-at", "auditor", "/a/acme/roles/{role}/"),
    Screen("role-new", "admin", "/a/acme/roles/new"),
    Screen("role-edit", "admin", "/a/acme/roles/{role}/edit"),
    Screen("role-edit-refused", "admin", "/a/acme/roles/new", 422, _empty_form),
    Screen("role-preview", "admin", "/a/acme/roles/{role}/edit", act=_other_rights),
    Screen("role-delete", "admin", "/a/acme/roles/{role}/delete"),
    Screen("roles-compared", "admin", "/a/acme/roles/compare?left={role}"),
    Screen("groups", "admin", "/a/acme/groups/"),
    Screen("groups-from-above", "admin", "/a/empty/groups/"),
    Screen("group", "admin", "/a/acme/groups/{group}/"),
    Screen("group-new", "admin", "/a/acme/groups/new"),
    Screen("group-rename", "admin", "/a/acme/groups/{group}/edit"),
    Screen("group-delete", "admin", "/a/acme/groups/{group}/delete"),
    Screen("group-take-out", "admin", "/a/acme/groups/{group}/members/{member}/remove"),
    Screen("accounts-below", "admin", "/a/acme/accounts/"),
    Screen("accounts-below-empty", "admin", "/a/empty/accounts/"),
    Screen("account", "admin", "/a/acme/accounts/{account}/"),
    Screen("account-not-mine", "viewer", "/a/acme/accounts/{account}/"),
    Screen("account-open", "admin", "/a/acme/accounts/new"),
    Screen("account-open-refused", "admin", "/a/acme/accounts/new", 422, _empty_form),
    Screen("customer-open", "operator", "/a/house/accounts/new"),
    Screen("account-suspend", "admin", "/a/acme/accounts/{account}/suspend"),
    Screen(
        "account-suspend-refused", "admin", "/a/acme/accounts/{account}/suspend", 422, _empty_form
    ),
    Screen("account-reactivate-too-late", "admin", "/a/acme/accounts/{account}/reactivate"),
    Screen("account-move", "admin", "/a/acme/accounts/{account}/move"),
    Screen("account-move-preview", "admin", "/a/acme/accounts/{account}/move?to=acme-hamburg"),
    Screen("account-close", "admin", "/a/acme/accounts/{account}/close"),
    Screen("settings", "admin", "/a/acme/settings/"),
    Screen("trail", "admin", "/a/acme/trail/?q=action:schedule.made"),
    Screen("trail-none-fit", "admin", "/a/acme/trail/?q=nobody"),
    Screen("trail-picture", "admin", "/a/acme/trail/"),
    Screen("trail-refused", "admin", "/a/acme/trail/?q=colour:red+since:soon", 422),
    Screen("keeping", "admin", "/a/acme/trail/keeping/"),
    Screen("keeping-days", "admin", "/a/acme/trail/keeping/days"),
    Screen("keeping-hold", "admin", "/a/acme/trail/keeping/holds/new"),
    Screen("keeping-hold-refused", "admin", "/a/acme/trail/keeping/holds/new", 422, _empty_form),
    Screen("imports", "admin", "/a/acme/imports/"),
    Screen("imports-empty", "admin", "/a/empty/imports/"),
    Screen("import-new", "admin", "/a/acme/imports/new"),
    Screen("import-report", "admin", "/a/acme/imports/{import_run}/"),
    Screen("me", "admin", "/me/"),
    Screen("security", "admin", "/me/security/"),
    Screen("password", "admin", "/me/password"),
    Screen("email", "admin", "/me/email"),
    Screen("email-refused", "admin", "/me/email", 422, _empty_form),
    Screen("email-stale", "", "/email/confirm", 410),
    Screen("console", "owner", "/console/"),
    Screen("console-accounts", "owner", "/console/accounts/"),
    Screen("console-people", "owner", "/console/people/"),
    Screen("console-grants", "owner", "/console/grants/"),
    Screen("console-roles", "owner", "/console/roles/"),
    Screen("console-schedules", "owner", "/console/schedules/"),
    Screen("console-trail", "owner", "/console/trail/"),
    Screen("console-health", "owner", "/console/health/"),
    Screen("error-403", "editor", f"{LIVE}publish", 403),
    Screen("error-404", "admin", "/a/nobody/", 404),
    Screen("site-home", "", "/s/acme/"),
    Screen("site-page", "", "/s/acme/opening-hours/"),
    Screen("site-gone", "", "/s/acme/old-news/", 410),
]
