"""Times of an export: wall time, UTC and the zone to schedule in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from portal.content.wordpress.documents import Moment

_WIDEST = timedelta(hours=14)
_PART_HOURS = {
    -570: "Pacific/Marquesas",
    -210: "America/St_Johns",
    -150: "America/St_Johns",
    210: "Asia/Tehran",
    270: "Asia/Kabul",
    330: "Asia/Kolkata",
    345: "Asia/Kathmandu",
    390: "Asia/Yangon",
    525: "Australia/Eucla",
    570: "Australia/Darwin",
    630: "Australia/Adelaide",
    765: "Pacific/Chatham",
    825: "Pacific/Chatham",
}


def moment(wall: str, gmt: str, published: str = "") -> Moment | None:
    """A moment from ``post_date``, ``post_date_gmt`` and the RSS ``pubDate`` as a stand-in.

    None when there is no time at all: WordPress writes zeros, and year -1, for drafts.
    """
    local, utc = _time(wall), _time(gmt)
    stand_in = _rss_time(published) if local and utc is None else None
    if local and stand_in and abs(local - stand_in) <= _WIDEST:
        utc = stand_in
    known = utc or local
    if known is None:
        return None
    offset = (local or known) - known
    if abs(offset) > _WIDEST or offset.seconds % 900:
        offset = timedelta(0)
    return Moment(known + offset, known.replace(tzinfo=UTC), offset, exact=utc is not None)


def zone_for(when: Moment, preferred: str) -> str:
    """The IANA zone in which ``when.wall`` is ``when.utc``: ``preferred`` if it fits.

    An export holds no zone, only the distance to UTC at each time. When the preferred zone
    (the account's) does not give that distance, a zone of that fixed distance is chosen
    (``Etc/GMT+7`` is UTC-7), for part hours a place that has it, and UTC as the last resort.
    """
    minutes = int(when.offset.total_seconds()) // 60
    hours = minutes // 60
    fixed = "UTC" if hours == 0 else f"Etc/GMT{-hours:+d}"
    stand_in = fixed if minutes % 60 == 0 else _PART_HOURS.get(minutes, "UTC")
    return next((zone for zone in (preferred, stand_in) if _fits(when, zone)), "UTC")


def _fits(when: Moment, zone: str) -> bool:
    try:
        return when.utc.astimezone(ZoneInfo(zone)).utcoffset() == when.offset
    except (ZoneInfoNotFoundError, ValueError, OSError, OverflowError):
        return False


def _time(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text.strip()[:19])
    except ValueError:
        return None
    return found if 1900 <= found.year <= 9000 and found.tzinfo is None else None


def _rss_time(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text.strip())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if not 1900 <= found.year <= 9000:
        return None
    return found.replace(tzinfo=None) - (found.utcoffset() or timedelta(0))
