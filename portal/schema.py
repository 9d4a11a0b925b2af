"""Bringing a database up to what the code needs: tables, then the built-in roles."""

from alembic import command
from flask import Flask
from sqlalchemy import select

from tenants.accounts import Account
from tenants.audit import excuse, record
from tenants.built_in import sync_built_in
from tenants.db import db
from tenants.decisions import SYSTEM
from tenants.events import Event
from tenants.roles import built_in_roles
from tenants.scope import across_tenants


def bring_up_to_date(app: Flask) -> list[str]:
    """Run the migrations and sync the built-in roles; return a line for each role's difference.

    Raises alembic's CommandError when the schema is newer than the code.
    """
    with app.app_context():
        command.upgrade(app.extensions["migrate"].migrate.get_config(), "head")
        with across_tenants("built-in roles belong to everybody"):
            differences = sync_built_in()
            _tell(differences)
            db.session.commit()
    return differences


def _tell(differences: list[str]) -> None:
    house = db.session.scalar(select(Account).where(Account.kind == "house"))
    for role in built_in_roles():
        excuse(role, "Told of in one event for all, or before there is an account to tell it at.")
    if house is not None and differences:
        record(
            Event.ROLES_SYNCED, house, by=SYSTEM, account_id=house.id, changes={},
            differences=differences,
        )  # fmt: skip
