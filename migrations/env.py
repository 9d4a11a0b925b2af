"""Runs the migrations as the tables' owner, on either database, in one transaction."""

from alembic import context
from flask import current_app
from sqlalchemy import create_engine, event, pool

from tenants import engines
from tenants.db import Base

config = context.config
portal_config = current_app.config["PORTAL"]


def _render_item(kind, item, autogen_context):
    if kind == "type" and type(item).__module__ == "tenants.db":
        autogen_context.imports.add("from tenants.db import UtcDateTime")
        return f"{type(item).__name__}()"
    return False


def run() -> None:
    engine = create_engine(portal_config.migrations_url, poolclass=pool.NullPool)
    engines.configure(engine)
    if engine.dialect.name == "sqlite":
        # Tables are rebuilt by copying: references must not cascade while that happens.
        event.listen(engine, "connect", lambda c, _r: c.execute("PRAGMA foreign_keys=OFF"))
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=_render_item,
            transaction_per_migration=False,
            web_role=portal_config.web_role,
        )
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


run()
