"""Carrying out what is due: claimed, asked again, done once, never early, never silently.

The rows decide. Any number of processes may call this at the same time: what one has claimed the
others leave alone. What is plain is carried out by the thousand (`due_together`), the rest one by
one (`due_alone`), by the same rules (`due_rules`).
"""

import time
from collections import deque
from itertools import takewhile

from portal.content.due_alone import carry_out
from portal.content.due_together import carry_out_plain
from portal.content.due_world import Crowd, crowds_due, world_of

BATCH = 2500
LEAST, PARTS = 500, 2
"""A crowd is done by halves where that makes neither more than BATCH at once nor fewer than LEAST:
two schedulers then end together, instead of one waiting for the other's last thousands."""
SECONDS, LONGER = 1.0, 4.0
"""What goes one by one may take LONGER than the seconds asked for, then others have their turn."""


def publish_due(batch: int = BATCH, seconds: float = SECONDS) -> int:
    """Carry out what is due by the database's clock; return how many schedules came to an end.

    Tenants take turns, at most `batch` schedules each, those with the fewest first, and within a
    tenant the longest due. Returns after about `seconds`, though more may be due. Raises
    what tells of it when the database is out of reach: what is due then stays pending.
    """
    number, until = 0, time.monotonic() + seconds
    waiting = deque(crowds_due())
    while waiting:
        crowd = waiting.popleft()
        done, more = _some_of(crowd, turn_of(crowd.number, batch), until + LONGER)
        number += done
        if time.monotonic() > until:
            break
        if more:
            waiting.append(crowd)
    return number


def turn_of(number: int, batch: int = BATCH) -> int:
    """Return how many of a crowd of `number` are carried out at once."""
    return min(batch, max(LEAST, -(-number // PARTS)))


def _some_of(crowd: Crowd, batch: int, until: float) -> tuple[int, bool]:
    """Carry out a tenant's next schedules; tell how many, and whether there may be more.

    What goes one by one is broken off at `until` (monotonic seconds): others are due meanwhile.
    """
    world = world_of(crowd)
    plain = carry_out_plain(crowd.tenant_id, world, batch)
    in_time = takewhile(lambda _: time.monotonic() <= until, plain.rest)
    alone = [carry_out(due, world) for due in in_time]
    return plain.number + sum(alone), plain.claimed == batch and bool(plain.number or any(alone))
