"""A sealed trail, a way past its triggers, and every way to tamper with it."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import Connection, create_engine, text

from portal.jobs.seals import seal_waiting
from tenants.audit import AuditEvent, record
from tenants.db import db, new_id
from tenants.events import Event
from tenants.scope import acting_in, tenant_scope
from tenants.seals import AuditSeal, digest_of, link_of, plain_event
from tests.fixtures.cast import Cast
from tests.fixtures.pages import TESTS
from tests.isolation.world import superuser_url, table_of

KEY = b"for tests"
ODD = ("plain", "Zoë “quoted” ☕", 'line\nbreak \u2028 \\ "', "", "\u202eright to left", "1.50")
EVENT, SEAL = table_of(AuditEvent), table_of(AuditSeal)


def add_events(cast: Cast, count: int, seed: int) -> None:
    """Some events with odd texts and numbers; committed."""
    dice = random.Random(seed)  # noqa: S311 - repeatable, not secret
    with acting_in(tenant_scope(cast.acme.id)):
        for number in range(count):
            record(
                Event.ACCOUNT_CHANGED, cast.acme, by=TESTS, reason=dice.choice(ODD),
                account_id=dice.choice([cast.acme.id, cast.berlin.id]), tenant_id=cast.acme.id,
                changes={"name": [dice.choice(ODD), number], "ratio": [0.1 * number, None]},
            )  # fmt: skip
        db.session.commit()


def seal_all(app: Flask) -> int:
    """Seal with the app's own key until nothing waits."""
    total = 0
    while count := seal_waiting(5):
        total += count
    return total


@contextmanager
def past_triggers(url: str) -> Iterator[Connection]:
    """A connection that every trigger and policy lets pass; the triggers come back at the end."""
    engine = create_engine(superuser_url(url))
    triggers: list[Any] = []
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
            triggers = list(connection.execute(text(query)))
            for name, _ in triggers:
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("SET session_replication_role = replica"))
        yield connection
        for _, sql in triggers:
            connection.execute(text(sql))
        connection.commit()
    engine.dispose()


Tamper = Callable[[Connection, random.Random, list[Any]], int]
WAYS: dict[str, Tamper] = {}


def way(function: Tamper) -> Tamper:
    WAYS[function.__name__] = function
    return function


def other(value: Any, name: str) -> Any:
    """Another value of the same kind."""
    if isinstance(value, dict):
        return {**value, "tampered": 1}
    if hasattr(value, "isoformat"):
        return value.replace(year=value.year - 1)
    if isinstance(value, uuid.UUID) or name in {"actor_id", "target_id"}:
        return new_id()
    return f"{value}x"[-16:]


def change(column: str) -> Tamper:
    def tamper(connection: Connection, dice: random.Random, rows: list[Any]) -> int:
        place = dice.randrange(len(rows))
        event = EVENT.c.id == rows[place].id
        before = connection.execute(EVENT.select().where(event)).one()._mapping[column]
        values = {column: other(before, column)}
        connection.execute(EVENT.update().where(event).values(values))
        return place + 1

    return tamper


for each in EVENT.columns:
    WAYS[f"change {each.name}"] = change(each.name)


@way
def delete_event(connection: Connection, dice: random.Random, rows: list[Any]) -> int:
    place = dice.randrange(len(rows))
    connection.execute(EVENT.delete().where(EVENT.c.id == rows[place].id))
    return place + 1


@way
def delete_seal(connection: Connection, dice: random.Random, rows: list[Any]) -> int:
    place = dice.randrange(len(rows))
    connection.execute(SEAL.delete().where(SEAL.c.id == rows[place].id))
    return place + 1


@way
def delete_both(connection: Connection, dice: random.Random, rows: list[Any]) -> int:
    place = delete_event(connection, dice, rows)
    connection.execute(SEAL.delete().where(SEAL.c.id == rows[place - 1].id))
    return place


@way
def delete_the_end(connection: Connection, dice: random.Random, rows: list[Any]) -> int:
    place = dice.randrange(len(rows))
    for row in rows[place:]:
        connection.execute(EVENT.delete().where(EVENT.c.id == row.id))
        connection.execute(SEAL.delete().where(SEAL.c.id == row.id))
    return place + 1


@way
def insert_event(connection: Connection, dice: random.Random, rows: list[Any]) -> int:
    event = connection.execute(EVENT.select().where(EVENT.c.id == dice.choice(rows).id)).one()
    connection.execute(EVENT.insert().values({**event._mapping, "id": new_id()}))
    return 0


@way
def swap_times(connection: Connection, dice: random.Random, rows: list[Any]) -> int:
    one, two = sorted(dice.sample(range(len(rows)), 2))
    times = [
        connection.execute(EVENT.select().where(EVENT.c.id == rows[n].id)).one().at
        for n in (one, two)
    ]
    for number, at in ((one, times[1]), (two, times[0])):
        connection.execute(EVENT.update().where(EVENT.c.id == rows[number].id).values(at=at))
    return one + 1


@way
def swap_positions(connection: Connection, dice: random.Random, rows: list[Any]) -> int:
    one, two = sorted(dice.sample(range(len(rows)), 2))
    for number, position in ((one, -1), (two, one + 1), (one, two + 1)):
        found = SEAL.c.id == rows[number].id
        connection.execute(SEAL.update().where(found).values(position=position))
    return one + 1


def change_seal(column: str) -> Tamper:
    def tamper(connection: Connection, dice: random.Random, rows: list[Any]) -> int:
        place = dice.randrange(len(rows))
        before = rows[place]._mapping[column]
        value = before + 10**6 if isinstance(before, int) else other(before, column)
        where = SEAL.c.id == rows[place].id
        if column == "account_id":
            value = next(r.account_id for r in rows if r.account_id != before)
        connection.execute(SEAL.update().where(where).values({column: value}))
        return place + 1

    return tamper


for each in SEAL.columns:
    WAYS[f"change the seal's {each.name}"] = change_seal(each.name)


@way
def insert_with_a_chain_made_anew(
    connection: Connection, dice: random.Random, rows: list[Any]
) -> int:
    """The strongest: alter an event and compute every later seal again, all but the signature."""
    place = dice.randrange(len(rows))
    where = EVENT.c.id == rows[place].id
    connection.execute(EVENT.update().where(where).values(reason="All is well."))
    event = connection.execute(EVENT.select().where(where)).one()
    link = rows[place - 1].link if place else "0" * 64
    for number, row in enumerate(rows[place:], start=place + 1):
        digest = digest_of(plain_event(dict(event._mapping))) if number == place + 1 else row.digest
        link = link_of(row.tenant_id, number, row.id, digest, link)
        values = {"digest": digest, "link": link}
        connection.execute(SEAL.update().where(SEAL.c.id == row.id).values(values))
    return place + 1
