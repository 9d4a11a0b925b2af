"""Moments and wall times in words. Zones by IANA name, instants in UTC."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from portal.content.moments import offset_words


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """Return the names people may choose a zone by."""
    names = {n for n in available_timezones() if "/" in n and not n.startswith(("Etc/", "System"))}
    return ("UTC", *sorted(names))


def zone(name: str) -> ZoneInfo:
    """Return a zone by name, UTC when the name is unknown."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


@lru_cache(maxsize=2048)
def local_time(moment: datetime | None, zone_name: str = "UTC") -> str:
    """Return e.g. `Sun 29 Mar 2026, 09:00 (Berlin, UTC+2)`."""
    if moment is None:
        return ""
    local = moment.astimezone(zone(zone_name))
    unnamed = zone_name == "UTC" or zone_name.startswith("Etc/")
    place = "" if unnamed else zone_name.rsplit("/", 1)[-1].replace("_", " ") + ", "
    return f"{local:%a %-d %b %Y, %H:%M} ({place}{offset_words(local.utcoffset() or timedelta())})"


def clock_time(moment: datetime, zone_name: str = "UTC") -> str:
    """Return the time of day alone, e.g. `14:32`, for what is over within the hour."""
    return f"{moment.astimezone(zone(zone_name)):%H:%M}"


def ago(moment: datetime | None, now: datetime | None = None) -> str:
    """Return `12 s ago`, `in 3 h` or, beyond a month, the date."""
    if moment is None:
        return "never"
    delta = (now or datetime.now(UTC)) - moment
    seconds = abs(delta.total_seconds())
    for limit, size, unit in ((60, 1, "s"), (3600, 60, "min"), (86400, 3600, "h")):
        if seconds < limit:
            return _around(f"{int(seconds // size)} {unit}", delta)
    days = int(seconds // 86400)
    if days > 31:
        return f"{moment:%-d %b %Y}"
    return _around(f"{days} day{'s' if days > 1 else ''}", delta)


def _around(text: str, delta: timedelta) -> str:
    return f"{text} ago" if delta.total_seconds() >= 0 else f"in {text}"
