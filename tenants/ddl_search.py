"""The full-text index over `page_words`: made, filled and kept by triggers, on either database."""

from collections.abc import Callable, Iterable

from sqlalchemy import Connection, text

from tenants.ddl import row_security

_SQLITE = (
    (
        "CREATE VIRTUAL TABLE search_index USING fts5(tenant_id, words, content='page_words', "
        "content_rowid='number', tokenize='unicode61 remove_diacritics 0')"
    ),
    (
        "CREATE TRIGGER page_words_added AFTER INSERT ON page_words BEGIN "
        "INSERT INTO search_index(rowid, tenant_id, words) "
        "VALUES (NEW.number, NEW.tenant_id, NEW.words); END"
    ),
    (
        "CREATE TRIGGER page_words_gone AFTER DELETE ON page_words BEGIN "
        "INSERT INTO search_index(search_index, rowid, tenant_id, words) "
        "VALUES ('delete', OLD.number, OLD.tenant_id, OLD.words); END"
    ),
    (
        "CREATE TRIGGER page_words_changed AFTER UPDATE ON page_words BEGIN "
        "INSERT INTO search_index(search_index, rowid, tenant_id, words) "
        "VALUES ('delete', OLD.number, OLD.tenant_id, OLD.words); "
        "INSERT INTO search_index(rowid, tenant_id, words) "
        "VALUES (NEW.number, NEW.tenant_id, NEW.words); END"
    ),
)
_POSTGRES = (
    (
        "CREATE TABLE search_index (rowid integer PRIMARY KEY REFERENCES page_words (number) "
        "ON DELETE CASCADE, tenant_id uuid NOT NULL, words tsvector NOT NULL)"
    ),
    "CREATE INDEX ix_search_index_words ON search_index USING gin (words)",
    (
        "CREATE FUNCTION portal_index_words() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "INSERT INTO search_index (rowid, tenant_id, words) "
        "VALUES (NEW.number, NEW.tenant_id, to_tsvector('simple', NEW.words)) "
        "ON CONFLICT (rowid) DO UPDATE SET words = excluded.words; RETURN NULL; END $$"
    ),
    (
        "CREATE TRIGGER page_words_indexed AFTER INSERT OR UPDATE ON page_words "
        "FOR EACH ROW EXECUTE FUNCTION portal_index_words()"
    ),
)
_DRAFTS = (
    "SELECT r.tenant_id, r.account_id, r.page_id, r.title, r.excerpt, r.byline, r.slug, r.body "
    "FROM revision r JOIN page p ON p.draft_revision_id = r.id"
)


def make_index(connection: Connection) -> None:
    """Make the index and what keeps it."""
    sqlite = connection.dialect.name != "postgresql"
    for statement in _SQLITE if sqlite else _POSTGRES:
        connection.execute(text(statement))
    if not sqlite:
        row_security(connection, "search_index")


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


def drop_index(connection: Connection) -> None:
    """Undo `make_index`."""
    if connection.dialect.name != "postgresql":
        for name in ("added", "gone", "changed"):
            connection.execute(text(f"DROP TRIGGER page_words_{name}"))
        connection.execute(text("DROP TABLE search_index"))
        return
    connection.execute(text("DROP TRIGGER page_words_indexed ON page_words"))
    connection.execute(text("DROP FUNCTION portal_index_words()"))
    connection.execute(text("DROP TABLE search_index"))
