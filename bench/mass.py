"""Rows by the million, made inside the database by the same arithmetic on both."""

from sqlalchemy import Connection, text

# A multiplicative hash: spread evenly, the same everywhere, no random number generator needed.
_MIX = "((({i}) * 2654435761 + 12345) % 4294967296)"


def pages(connection: Connection, number: int, accounts: int) -> None:
    """Add that many pages: one in ten at account 3 to 12, the rest anywhere, changed at odd times.

    Account 3 gets 10,000 of a million.
    """
    mixed = _MIX.format(i="n.i")
    account = f"CASE WHEN n.i % 100 < 10 THEN 3 + n.i % 10 ELSE {mixed} % {accounts} END"
    moment = _moment(connection, f"{mixed} % 15552000")
    _insert(
        connection, number, "page",
        {
            "id": _id(connection, 4), "tenant_id": "a.tenant_id", "account_id": "a.id",
            "type": "CASE WHEN n.i % 5 = 0 THEN 'page' ELSE 'post' END",
            "title": "'Item ' || n.i", "position": "0", "created_at": moment,
            "changed_at": moment,
        },
        account,
    )  # fmt: skip


def content(connection: Connection, number: int, accounts: int, first: int = 0) -> None:
    """Add that many pages in all states, every second one at account 2, by the same few authors.

    With `first` only that many are there, and the rest anywhere. Their revisions are ids only:
    lists do not read them.
    """
    mixed = _MIX.format(i="n.i")
    state = "(n.i / 2) % 1000"
    live = f"CASE WHEN {state} < 900 OR {state} >= 980 AND {state} < 999 THEN"
    other = _id(connection, 7, "n.i + 1")
    moment = _moment(connection, f"{mixed} % 15552000")
    _insert(
        connection, number, "page",
        {
            "id": _id(connection, 4), "tenant_id": "a.tenant_id", "account_id": "a.id",
            "type": "CASE WHEN n.i % 5 = 0 THEN 'page' ELSE 'post' END",
            "title": "'Item ' || n.i", "position": "0", "created_at": moment,
            "changed_at": moment, "author_id": _id(connection, 2, "n.i % 200"),
            "draft_revision_id": _id(connection, 7),
            "live_revision_id": f"CASE WHEN {state} < 900 THEN {_id(connection, 7)} "
            f"WHEN {state} >= 980 AND {state} < 999 THEN {other} END",
            "address": f"{live} '/posts/item-' || n.i || '/' END",
            "published_at": f"{live} {moment} END",
            "unpublished_at": f"CASE WHEN {state} = 999 THEN {moment} END",
            "trashed_by_label": "''",
        },
        f"CASE WHEN {f'n.i <= {first}' if first else 'n.i % 2 = 0'} "
        f"THEN 2 ELSE {mixed} % {accounts} END",
    )  # fmt: skip


def events(connection: Connection, number: int, accounts: int, first: int = 0) -> None:
    """Add that many events, later ones with later ids, at any account, `first` of them at two."""
    _insert(
        connection, number, "audit_event",
        {
            "id": _id(connection, 5), "tenant_id": "a.tenant_id", "account_id": "a.id",
            "at": _moment(connection, f"n.i * 15552000 / {number}"),
            "event": "CASE WHEN n.i % 7 = 0 THEN 'page.published' ELSE 'page.edited' END",
            "outcome": "'done'", "target_type": "'page'", "target_id": "a.id",
            "target_label": "'Item ' || n.i", "actor_id": "a.id",
            "actor_label": "'person' || (n.i % 5000) || '@bench.example'",
            "on_behalf_of": "''", "request_id": "''", "address": "''", "reason": "''",
            "changes": "'{}'", "facts": "'{\"number\": 1}'",
        },
        f"CASE WHEN n.i <= {first} THEN 2 ELSE {_MIX.format(i='n.i')} % {accounts} END",
    )  # fmt: skip


def schedules(connection: Connection, number: int) -> None:
    """Add that many waiting schedules at account 3, for the first page there."""
    page = connection.scalar(
        text("SELECT p.id FROM page p JOIN bench_account a ON a.id = p.account_id WHERE a.number=3")
    )
    quoted = f"'{page}'"
    quoted += "\\:\\:uuid" if connection.dialect.name == "postgresql" else ""
    _insert(
        connection, number, "schedule",
        {
            "id": _id(connection, 6), "tenant_id": "a.tenant_id", "account_id": "a.id",
            "page_id": quoted, "page_title": "'Item ' || n.i", "what": "'publish'",
            "due_at": _moment(connection, "3000000000 + n.i"), "wall_time": "'2026-07-01T12:00'",
            "zone": "'UTC'", "offset_minutes": "0", "state": "'pending'", "moves": "0",
            "approver_label": "'bench'", "created_at": _moment(connection, "n.i"), "cause": "''",
        },
        "3",
    )  # fmt: skip


def closure(connection: Connection) -> None:
    """Add every pair of ancestor and descendant, from the accounts' parents."""
    connection.execute(
        text(
            "INSERT INTO account_closure (ancestor_id, descendant_id, distance, tenant_id) "
            "WITH RECURSIVE up(ancestor_id, descendant_id, distance, tenant_id) AS ("
            "SELECT id, id, 0, tenant_id FROM account UNION ALL "
            "SELECT a.parent_id, up.descendant_id, up.distance + 1, up.tenant_id "
            "FROM up JOIN account a ON a.id = up.ancestor_id WHERE a.parent_id IS NOT NULL) "
            "SELECT ancestor_id, descendant_id, distance, tenant_id FROM up"
        )
    )


def _insert(
    connection: Connection, number: int, table: str, values: dict[str, str], account: str
) -> None:
    """Insert rows numbered from 1, each joined (`a`) to the account whose number it comes to."""
    statement = (
        f"INSERT INTO {table} ({', '.join(values)}) SELECT {', '.join(values.values())} "
        f"FROM {_numbers(connection, number)} JOIN bench_account a ON a.number = {account}"
    )
    connection.execute(text(statement))


def _numbers(connection: Connection, number: int) -> str:
    if connection.dialect.name == "postgresql":
        return f"(SELECT i\\:\\:bigint AS i FROM generate_series(1, {number}) AS g(i)) n"
    return (
        "(WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c "
        f"WHERE i < {number}) SELECT i FROM c) n"
    )


def _id(connection: Connection, kind: int, number: str = "n.i") -> str:
    head = f"{kind:08x}00007000800"
    if connection.dialect.name == "postgresql":
        return f"('{head}' || lpad(to_hex({number}), 13, '0'))\\:\\:uuid"
    return f"('{head}' || printf('%013x', {number}))"


def _moment(connection: Connection, seconds: str) -> str:
    """Return the instant that many seconds after 2026 began."""
    if connection.dialect.name == "postgresql":
        return f"timestamptz '2026-01-01 00\\:00\\:00+00' + ({seconds}) * interval '1 second'"
    return f"strftime('%Y-%m-%d %H\\:%M\\:%f000', '2026-01-01', '+' || ({seconds}) || ' seconds')"
