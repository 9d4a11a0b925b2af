"""Full-text indexes over words in rows: made, filled and kept by triggers, on either database."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import Connection, text

from tenants.ddl import row_security


@dataclass(frozen=True)
class Index:
    """Which table's `words` an index is over, by `number`. `own` is the column it narrows by."""

    table: str
    name: str
    function: str
    own: str = "tenant_id"


DRAFTS = Index("page_words", "search_index", "portal_index_words")
LIVE = Index("live_words", "live_index", "portal_index_live_words", "account_id")
_SQLITE = (
    (
        "CREATE VIRTUAL TABLE {name} USING fts5({own}, words, content='{table}', "
        "content_rowid='number', tokenize='unicode61 remove_diacritics 0')"
    ),
    (
        "CREATE TRIGGER {table}_added AFTER INSERT ON {table} BEGIN "
        "INSERT INTO {name}(rowid, {own}, words) "
        "VALUES (NEW.number, NEW.{own}, NEW.words); END"
    ),
    (
        "CREATE TRIGGER {table}_gone AFTER DELETE ON {table} BEGIN "
        "INSERT INTO {name}({name}, rowid, {own}, words) "
        "VALUES ('delete', OLD.number, OLD.{own}, OLD.words); END"
    ),
    (
        "CREATE TRIGGER {table}_changed AFTER UPDATE ON {table} BEGIN "
        "INSERT INTO {name}({name}, rowid, {own}, words) "
        "VALUES ('delete', OLD.number, OLD.{own}, OLD.words); "
        "INSERT INTO {name}(rowid, {own}, words) "
        "VALUES (NEW.number, NEW.{own}, NEW.words); END"
    ),
)
# Words as they are given: PostgreSQL's own parser takes “5e1f” for a number and a letter. Of a word
# that is too long for the index it has the beginning, more than anybody looks for.
_WHOLE = (
    "array_to_tsvector(ARRAY(SELECT left(word, 500) "
    "FROM unnest(string_to_array({words}, ' ')) word WHERE word <> ''))"
)
_FUNCTION = (
    "CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "INSERT INTO {name} (rowid, tenant_id, words) "
    f"VALUES (NEW.number, NEW.tenant_id, {_WHOLE.format(words='NEW.words')}) "
    "ON CONFLICT (rowid) DO UPDATE SET words = excluded.words; RETURN NULL; END $$"
)
_POSTGRES = (
    (
        "CREATE TABLE {name} (rowid integer PRIMARY KEY REFERENCES {table} (number) "
        "ON DELETE CASCADE, tenant_id uuid NOT NULL, words tsvector NOT NULL)"
    ),
    "CREATE INDEX ix_{name}_words ON {name} USING gin (words)",
    _FUNCTION,
    (
        "CREATE TRIGGER {table}_indexed AFTER INSERT OR UPDATE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION {function}()"
    ),
)
_WHOLE_AGAIN = (
    "UPDATE {name} SET words = said.words "
    f"FROM (SELECT number, {_WHOLE.format(words='words')} AS words FROM {{table}}) said "
    "WHERE said.number = rowid AND strip({name}.words) IS DISTINCT FROM said.words"
)
_DRAFTS = (
    "SELECT r.tenant_id, r.account_id, r.page_id, r.title, r.excerpt, r.byline, r.slug, r.body "
    "FROM revision r JOIN page p ON p.draft_revision_id = r.id"
)


def make_index(connection: Connection, index: Index = DRAFTS) -> None:
    """Make an index and what keeps it."""
    sqlite = connection.dialect.name != "postgresql"
    for statement in _SQLITE if sqlite else _POSTGRES:
        connection.execute(text(statement.format(**vars(index))))
    if not sqlite:
        row_security(connection, index.name)


def take_words_whole(connection: Connection, index: Index) -> None:
    """Have an index on PostgreSQL that took words apart hold them as they are given.

    To be called in the scope of all tenants. SQLite's always did.
    """
    if connection.dialect.name == "postgresql":
        for statement in (_FUNCTION, _WHOLE_AGAIN):
            connection.execute(text(statement.format(**vars(index))))


def fill(
    connection: Connection,
    words_of: Callable[[Iterable[str]], str],
    plain: Callable[[str], str],
) -> None:
    """Note the words of every draft there is."""
    postgres = connection.dialect.name == "postgresql"
    if postgres:
        connection.execute(text("SELECT set_config('portal.scope', 'across', true)"))
    added = text(
        "INSERT INTO page_words (tenant_id, account_id, page_id, words) "
        "VALUES (:tenant, :account, :page, :words)"
    )
    for row in connection.execute(text(_DRAFTS)).all():
        parts = [row.title, row.excerpt, row.byline, row.slug, plain(row.body)]
        keys = {"tenant": row.tenant_id, "account": row.account_id, "page": row.page_id}
        connection.execute(added, keys | {"words": words_of(parts)})
    if postgres:
        connection.execute(text("SELECT set_config('portal.scope', '', true)"))


def drop_index(connection: Connection, index: Index = DRAFTS) -> None:
    """Undo `make_index`."""
    if connection.dialect.name != "postgresql":
        for name in ("added", "gone", "changed"):
            connection.execute(text(f"DROP TRIGGER {index.table}_{name}"))
        connection.execute(text(f"DROP TABLE {index.name}"))
        return
    connection.execute(text(f"DROP TRIGGER {index.table}_indexed ON {index.table}"))
    connection.execute(text(f"DROP FUNCTION {index.function}()"))
    connection.execute(text(f"DROP TABLE {index.name}"))
