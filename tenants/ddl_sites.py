"""Triggers that write down what changed in a site, whoever changed it and by whatever statement.

`site_change` is the log: one row for each change that readers could see. `page_id` names the page
when nothing but its text is another; `below` says that the sites of all accounts below are touched
too; `look` that the change is one of looks, which may be shown a little later.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, text

PLACE = (
    "type", "parent_id", "position", "address", "published_at", "unpublished_at",
    "access_password_hash", "trashed_at",
)  # fmt: skip
"""What of a page, besides its text, readers could tell: then more than one page is another."""


@dataclass(frozen=True)
class Watched:
    """A table whose changes readers see. `columns`: of an update only these count; empty for all.

    `account` is the column that names the account.
    """

    table: str
    columns: tuple[str, ...] = ()
    verbs: tuple[str, ...] = ("INSERT", "UPDATE", "DELETE")
    account: str = "account_id"
    below: bool = False
    look: bool = False


WATCHED = (
    Watched("site", look=True),
    Watched("menu", look=True),
    Watched("redirect"),
    Watched("term", verbs=("UPDATE", "DELETE")),
    Watched("page_term"),
    Watched("page_language"),
    Watched("media", ("name", "alt", "caption", "decorative", "focal_x", "focal_y", "number",
                      "trashed_at"), ("UPDATE",)),
    Watched("media_version", ("renditions", "ready_at"), ("UPDATE",)),
    Watched("content_type", below=True),
    Watched("content_field", below=True),
    Watched("account", ("name", "handle", "state", "halted", "accent", "logo", "zone", "path"),
            ("UPDATE",), account="id", below=True),
)  # fmt: skip
_INTO = "INSERT INTO site_change (tenant_id, account_id, page_id, below, look, mark, at)"
_MARK = "pg_current_xact_id()::text::bigint, extract(epoch FROM clock_timestamp())::bigint"
_CLOCK = "NULL, CAST(strftime('%s', 'now') AS INTEGER)"


def watch_tables(connection: Connection, tables: Iterable[Watched]) -> None:
    """Have the changes of these tables written down."""
    for each in tables:
        for verb in each.verbs:
            _watch(connection, each, verb)


def unwatch_tables(connection: Connection, tables: Iterable[Watched]) -> None:
    """Undo `watch_tables`."""
    for each in tables:
        for verb in each.verbs:
            _drop(connection, each.table, verb)


def watch_pages(connection: Connection, place: tuple[str, ...] = PLACE) -> None:
    """Have the changes of live pages written down: of many by one statement, where that can be.

    `place` are the columns by which more than one page is another.
    """
    pages = _pages_postgresql if connection.dialect.name == "postgresql" else _pages_sqlite
    pages(connection, place)


def unwatch_pages(connection: Connection) -> None:
    """Undo `watch_pages`."""
    for verb in ("INSERT", "UPDATE", "DELETE"):
        _drop(connection, "page", verb)


def _watch(connection: Connection, each: Watched, verb: str) -> None:
    row = "OLD" if verb == "DELETE" else "NEW"
    postgresql = connection.dialect.name == "postgresql"
    clock = _MARK if postgresql else _CLOCK
    below, look = (
        str(flag).lower() if postgresql else int(flag) for flag in (each.below, each.look)
    )
    values = f"{row}.tenant_id, {row}.{each.account}, NULL, {below}, {look}, {clock}"
    when = f"{row}.tenant_id IS NOT NULL"
    if verb == "UPDATE" and each.columns:
        differ = "IS DISTINCT FROM" if postgresql else "IS NOT"
        said = [f"{name}::text" if postgresql else name for name in each.columns]
        told = (f"OLD.{name} {differ} NEW.{name}" for name in said)
        when = f"{when} AND ({' OR '.join(told)})"
    _trigger(connection, each.table, verb, when, f"{_INTO} VALUES ({values})")


def _trigger(connection: Connection, table: str, verb: str, when: str, statement: str) -> None:
    name = f"{table}_seen_{verb.lower()}"
    head = f"CREATE TRIGGER {name} AFTER {verb} ON {table} FOR EACH ROW WHEN ({when})"
    if connection.dialect.name != "postgresql":
        connection.execute(text(f"{head} BEGIN {statement}; END"))
        return
    _function(connection, name, f"{statement};")
    connection.execute(text(f"{head} EXECUTE FUNCTION {name}()"))


def _function(connection: Connection, name: str, body: str) -> None:
    connection.execute(
        text(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN {body} RETURN NULL; END $$"
        )
    )


def _drop(connection: Connection, table: str, verb: str) -> None:
    name = f"{table}_seen_{verb.lower()}"
    if connection.dialect.name != "postgresql":
        connection.execute(text(f"DROP TRIGGER {name}"))
        return
    connection.execute(text(f"DROP TRIGGER {name} ON {table}"))
    connection.execute(text(f"DROP FUNCTION {name}()"))


def _only_text(old: str, new: str, term_ids: str, place: tuple[str, ...]) -> str:
    """Return SQL that holds when nothing of a live page but its text became another."""
    differ = " AND ".join(f"{old}.{name} IS NOT DISTINCT FROM {new}.{name}" for name in place)
    said = f"title, slug, {term_ids}"
    return (
        f"{differ} AND {new}.type <> 'block' AND {old}.account_id = {new}.account_id AND EXISTS ("
        f"SELECT 1 FROM (SELECT {said} FROM revision WHERE id = {old}.live_revision_id) a "
        f"JOIN (SELECT {said} FROM revision WHERE id = {new}.live_revision_id) b "
        f"ON a.title = b.title AND a.slug = b.slug AND a.terms = b.terms)"
    )


def _seen(old: str, new: str, place: tuple[str, ...]) -> str:
    """Return SQL that holds when an update of a page is one that readers could see."""
    names = ("live_revision_id", "account_id", *place)
    changed = " OR ".join(f"{old}.{name} IS DISTINCT FROM {new}.{name}" for name in names)
    live = f"{old}.live_revision_id IS NOT NULL OR {new}.live_revision_id IS NOT NULL"
    off = f"{old}.unpublished_at IS DISTINCT FROM {new}.unpublished_at"
    return f"({live} OR {off}) AND ({changed})"


def _pages_postgresql(connection: Connection, place: tuple[str, ...]) -> None:
    for verb, tables, row in (
        ("INSERT", "NEW TABLE AS there", "live_revision_id IS NOT NULL"),
        ("DELETE", "OLD TABLE AS there", "live_revision_id IS NOT NULL"),
    ):
        _statement_trigger(
            connection, verb, tables,
            f"{_INTO} SELECT DISTINCT tenant_id, account_id, NULL::uuid, type = 'block', false, "
            f"{_MARK} FROM there WHERE {row};",
        )  # fmt: skip
    one = _only_text("o", "n", "term_ids::text AS terms", place)
    rows = (
        f"SELECT DISTINCT x.tenant_id, x.account_id, CASE WHEN {one} THEN n.id END, "
        f"n.type = 'block', false, {_MARK} FROM was o JOIN became n ON n.id = o.id "
        "CROSS JOIN LATERAL (VALUES (o.tenant_id, o.account_id), (n.tenant_id, n.account_id)) "
        f"AS x (tenant_id, account_id) WHERE {_seen('o', 'n', place)};"
    )
    _statement_trigger(connection, "UPDATE", "OLD TABLE AS was NEW TABLE AS became",
                       f"{_INTO} {rows}")  # fmt: skip


def _statement_trigger(connection: Connection, verb: str, tables: str, body: str) -> None:
    name = f"page_seen_{verb.lower()}"
    _function(connection, name, body)
    connection.execute(
        text(
            f"CREATE TRIGGER {name} AFTER {verb} ON page REFERENCING {tables} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()"
        )
    )


def _pages_sqlite(connection: Connection, place: tuple[str, ...]) -> None:
    for verb, row in (("INSERT", "NEW"), ("DELETE", "OLD")):
        values = f"{row}.tenant_id, {row}.account_id, NULL, {row}.type = 'block', 0, {_CLOCK}"
        _trigger(connection, "page", verb, f"{row}.live_revision_id IS NOT NULL",
                 f"{_INTO} VALUES ({values})")  # fmt: skip
    one = _in_sqlite(_only_text("OLD", "NEW", "term_ids AS terms", place))
    seen = _in_sqlite(_seen("OLD", "NEW", place))
    values = (
        f"NEW.tenant_id, NEW.account_id, CASE WHEN {one} THEN NEW.id END, "
        f"NEW.type = 'block', 0, {_CLOCK}"
    )
    left = f"OLD.tenant_id, OLD.account_id, NULL, OLD.type = 'block', 0, {_CLOCK}"
    statement = (
        f"{_INTO} VALUES ({values}); {_INTO} SELECT {left} WHERE OLD.account_id <> NEW.account_id"
    )
    _trigger(connection, "page", "UPDATE", seen, statement)


def _in_sqlite(condition: str) -> str:
    """Return a condition as SQLite says it before 3.39."""
    told = condition.replace("IS NOT DISTINCT FROM", "IS")
    return told.replace("IS DISTINCT FROM", "IS NOT")
