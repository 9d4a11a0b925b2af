"""Lists by keyset: a page of rows, and the key from which the next one begins."""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, tuple_

from tenants.clock import now
from tenants.db import db

PER_PAGE = 50


@dataclass(frozen=True)
class Slice:
    """Some rows, and the key of the last one when there are older ones."""

    rows: list[Any]
    older: str | None


def latest(query: Select[Any], kind: Any, before: str | None, most: int = PER_PAGE) -> Slice:
    """Return a page of the rows of a class, the latest made first, from a key on. One statement."""
    at = (kind.created_at, kind.id)
    if before:
        query = query.where(tuple_(*at) < tuple_(*parse_key(before)))
    found = list(db.session.scalars(query.order_by(*(c.desc() for c in at)).limit(most + 1)))
    last = found[most - 1] if len(found) > most else None
    return Slice(found[:most], key_of(last.created_at, last.id) if last else None)


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
