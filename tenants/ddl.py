"""What migrations add to a table besides its columns: row-level security and append-only triggers.

Each function runs on the connection of the migration that calls it. On SQLite row-level security is
nothing: there the ORM's two locks stand alone.
"""

import re

from sqlalchemy import Connection, text

_INSIDE = (
    "current_setting('portal.scope', true) = 'across' "
    "OR tenant_id = nullif(current_setting('portal.tenant', true), '')::uuid"
)
_REFUSE = """
CREATE OR REPLACE FUNCTION portal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION '% only grows: % refused', TG_TABLE_NAME, TG_OP; END $$
"""


def make_web_role(connection: Connection, role: str) -> None:
    """Create the role the web runs as, owning nothing, and let the connecting role become it."""
    if connection.dialect.name != "postgresql":
        return
    name = plain_name(role)
    connection.execute(
        text(
            f"DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') THEN "
            f"CREATE ROLE {name} NOLOGIN; END IF; "
            "EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$"
        )
    )
    if not connection.scalar(text("SELECT pg_has_role(:role, 'MEMBER')"), {"role": name}):
        connection.execute(text(f"GRANT {name} TO CURRENT_USER"))
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {name}"))


def grant_tables(connection: Connection, role: str, append_only: tuple[str, ...]) -> None:
    """Let the web role read and write every table, and only add to those in `append_only`."""
    if connection.dialect.name != "postgresql":
        return
    name = plain_name(role)
    everything = "SELECT, INSERT, UPDATE, DELETE"
    connection.execute(text(f"GRANT {everything} ON ALL TABLES IN SCHEMA public TO {name}"))
    connection.execute(
        text(f"ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT {everything} ON TABLES TO {name}")
    )
    connection.execute(text(f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {name}"))
    for table in append_only:
        connection.execute(text(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {name}"))


def row_security(connection: Connection, table: str, *, directory: bool = False,
                 shared: bool = False) -> None:  # fmt: skip
    """Keep the rows of `table` inside the transaction's tenant (PostgreSQL, owner included).

    `directory` lets the directory's reads see all rows; `shared` lets everyone read rows that
    belong to no tenant.
    """
    if connection.dialect.name != "postgresql":
        return
    quoted = f'"{table}"'
    connection.execute(text(f"ALTER TABLE {quoted} ENABLE ROW LEVEL SECURITY"))
    connection.execute(text(f"ALTER TABLE {quoted} FORCE ROW LEVEL SECURITY"))
    connection.execute(
        text(f"CREATE POLICY tenant ON {quoted} USING ({_INSIDE}) WITH CHECK ({_INSIDE})")
    )
    if directory:
        seen = "current_setting('portal.scope', true) = 'directory'"
        connection.execute(text(f"CREATE POLICY directory ON {quoted} FOR SELECT USING ({seen})"))
    if shared:
        connection.execute(
            text(f"CREATE POLICY shared ON {quoted} FOR SELECT USING (tenant_id IS NULL)")
        )


def append_only(connection: Connection, table: str) -> None:
    """Make `table` refuse every change and deletion of a row, whoever asks."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(_REFUSE))
        connection.execute(
            text(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE "
                f"ON {table} FOR EACH STATEMENT EXECUTE FUNCTION portal_refuse()"
            )
        )
        return
    for verb in ("UPDATE", "DELETE"):
        connection.execute(
            text(
                f"CREATE TRIGGER {table}_append_only_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} only grows: {verb} refused'); END"
            )
        )


_PURGED = (
    "EXISTS (SELECT 1 FROM audit_purge p "
    "WHERE p.tenant_id = OLD.tenant_id AND {position} <= p.position)"
)
PURGEABLE = {
    "audit_event": _PURGED.format(
        position="(SELECT s.position FROM audit_seal s WHERE s.id = OLD.id)"
    ),
    "audit_seal": _PURGED.format(position="OLD.position"),
    "audit_checkpoint": _PURGED.format(position="OLD.position"),
}


def purgeable(connection: Connection, table: str) -> None:
    """Let an append-only table of PURGEABLE lose rows that a purge's record covers, and no other.

    On PostgreSQL the transaction must also say `portal.purging`, the privilege to delete stays with
    the owner, and only the owner may add to `audit_purge`.
    """
    covered, name = PURGEABLE[table], f"{table}_purgeable"
    if connection.dialect.name != "postgresql":
        connection.execute(text(f"DROP TRIGGER {table}_append_only_delete"))
        connection.execute(
            text(
                f"CREATE TRIGGER {table}_append_only_delete BEFORE DELETE ON {table} "
                f"WHEN NOT {covered} "
                f"BEGIN SELECT RAISE(ABORT, '{table} only grows: DELETE refused'); END"
            )
        )
        return
    refuse = "RAISE EXCEPTION '% only grows: % refused', TG_TABLE_NAME, TG_OP"
    connection.execute(
        text(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "IF TG_LEVEL = 'STATEMENT' THEN "
            "IF coalesce(current_setting('portal.purging', true), '') <> 'yes' "
            f"THEN {refuse}; END IF; RETURN NULL; END IF; "
            f"IF NOT {covered} THEN {refuse}; END IF; RETURN OLD; END $$"
        )
    )
    connection.execute(text(f"DROP TRIGGER {table}_append_only ON {table}"))
    for trigger, event, level, function in (
        ("append_only", "UPDATE OR TRUNCATE", "STATEMENT", "portal_refuse"),
        ("purging", "DELETE", "STATEMENT", name),
        ("purged", "DELETE", "ROW", name),
    ):
        connection.execute(
            text(
                f"CREATE TRIGGER {table}_{trigger} BEFORE {event} ON {table} "
                f"FOR EACH {level} EXECUTE FUNCTION {function}()"
            )
        )


def unpurgeable(connection: Connection, table: str) -> None:
    """Undo `purgeable`: the table only grows again."""
    if connection.dialect.name != "postgresql":
        for verb in ("delete", "update"):
            connection.execute(text(f"DROP TRIGGER {table}_append_only_{verb}"))
    else:
        for trigger in ("append_only", "purging", "purged"):
            connection.execute(text(f"DROP TRIGGER {table}_{trigger} ON {table}"))
        connection.execute(text(f"DROP FUNCTION {table}_purgeable()"))
    append_only(connection, table)


def grant_only(connection: Connection, role: str, table: str, rights: str) -> None:
    """Give the web role these rights to a table and no others, whatever new tables get."""
    if connection.dialect.name != "postgresql":
        return
    name = plain_name(role)
    connection.execute(text(f"REVOKE ALL ON {table} FROM {name}"))
    connection.execute(text(f"GRANT {rights} ON {table} TO {name}"))


def queue_new_rows(connection: Connection, table: str, queue: str) -> None:
    """Have every row added to `table` noted in `queue`, beginning with those that are there."""
    into = f"INSERT INTO {queue} (event_id, tenant_id, account_id)"
    there = f"{into} SELECT id, tenant_id, account_id FROM {table}"
    new = f"{into} VALUES (NEW.id, NEW.tenant_id, NEW.account_id)"
    name = f"{table}_queued"
    if connection.dialect.name != "postgresql":
        connection.execute(text(there))
        connection.execute(text(f"CREATE TRIGGER {name} AFTER INSERT ON {table} BEGIN {new}; END"))
        return
    connection.execute(text("SELECT set_config('portal.scope', 'across', true)"))
    connection.execute(text(there))
    connection.execute(text("SELECT set_config('portal.scope', '', true)"))
    connection.execute(
        text(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN {new}; RETURN NULL; END $$"
        )
    )
    connection.execute(
        text(
            f"CREATE TRIGGER {name} AFTER INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
        )
    )


def unqueue_new_rows(connection: Connection, table: str) -> None:
    """Undo `queue_new_rows`; the queue's rows stay."""
    name = f"{table}_queued"
    if connection.dialect.name != "postgresql":
        connection.execute(text(f"DROP TRIGGER {name}"))
        return
    connection.execute(text(f"DROP TRIGGER {name} ON {table}"))
    connection.execute(text(f"DROP FUNCTION {name}()"))


def plain_name(name: str) -> str:
    """Return the name if it can stand in SQL as it is. Raises ValueError."""
    if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", name):
        raise ValueError(f"{name!r} is not a plain role name")
    return name
