"""Writes acknowledged rows to SQLite until it is killed: `writer(path, line)`.

As the portal opens it: the same pragmas, a transaction a row.
"""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import create_engine, text

from tenants import engines


def write_for_ever(path: Path, acknowledge: int, begin: int) -> None:
    """Insert numbers from `begin` on; after each commit its number goes down the pipe."""
    engine = create_engine(f"sqlite:///{path}")
    engines.configure(engine)
    number = begin
    with engine.connect() as connection:
        while True:
            row = {"name": f"n-{number}", "at": "2026-01-01 00:00:00.000000"}
            connection.execute(text("INSERT INTO heartbeat (name, at) VALUES (:name, :at)"), row)
            connection.commit()
            os.write(acknowledge, f"{number}\n".encode())
            number += 1


def acknowledged(line: int) -> list[int]:
    """What had come down the pipe when its far end was closed."""
    with os.fdopen(line) as stream:
        return [int(number) for number in stream.read().split()]
