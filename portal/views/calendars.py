"""The calendar of what is to happen: month, week and agenda."""

from datetime import date
from typing import get_args
from zoneinfo import ZoneInfo

from flask import Blueprint, render_template, request

from portal.content.calendars import Kind, calendar_of
from portal.content.planned import sight_of
from portal.guards import permission
from portal.requests import current
from portal.times import zone_names
from tenants.clock import now
from tenants.permissions import Permission as P

bp = Blueprint("calendar", __name__, url_prefix="/a/<handle>/calendar")
YEARS = (1971, 2199)


@bp.get("/")
@permission(P.SCHEDULE_VIEW)
def show() -> str:
    asked = request.args.get("zone", "")
    zone = asked if asked in zone_names() else current.here.zone
    kind: Kind = next((k for k in get_args(Kind) if k == request.args.get("view")), "month")
    below = request.args.get("within") == "below"
    sight = sight_of(current.person, current.here, below=below)
    found = calendar_of(sight, kind, _day(zone), zone, now())
    return render_template(
        "calendar/show.html", calendar=found, within="below" if below else "",
        kinds=get_args(Kind), zones=zone_names(), own_zone=current.here.zone,
    )  # fmt: skip


def _day(zone: str) -> date:
    today = now().astimezone(ZoneInfo(zone)).date()
    try:
        day = date.fromisoformat(request.args.get("day", ""))
    except ValueError:
        return today
    return day if YEARS[0] <= day.year <= YEARS[1] else today
