"""What verifying a chain can find, in words."""

import uuid
from dataclasses import dataclass

from tenants.seals import AuditPurge

SENTENCES = {
    "altered": "the event was altered after it was sealed",
    "removed": "the event, or its seal, was removed",
    "moved": "the seal does not follow from the one before it: altered, put in or moved",
    "cut": "the end of the chain was cut off from here on",
    "purge": "the record of a purge was altered, removed or made past the portal: what stood from "
    "here on cannot be shown to have been purged by rule",
    "unsure": "the signed checkpoint was removed",
    "unsigned": "the signature fails: rows were rewritten from here on, or the key is another one",
    "inserted": "the event was put in past the portal, without a seal",
}


@dataclass(frozen=True)
class Fault:
    """The first bad row: what was done to it, at which position, and the event if it is known."""

    kind: str
    position: int | None
    event_id: uuid.UUID | None = None

    @property
    def sentence(self) -> str:
        """Return what is wrong, and where."""
        where = f"At position {self.position}" if self.position else "Outside the chain"
        which = f" (event {self.event_id})" if self.event_id else ""
        return f"{where}{which} {SENTENCES[self.kind]}."


@dataclass(frozen=True)
class Report:
    """What verifying found. `sealed` is the last position that holds.

    `start` is the position before the first row looked at, `purged` the record of the last purge,
    and `more` says that the time was up: go on from `sealed`, which is a checkpoint then.
    """

    sealed: int
    waiting: int
    link: str
    fault: Fault | None
    start: int = 0
    purged: AuditPurge | None = None
    more: bool = False

    @property
    def sentence(self) -> str:
        """Return the result in words."""
        if self.fault is not None:
            return f"The trail was tampered with. {self.fault.sentence}"
        first = self.purged.position if self.purged else 0
        gone = ""
        if self.purged:
            day = f"{self.purged.at:%-d %B %Y}"
            gone = f" {first:,} older ones were purged by rule, the last on {day}."
        if self.more:
            return (
                f"So far the trail is whole: positions {self.start + 1:,} to {self.sealed:,}."
                f"{gone} Verify on to look at the rest."
            )
        rest = f" {self.waiting:,} newer wait for their seal." if self.waiting else ""
        what = f"{self.sealed - first:,} sealed events"
        if self.start > first:
            what = f"from position {self.start + 1:,} to the end at {self.sealed:,}"
        return f"The trail is whole: {what}, none altered or missing.{gone}{rest}"


class Broken(Exception):
    """Carries the first fault out of the walk."""

    def __init__(self, kind: str, position: int | None, event_id: uuid.UUID | None = None) -> None:
        super().__init__(kind)
        self.fault = Fault(kind, position, event_id)
