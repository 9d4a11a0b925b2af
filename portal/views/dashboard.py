"""Where people land: the account at a glance, and the way to their other accounts."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from portal.content.desk import Row, counted_pages_of, schedules_of
from portal.content.history import events_below, reads_drafts
from portal.content.page_filters import Filters
from portal.content.site_hosts import troubled
from portal.content.trail_filters import TrailQuery
from portal.content.waiting import mentions_of, tasks_for
from portal.guards import permission, signed_in
from portal.requests import current
from portal.views.support import notices, tells_of_support
from tenants.accounts import AccountRef
from tenants.allotting import warnings
from tenants.directory import scope_of
from tenants.nearest import accounts_within_reach
from tenants.permissions import Permission as P
from tenants.scope import acting_in

bp = Blueprint("dashboard", __name__)
SHOWN = 200


@bp.get("/")
@signed_in
def home() -> Any:
    if current.person.is_staff:
        return redirect("/console/")
    accounts = accounts_within_reach(current.person, 2)
    if accounts:
        return redirect(url_for("dashboard.show", handle=accounts[0].handle))
    return render_template("dashboard/nowhere.html")


@bp.get("/accounts/")
@signed_in
def accounts() -> str:
    search = request.args.get("q", "").replace("\x00", "")[:100]
    found = accounts_within_reach(current.person, SHOWN, search)
    top = min((a.depth for a in found), default=0)
    return render_template(
        "dashboard/accounts.html", accounts=found, top=top, search=search, shown=SHOWN
    )


@bp.get("/a/<handle>/")
@permission(P.ACCOUNT_VIEW)
@tells_of_support
def show() -> str:
    here, looks = current.here, notices()
    sees_pages = current.can(P.PAGE_VIEW).allowed
    sees_schedule = current.can(P.SCHEDULE_VIEW).allowed
    events = _last_events() if current.can(P.TRAIL_VIEW).allowed else []
    # What is planned for its values comes first, what is found by keys last: see tenants.prepared.
    waiting = schedules_of(here.id, "pending", size=6).rows if sees_schedule else []
    held = schedules_of(here.id, "stuck", size=6).rows if sees_schedule else []
    changed, counts = _last_changed(here) if sees_pages else ([], {})
    return render_template(
        "dashboard/show.html",
        scarce=warnings(here),
        looks=looks,
        hosts=troubled(here.id) if current.can(P.ACCOUNT_EDIT).allowed else [],
        counts=counts,
        changed=changed,
        waiting=waiting,
        held=held,
        events=events,
        tasks=tasks_for(current.person, here),
        mentions=mentions_of(current.person, here),
    )


def _last_changed(here: AccountRef) -> tuple[list[Row], dict[str, int]]:
    found, counts = counted_pages_of(here.id, Filters(), size=6)
    return found.rows, counts


def _last_events() -> list[Any]:
    here, by = current.here, current.person
    with acting_in(scope_of(by, here, P.TRAIL_VIEW)):
        content = reads_drafts(by, here)
        return events_below(here, TrailQuery(), None, content=content, most=6, by=by).rows
