"""What stands against carrying out a schedule when its moment has come.

Asked the same way of one schedule and of hundreds at once; nothing here asks the database.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from portal.content.pages import digest_now
from tenants.accounts import AccountRef
from tenants.decisions import Actor, can
from tenants.permissions import Permission


@dataclass(frozen=True)
class Verdict:
    """Why a schedule is not carried out: `held` for a person to decide, or `skipped` for good."""

    state: Literal["held", "skipped"]
    cause: str


def verdict_on_right(
    row: Any, account: AccountRef | None, approver: Actor | None
) -> Verdict | None:
    """Return what stands against it in the rights of whoever answers for it."""
    if approver is None or account is None:
        return Verdict(
            "held", f"{row.approver_label} cannot sign in any more; somebody else must approve it."
        )
    decision = can(approver, Permission.PAGE_PUBLISH, account)
    return None if decision.allowed else Verdict("held", decision.sentence)


def is_entitled(account: AccountRef | None, approver: Actor | None) -> bool:
    """Tell whether nothing stands against it in the rights of whoever answers for it."""
    if approver is None or account is None:
        return False
    return can(approver, Permission.PAGE_PUBLISH, account).allowed


def verdict_on_delay(row: Any, moment: datetime) -> Verdict | None:
    """Return what the editor wanted when it is carried out late. `moment` is now, UTC."""
    delay = moment - row.due_at
    if row.late_policy == "publish" or delay <= timedelta(minutes=row.late_minutes):
        return None
    late = f"It was {delay_words(delay)} late, more than the {minutes_words(row.late_minutes)}"
    if row.late_policy == "skip":
        return Verdict("skipped", f"{late} after which it was to be skipped.")
    return Verdict("held", f"{late} after which you wanted to be asked. Decide what is to happen.")


def verdict_on_window(row: Any, offline_at: datetime | None) -> Verdict | None:
    """Return that its time is over: by another schedule it was to go offline at `offline_at`."""
    if row.what != "publish" or offline_at is None or offline_at <= row.due_at:
        return None
    return Verdict(
        "skipped",
        "Its time was over before it could be carried out: it was to be offline again by then.",
    )


_OTHER = Verdict("held", "The text is no longer the one that was scheduled.")


def verdict_on_revision(row: Any, revision: Any, live_number: int | None) -> Verdict | None:
    """Return what `verdict_on_text` says of a revision as it is; of none, that it is another."""
    if revision is None:
        return _OTHER
    return verdict_on_text(row, digest_now(revision), revision.number, live_number)


def verdict_on_text(row: Any, digest: str, number: int, live_number: int | None) -> Verdict | None:
    """Return what is wrong with a text: it must be the one scheduled, and no older than live.

    `digest` is of what it says now, `number` its revision's.
    """
    if digest != row.revision_digest:
        return _OTHER
    if live_number is not None and live_number > number:
        return Verdict(
            "held",
            f"Revision {live_number}, which is newer than the scheduled revision "
            f"{number}, is live already.",
        )
    return None


def delay_words(delay: timedelta) -> str:
    """Return e.g. `3 days`, `2 hours` or `5 minutes`, rounded down."""
    for unit, length in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        number = int(delay.total_seconds() // length)
        if number:
            return f"{number} {unit}{'s' if number > 1 else ''}"
    return "less than a minute"


def minutes_words(minutes: int) -> str:
    """Return e.g. `1 minute` or `90 minutes`."""
    return f"{minutes} minute{'' if minutes == 1 else 's'}"
