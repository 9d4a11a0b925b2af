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
                f"CREATE TRIGGER {name} BEFORE DELETE ON {table} "  # noqa: S608 - our own names
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
