"""(c) The newest 50 items a person may see, by how many accounts he sees: time inside SQL."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, select

from bench import worlds
from bench.apps import portal
from bench.measure import Line, alternating, line, p99, processor
from bench.tree import Node, grow
from portal.content.pages import Page
from tenants.accounts import AccountClosure
from tenants.db import db
from tenants.newest import newest
from tenants.reaching import Reach
from tenants.scope import Scope, acting_in, reading
from tenants.walking import Rows

ROUNDS = {"narrow": 40, "middle": 40, "wide": 20, "all": 5}  # the natural way takes seconds
RECENT = Rows(Page, Page.changed_at, unset="trashed_at")
COLUMNS = (Page.id, Page.title, Page.changed_at)


def run(kinds: tuple[str, ...]) -> list[Line]:
    """Compare the adaptive list with the natural one, both as the portal would send them."""
    lines: list[Line] = []
    nodes = grow(worlds.SIZES["tree"].accounts)
    for kind in kinds:
        with worlds.server(kind) as socket, portal("tree", socket):
            for name, roots in _classes(nodes).items():
                lines += _compare(kind, name, roots)
    return lines


def _compare(kind: str, name: str, roots: list[Node]) -> list[Line]:
    spent: dict[bool, list[float]] = {False: [], True: []}
    designs: dict[str, Callable[[int], float]] = {
        "adaptive": lambda n: _ask(roots[n % len(roots)], spent[False], natural=False),
        "IN (subtree)": lambda n: _ask(roots[n % len(roots)], spent[True], natural=True),
    }
    ours, theirs = alternating(designs, ROUNDS[name]).values()
    met = p99(ours) <= 15
    cpu = {natural: f"processor p99 {p99(values[1:]):.1f} ms" for natural, values in spent.items()}
    return [
        line(f"newest-{name}", kind, "adaptive", ours, target="p99 <= 15 ms", met=met,
             note=cpu[False]),
        line(f"newest-{name}", kind, "IN (subtree)", theirs, ratio=p99(theirs) / p99(ours),
             note=f"ratio of p99; {cpu[True]}", more=True),
    ]  # fmt: skip


def _ask(root: Node, spent: list[float], *, natural: bool) -> float:
    """Return the milliseconds of SQL of one list, from the count of accounts to the last row.

    Both designs are sent under the same scope, so that both carry its condition.
    """
    whole = root.id == root.tenant_id
    scope = Scope("tenant", root.tenant_id, roots=(root.id,), whole_tenant=whole)
    with reading(), acting_in(scope), _noting() as sent:
        if natural:
            pairs = AccountClosure.__table__.alias("scope_closure")
            below = select(pairs.c.descendant_id).where(pairs.c.ancestor_id == root.id)
            query = select(Page).where(Page.account_id.in_(below))
            query = query.order_by(Page.changed_at.desc(), Page.id.desc()).limit(51)
        else:
            query = newest(RECENT, Reach(root.tenant_id, (root.id,), whole=whole), None, 51)
        db.session.execute(query.with_only_columns(*COLUMNS)).all()
        return _again(sent, spent)


Sent = list[tuple[str, Any]]


@contextmanager
def _noting() -> Iterator[Sent]:
    """Collect the SELECTs sent meanwhile."""
    sent: Sent = []

    def note(_c: Any, _cursor: Any, sql: str, parameters: Any, *_rest: Any) -> None:
        if sql.lstrip().startswith(("SELECT", "WITH")) and "set_config" not in sql:
            sent.append((sql, parameters))

    event.listen(db.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(db.engine, "before_cursor_execute", note)


def _again(sent: Sent, spent: list[float]) -> float:
    """Send them once more by the plain driver, to the last row, without the ORM's own time.

    Adds to `spent` the processor's milliseconds, which say more on a busy machine.
    """
    connection = db.session.connection().connection
    cursor = connection.cursor()
    server = getattr(getattr(connection.driver_connection, "info", None), "backend_pid", None)
    before, started = processor(server), time.perf_counter()
    for sql, parameters in sent:
        cursor.execute(sql, parameters).fetchall()
    ended = time.perf_counter()
    spent.append(processor(server) - before)
    return (ended - started) * 1000


def _classes(nodes: list[Node]) -> dict[str, list[Node]]:
    """Return accounts of the large tenant to stand at, by how many are below them."""
    dice = random.Random(50)  # noqa: S311 - not for secrets
    giant = nodes[1]
    inside = [node for node in nodes if node.tenant_id == giant.id and node is not giant]
    sizes = {"narrow": (1, 5), "middle": (50, 2000), "wide": (2001, len(nodes))}
    found = {
        name: dice.sample(fit, min(len(fit), 40))
        for name, (least, most) in sizes.items()
        if (fit := [node for node in inside if least <= node.size <= most])
    }
    return found | {"all": [giant]}
