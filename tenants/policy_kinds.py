"""What kinds of policies there are: how values are read, said, and which of two is tighter.

Each kind can only tighten on the way down the tree: `join` gives what holds below two values,
`looser` tells whether one would loosen another.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol


class BadPolicy(ValueError):
    """The text is no value of this policy; the message says what is wrong."""


class Kind(Protocol):
    """What all kinds can do. Values are plain JSON."""

    def read(self, text: str) -> Any:
        """Return the value that a text stands for. Raises BadPolicy."""

    def write(self, value: Any) -> str:
        """Return the text that `read` takes."""

    def words(self, value: Any) -> str:
        """Return the value as people read it."""

    def join(self, above: Any, value: Any) -> Any:
        """Return what holds where both are set: never looser than either."""

    def looser(self, value: Any, above: Any) -> bool:
        """Tell whether `value` would allow what `above` forbids."""


@dataclass(frozen=True)
class SwitchedOn:
    """Off until somebody switches it on; then on for all below."""

    def read(self, text: str) -> Any:
        if text.strip().casefold() not in {"on", "yes", "true"}:
            raise BadPolicy("This can only be switched on. To leave it open, clear it.")
        return True

    def write(self, value: Any) -> str:
        return "on" if value else ""

    def words(self, value: Any) -> str:
        return "on" if value else "off"

    def join(self, above: Any, value: Any) -> Any:
        return above or value

    def looser(self, value: Any, above: Any) -> bool:
        return bool(above and not value)


@dataclass(frozen=True)
class Bound:
    """A whole number that only grows (`tighter` is max) or only shrinks (min) on the way down."""

    lowest: int
    highest: int
    unit: str
    one: str
    tighter: Callable[[int, int], int]

    def read(self, text: str) -> Any:
        plain = text.strip()
        if not re.fullmatch(r"[0-9]{1,9}", plain, re.ASCII):
            raise BadPolicy(f"Give a whole number of {self.unit}.")
        number = int(plain)
        if not self.lowest <= number <= self.highest:
            raise BadPolicy(f"Give a number of {self.unit} from {self.lowest} to {self.highest:,}.")
        return number

    def write(self, value: Any) -> str:
        return "" if value is None else str(value)

    def words(self, value: Any) -> str:
        if not value:
            return "no rule"
        side = "at least" if self.tighter is max else "at most"
        return f"{side} {value:,} {self.one if value == 1 else self.unit}"

    def join(self, above: Any, value: Any) -> Any:
        return value if above is None else above if value is None else self.tighter(above, value)

    def looser(self, value: Any, above: Any) -> bool:
        return bool(self.join(above, value) != value)


@dataclass(frozen=True)
class Among:
    """A set of allowed things that only narrows on the way down."""

    options: tuple[str, ...]

    def read(self, text: str) -> Any:
        asked = {part.strip().casefold() for part in re.split(r"[,\s]+", text) if part.strip()}
        unknown = sorted(asked - set(self.options))
        if unknown:
            raise BadPolicy(f"There is no {', '.join(unknown)}. Known: {', '.join(self.options)}.")
        return self._sorted(asked)

    def write(self, value: Any) -> str:
        return "\n".join(value)

    def words(self, value: Any) -> str:
        if set(value) == set(self.options):
            return "all"
        return ", ".join(value) or "none"

    def join(self, above: Any, value: Any) -> Any:
        return self._sorted(set(above) & set(value))

    def looser(self, value: Any, above: Any) -> bool:
        return not set(value) <= set(above)

    def _sorted(self, names: set[str]) -> list[str]:
        return [name for name in self.options if name in names]
