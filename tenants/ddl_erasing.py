"""How migrations let append-only rows go once their account is closed for good, and not before."""

from sqlalchemy import Connection, text

from tenants.ddl import append_only, grant_only

_REFUSE_UNLESS_CLOSED = """
CREATE OR REPLACE FUNCTION portal_refuse_unless_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT state FROM account WHERE id = OLD.account_id) = 'closed' THEN RETURN OLD; END IF;
  RAISE EXCEPTION '% only grows until its account is closed: % refused', TG_TABLE_NAME, TG_OP;
END $$
"""


def erasable_once_closed(connection: Connection, role: str, table: str) -> None:
    """Let rows of an append-only table go, once their account is closed for good and not before."""
    if connection.dialect.name != "postgresql":
        name = f"{table}_append_only_delete"
        connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(
            text(
                f"CREATE TRIGGER {name} BEFORE DELETE ON {table} "
                "WHEN (SELECT state FROM account WHERE id = OLD.account_id) IS NOT 'closed' "
                f"BEGIN SELECT RAISE(ABORT, '{table} only grows: DELETE refused'); END"
            )
        )
        return
    connection.execute(text(_REFUSE_UNLESS_CLOSED))
    connection.execute(text(f"DROP TRIGGER {table}_append_only ON {table}"))
    connection.execute(
        text(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR TRUNCATE "
            f"ON {table} FOR EACH STATEMENT EXECUTE FUNCTION portal_refuse()"
        )
    )
    connection.execute(
        text(
            f"CREATE TRIGGER {table}_erasable BEFORE DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION portal_refuse_unless_closed()"
        )
    )
    grant_only(connection, role, table, "SELECT, INSERT, DELETE")


def never_erasable(connection: Connection, role: str, table: str) -> None:
    """Undo `erasable_once_closed`."""
    if connection.dialect.name != "postgresql":
        for verb in ("update", "delete"):
            connection.execute(text(f"DROP TRIGGER {table}_append_only_{verb}"))
    else:
        connection.execute(text(f"DROP TRIGGER {table}_erasable ON {table}"))
        connection.execute(text("DROP FUNCTION portal_refuse_unless_closed()"))
        connection.execute(text(f"DROP TRIGGER {table}_append_only ON {table}"))
        grant_only(connection, role, table, "SELECT, INSERT")
    append_only(connection, table)


_GOES = (
    "(SELECT state FROM account WHERE id = OLD.account_id) = 'closed' "
    "OR (SELECT trashed_at FROM page WHERE id = OLD.page_id) IS NOT NULL"
)


def erasable_from_trash(connection: Connection, role: str) -> None:
    """Let revisions go whose page is in the trash too, not only those of a closed account."""
    if connection.dialect.name != "postgresql":
        connection.execute(text("DROP TRIGGER revision_append_only_delete"))
        connection.execute(
            text(
                "CREATE TRIGGER revision_append_only_delete BEFORE DELETE ON revision "
                f"WHEN NOT coalesce({_GOES}, 0) "
                "BEGIN SELECT RAISE(ABORT, 'revision only grows: DELETE refused'); END"
            )
        )
        return
    connection.execute(
        text(
            "CREATE FUNCTION portal_refuse_unless_trashed() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN IF {_GOES} THEN RETURN OLD; END IF; "
            "RAISE EXCEPTION '% only grows until its page is in the trash: % refused', "
            "TG_TABLE_NAME, TG_OP; END $$"
        )
    )
    connection.execute(text("DROP TRIGGER revision_erasable ON revision"))
    connection.execute(
        text(
            "CREATE TRIGGER revision_erasable BEFORE DELETE ON revision "
            "FOR EACH ROW EXECUTE FUNCTION portal_refuse_unless_trashed()"
        )
    )
    grant_only(connection, role, "revision", "SELECT, INSERT, DELETE")


def not_from_trash(connection: Connection, role: str) -> None:
    """Undo `erasable_from_trash`."""
    if connection.dialect.name != "postgresql":
        connection.execute(text("DROP TRIGGER revision_append_only_delete"))
        connection.execute(
            text(
                "CREATE TRIGGER revision_append_only_delete BEFORE DELETE ON revision "
                "WHEN (SELECT state FROM account WHERE id = OLD.account_id) IS NOT 'closed' "
                "BEGIN SELECT RAISE(ABORT, 'revision only grows: DELETE refused'); END"
            )
        )
        return
    connection.execute(text("DROP TRIGGER revision_erasable ON revision"))
    connection.execute(text("DROP FUNCTION portal_refuse_unless_trashed()"))
    connection.execute(
        text(
            "CREATE TRIGGER revision_erasable BEFORE DELETE ON revision "
            "FOR EACH ROW EXECUTE FUNCTION portal_refuse_unless_closed()"
        )
    )
    grant_only(connection, role, "revision", "SELECT, INSERT, DELETE")
