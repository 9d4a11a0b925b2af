"""Wall times after the rules of their zone changed: what they mean today."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from portal.content.moments import instants, moment_at
from portal.content.outcome_words import VERBS, name_of


def meant_now(wall_time: str, zone: str, due_at: datetime) -> datetime | None:
    """Return the instant (UTC) a wall time means by today's rules, where that is not `due_at`.

    Of two the nearer one; where clocks skip the time, what it would be by the rules before. None
    when nothing changed, and for a zone that is not known any more.
    """
    try:
        place = ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None
    local = due_at.astimezone(place).replace(tzinfo=None)
    if local.isoformat(timespec="seconds") == wall_time:
        return None
    wall = datetime.fromisoformat(wall_time)
    found = instants(wall, zone) or [wall.replace(tzinfo=place).astimezone(UTC)]
    nearest = min(found, key=lambda at: abs(at - due_at))
    return nearest if nearest != due_at else None


def rules_sentence(row: Any, meant: datetime) -> str:
    """Return what changed about a schedule, for whoever is to decide which time holds."""
    minutes = round(abs((meant - row.due_at).total_seconds()) / 60)
    hours, rest = divmod(minutes, 60)
    by = " and ".join(
        f"{number} {unit}{'' if number == 1 else 's'}"
        for number, unit in ((hours, "hour"), (rest, "minute")) if number
    )  # fmt: skip
    side = "later" if meant > row.due_at else "earlier"
    return (
        f"The rules of a time zone changed: {name_of(row)} is to go {VERBS[row.what]} on "
        f"{moment_at(row.due_at, row.zone).sentence}. The time that was asked for is {by} {side} "
        f"now, {moment_at(meant, row.zone).sentence}. Decide which one holds."
    )
