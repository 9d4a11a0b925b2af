"""What readers may see of an item when one thing is done after the other, and nothing fails.

Faults may delay it; they must not change it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tests.faults.items import Item
from tests.faults.recorder import Seen


@dataclass
class Modelled:
    """One item: when its text may be public at the earliest, and from when on never again.

    `closed` is when an act that forbids it ended. What `needs_approval` must not be public before
    `asked_at`, when somebody began to approve it, and is approved from `approved_at` on.
    """

    item: Item
    opens: datetime
    closed: datetime | None = None
    needs_approval: bool = False
    asked_at: datetime | None = None
    approved_at: datetime | None = None
    forbidden: list[str] = field(default_factory=list)
    acts: list[str] = field(default_factory=list)

    @classmethod
    def of(cls, item: Item) -> Modelled:
        return cls(item, item.due_at)

    def moved(self, item: Item) -> None:
        """A move that was accepted: it was not carried out before, so only the new time counts."""
        self.item, self.opens = item, item.due_at
        self.acts.append(f"moved to {item.due_at:%H:%M:%S}")

    def cancelled(self, item: Item, at: datetime) -> None:
        self.item, self.closed = item, at
        self.acts.append("cancelled")

    def trashed(self, item: Item, at: datetime, was_done: bool) -> None:
        self.item = replace(item, ends="done" if was_done else "cancelled")
        self.closed = at
        self.acts.append("trashed")

    def approved(self, since: datetime, at: datetime) -> None:
        self.asked_at, self.approved_at = since, at
        self.acts.append(f"approved at {at:%H:%M:%S}")

    @property
    def approved_in_time(self) -> bool:
        return self.approved_at is not None and self.approved_at < self.item.due_at

    def edited(self, words: str) -> None:
        self.forbidden.append(words)
        self.acts.append("edited")

    def wrong(self, history: Sequence[Seen]) -> list[str]:
        """What was seen that must not be, in sentences with the item's acts."""
        found = []
        for seen in history:
            if seen.status != 200:
                continue
            if seen.told_at < self.opens and self.item.words in seen.text:
                found.append(f"public at {seen.told_at}, due {self.opens}")
            if self.needs_approval and (self.asked_at is None or seen.told_at < self.asked_at):
                found.append(f"public at {seen.told_at} without an approval")
            if self.closed is not None and seen.asked_at > self.closed:
                found.append(f"public at {seen.asked_at}, closed at {self.closed}")
            found += [f"unscheduled text “{words}”" for words in self.forbidden
                      if words in seen.text]  # fmt: skip
        return [f"{self.item.path}: {each} (acts: {self.acts})" for each in found]


@dataclass(frozen=True)
class Shut:
    """A time during which the account was suspended."""

    since: datetime
    until: datetime

    def touches(self, due: datetime, grace: timedelta) -> bool:
        return self.since - grace <= due <= self.until
