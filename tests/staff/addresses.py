"""Every address of the console, as the application's own map has it."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from portal.content.schedules import Schedule
from portal.outbox import OutboxMail
from tenants.accounts import Account
from tenants.audit import AuditEvent
from tenants.db import db
from tenants.grants import Grant
from tenants.people import Person
from tenants.scope import across_tenants
from tenants.support import SupportSession

MODELS = {
    "accounts": Account, "people": Person, "grants": Grant, "schedules": Schedule,
    "support": SupportSession, "trail": AuditEvent, "outbox": OutboxMail,
}  # fmt: skip
LISTS = tuple(f"/console/{name}/" for name in MODELS)
FOR_OPERATORS = frozenset({"/console/jobs/", "/console/jobs/act/retry/?id=none"})
ACTS = {"grants": "end", "outbox": "resend", "jobs": "retry"}
PAGES = ("/console/", "/console/roles/", "/console/health/", "/console/jobs/", *LISTS)
UNKNOWN = "0192f3a4-0000-7000-8000-000000000000"


def some_row(app: Flask, name: str) -> str:
    """The id of a row of a list, or of none when there is no row."""
    with app.app_context(), across_tenants("tests"):
        found = db.session.scalar(select(MODELS[name].id).limit(1))  # type: ignore[attr-defined]
    return str(found or UNKNOWN)


def every_address(app: Flask) -> list[str]:
    """One address for every rule under /console/, details and acts with ids of rows."""
    found = []
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/console"):
            name = rule.rule.split("/")[2]
            act = ACTS.get(name, "end")
            address = rule.rule.replace("<export_type>", "csv").replace("<key>", act)
            if address.endswith(("/details/", f"/act/{act}/")):
                address += f"?id={some_row(app, name) if name in MODELS else 'none'}"
            found.append(address)
    return sorted(found)
