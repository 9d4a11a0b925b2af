"""Lists by keyset: a page of rows, and the key from which the next one begins."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tenants.clock import now

PER_PAGE = 50


@dataclass(frozen=True)
class Slice:
    """Some rows, and the key of the last one when there are older ones."""

    rows: list[Any]
    older: str | None


def key_of(moment: datetime, row_id: uuid.UUID) -> str:
    """Return a row's place in a list as it stands in a URL."""
    return f"{moment.isoformat()}~{row_id.hex}"


def parse_key(key: str) -> tuple[datetime, uuid.UUID]:
    """Return the place a key stands for. A key that is none stands for the present."""
    moment, _, row_id = key.partition("~")
    try:
        parsed = datetime.fromisoformat(moment)
        return (parsed, uuid.UUID(hex=row_id)) if parsed.tzinfo else (now(), uuid.UUID(int=0))
    except ValueError:
        return now(), uuid.UUID(int=0)
