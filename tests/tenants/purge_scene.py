"""Every way to tamper around the place where a chain was cut."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection

from tenants.clock import now
from tenants.seals import AuditPurge, link_of
from tests.fixtures.cast import Cast
from tests.isolation.world import table_of
from tests.tenants.chain_scene import EVENT, SEAL

PURGE = table_of(AuditPurge)


def seals(connection: Connection, cast: Cast) -> list[Any]:
    mine = SEAL.select().where(SEAL.c.tenant_id == cast.acme.id)
    return list(connection.execute(mine.order_by(SEAL.c.position)))


Tamper = Callable[[Connection, Cast, dict[str, Any]], None]


def delete_the_record(connection: Connection, cast: Cast, _kept: dict[str, Any]) -> None:
    connection.execute(PURGE.delete())


def alter_the_record(column: str, value: Any) -> Tamper:
    def tamper(connection: Connection, _cast: Cast, _kept: dict[str, Any]) -> None:
        connection.execute(PURGE.update().values({column: value}))

    return tamper


def move_the_record_on(connection: Connection, cast: Cast, _kept: dict[str, Any]) -> None:
    """Purge further by hand, without the key: the record, the events, the seals."""
    row = seals(connection, cast)[2]
    connection.execute(PURGE.update().values(position=row.position, link=row.link))
    purge_by_hand(connection, cast, row.position)


def purge_by_hand(connection: Connection, cast: Cast, position: int) -> None:
    for row in seals(connection, cast):
        if row.position <= position:
            connection.execute(EVENT.delete().where(EVENT.c.id == row.id))
            connection.execute(SEAL.delete().where(SEAL.c.id == row.id))


def delete_the_first_that_is_left(connection: Connection, cast: Cast, _k: dict[str, Any]) -> None:
    purge_by_hand(connection, cast, seals(connection, cast)[0].position)


def delete_the_first_event(connection: Connection, cast: Cast, _kept: dict[str, Any]) -> None:
    connection.execute(EVENT.delete().where(EVENT.c.id == seals(connection, cast)[0].id))


def bring_an_event_back(connection: Connection, _cast: Cast, kept: dict[str, Any]) -> None:
    connection.execute(EVENT.insert(), kept["event"])


def bring_one_back_with_its_seal(connection: Connection, _c: Cast, kept: dict[str, Any]) -> None:
    connection.execute(EVENT.insert(), kept["event"])
    connection.execute(SEAL.insert(), kept["seal"])


def swap_the_first_two(connection: Connection, cast: Cast, _kept: dict[str, Any]) -> None:
    one, two = seals(connection, cast)[:2]
    for row, position in ((one, -1), (two, one.position), (one, two.position)):
        connection.execute(SEAL.update().where(SEAL.c.id == row.id).values(position=position))


def start_a_new_chain_at_the_cut(connection: Connection, cast: Cast, _k: dict[str, Any]) -> None:
    link = "a" * 64
    connection.execute(PURGE.update().values(link=link))
    for row in seals(connection, cast):
        link = link_of(row.tenant_id, row.position, row.id, row.digest, link)
        connection.execute(SEAL.update().where(SEAL.c.id == row.id).values(link=link))


AROUND: dict[str, Tamper] = {
    each.__name__: each
    for each in (
        delete_the_record, move_the_record_on, delete_the_first_that_is_left,
        delete_the_first_event, bring_an_event_back, bring_one_back_with_its_seal,
        swap_the_first_two, start_a_new_chain_at_the_cut,
    )
} | {
    f"alter the record's {column}": alter_the_record(column, value)
    for column, value in (
        ("position", 3), ("previous", 1), ("link", "f" * 64), ("signature", "f" * 64),
        ("until", now()), ("at", now()),
    )
}  # fmt: skip
