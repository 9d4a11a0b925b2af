"""The way back to the calendar from which something was moved."""

from datetime import datetime
from typing import get_args
from uuid import UUID

from flask import request, url_for

from portal.content.calendars import Kind
from portal.requests import current
from portal.times import zone, zone_names


def carried() -> dict[str, str]:
    """Return what of the address tells which calendar somebody came from; empty if from none."""
    view, shown = request.values.get("view", ""), request.values.get("by", "")
    if view not in get_args(Kind):
        return {}
    return {"view": view, "by": shown if shown in zone_names() else current.here.zone}


def calendar_again(row_id: UUID, at: datetime) -> str | None:
    """Return the address of the same calendar at what stands there at an instant (UTC), or None."""
    came = carried()
    if not came:
        return None
    return url_for(
        "calendar.show", handle=current.here.handle, view=came["view"], zone=came["by"],
        day=at.astimezone(zone(came["by"])).date(), _anchor=f"at-{row_id}",
    )  # fmt: skip
