"""Places in a list of pages, the newest first: what a link to the next part of a list carries."""

import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Uuid, literal, tuple_

from portal.content.pages import Page
from tenants.db import UtcDateTime

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_WRITTEN = re.compile(r"(-?[0-9]{1,17})-([0-9a-f]{32})")


class BadPlace(ValueError):
    """The text does not name a place in a list."""


@dataclass(frozen=True)
class Place:
    """Where a page stands in a list: its moment, and its id where moments are equal."""

    at: datetime
    id: uuid.UUID

    def __str__(self) -> str:
        return f"{(self.at - _EPOCH) // _MICROSECOND}-{self.id.hex}"

    @property
    def value(self) -> Any:
        """Return the place as a value to compare `column()` with."""
        return tuple_(literal(self.at, UtcDateTime()), literal(self.id, Uuid()))


def column() -> Any:
    """Return the expression that places are compared with: no offset, so depth costs nothing."""
    return tuple_(Page.published_at, Page.id)


def parse(text: str) -> Place:
    """Return the place that `str(place)` wrote. Raises BadPlace."""
    written = _WRITTEN.fullmatch(text)
    if written is None:
        raise BadPlace(text[:80])
    try:
        return Place(_EPOCH + int(written[1]) * _MICROSECOND, uuid.UUID(written[2]))
    except OverflowError:
        raise BadPlace(text[:80]) from None
