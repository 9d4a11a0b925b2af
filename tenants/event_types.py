"""What a kind of event is: its name, its sentence, and the facts it must bring."""

from dataclasses import dataclass

TITLES = frozenset({"folder", "other", "source"})
"""Facts that name content beside the event's target."""


@dataclass(frozen=True)
class EventType:
    """A kind of event: its name, the sentence people read, and the keys its facts must have."""

    name: str
    sentence: str
    keys: frozenset[str] = frozenset()


def event(name: str, sentence: str, *keys: str) -> EventType:
    """Return a kind of event; `keys` are the facts it must bring."""
    return EventType(name, sentence, frozenset(keys))
