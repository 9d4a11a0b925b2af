"""Why something cannot be done with content, in sentences for the person who tried."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portal.content.locks import PageLock
    from portal.content.moments import Moment


class Problem(ValueError):
    """The request cannot be carried out; the message says what is wrong and what to do."""


class AddressTaken(Problem):
    """Another page of this site has the address."""


class Stale(Problem):
    """Somebody saved in between. `theirs` is what stands now; nothing was overwritten."""

    def __init__(self, message: str, theirs: object) -> None:
        super().__init__(message)
        self.theirs = theirs


class Locked(Problem):
    """Somebody else has the page for himself. `lock` says who and until when; nothing was saved."""

    def __init__(self, message: str, lock: "PageLock") -> None:
        super().__init__(message)
        self.lock = lock


class BadTime(Problem):
    """The moment asked for cannot be used; `choices` are instants to choose from, if any."""

    def __init__(self, message: str, choices: "tuple[Moment, ...]" = ()) -> None:
        super().__init__(message)
        self.choices = choices
