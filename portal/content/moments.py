"""Wall times made instants: the impossible and the double ones are put to the editor."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from portal.content.problems import BadTime

YEARS = (1970, 2200)


@dataclass(frozen=True)
class Moment:
    """An instant as it was asked for. `at` is UTC; `offset` is the zone's at that instant."""

    at: datetime
    wall: datetime
    zone: str
    offset: timedelta

    @property
    def sentence(self) -> str:
        """Return e.g. `Sunday 29 March 2026, 09:00 in Berlin (UTC+2)`."""
        local = self.at.astimezone(ZoneInfo(self.zone))
        seconds = f"{local:%H:%M:%S}" if local.second else f"{local:%H:%M}"
        if self.zone == "UTC" or self.zone.startswith("Etc/"):
            return f"{local:%A %-d %B %Y}, {seconds} {offset_words(self.offset)}"
        place = self.zone.rsplit("/", 1)[-1].replace("_", " ")
        return f"{local:%A %-d %B %Y}, {seconds} in {place} ({offset_words(self.offset)})"


def offset_words(offset: timedelta) -> str:
    """Return `UTC`, `UTC+2` or `UTC-3:30`."""
    minutes = round(offset.total_seconds() / 60)
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '-'}{hours}{f':{rest:02}' if rest else ''}"


def end_of_day(day: date, zone: str) -> datetime:
    """Return the last second of a day in a zone, as UTC."""
    return datetime.combine(day, time(23, 59, 59), ZoneInfo(zone)).astimezone(UTC)


def instants(wall: datetime, zone: str) -> list[datetime]:
    """Return the instants (UTC) at which clocks in `zone` show `wall`: none, one or two."""
    place = ZoneInfo(zone)
    found = set()
    for fold in (0, 1):
        instant = wall.replace(tzinfo=place, fold=fold).astimezone(UTC)
        if instant.astimezone(place).replace(tzinfo=None, fold=0) == wall.replace(fold=0):
            found.add(instant)
    return sorted(found)


def moment_at(instant: datetime, zone: str) -> Moment:
    """Return an instant as clocks in `zone` show it, in UTC when nobody knows the zone any more."""
    zone = zone if is_zone(zone) else "UTC"
    local = instant.astimezone(ZoneInfo(zone))
    offset = local.utcoffset() or timedelta()
    return Moment(instant.astimezone(UTC), local.replace(tzinfo=None, fold=0), zone, offset)


def resolve(wall: datetime, zone: str, chosen: datetime | None = None) -> Moment:
    """Return the one instant meant by a wall time.

    Raises BadTime with the choices when clocks skip the time or show it twice and `chosen`
    (an instant) is not one of them.
    """
    if not YEARS[0] <= wall.year <= YEARS[1]:
        raise BadTime(f"Choose a time between the years {YEARS[0]} and {YEARS[1]}.")
    found = instants(wall, zone)
    if chosen is not None and chosen in (found or beside_gap(wall, zone)):
        return moment_at(chosen, zone)
    if len(found) == 1:
        return moment_at(found[0], zone)
    place = zone.rsplit("/", 1)[-1].replace("_", " ")
    if not found:
        choices = tuple(moment_at(i, zone) for i in beside_gap(wall, zone))
        raise BadTime(
            f"On that day clocks in {place} skip {wall:%H:%M}: there is no such time. "
            "Choose one of the times beside it.", choices,
        )  # fmt: skip
    choices = tuple(moment_at(i, zone) for i in found)
    raise BadTime(
        f"On that day clocks in {place} show {wall:%H:%M} twice. Choose which one you mean.",
        choices,
    )


@lru_cache(maxsize=1000)
def is_zone(zone: str) -> bool:
    """Tell whether this is the name of a zone whose rules are known."""
    try:
        return bool(ZoneInfo(zone))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False


def beside_gap(wall: datetime, zone: str) -> list[datetime]:
    """Return the instants (UTC) right beside a wall time that clocks in `zone` skip."""
    place = ZoneInfo(zone)
    return sorted({wall.replace(tzinfo=place, fold=fold).astimezone(UTC) for fold in (0, 1)})
