"""Host names claimed and proved by the portal's own actions."""

from __future__ import annotations

from flask import Flask
from sqlalchemy import select

from portal.content.hosting import claim, look_up, note_look, prefer
from portal.content.site_hosts import SiteHost
from tenants.accounts import AccountRef
from tenants.db import db
from tenants.scope import across_tenants
from tests.fixtures.dns import FakeDns
from tests.fixtures.pages import TESTS
from tests.site.scene import writing

OURS = {"localhost"}
OWN = "www.acme.example"


def claimed(app: Flask, account: AccountRef, host: str = OWN) -> SiteHost:
    """A claim that is not proved."""
    with writing(app, account):
        row = claim(account, host, OURS, by=TESTS)
        db.session.flush()
        db.session.refresh(row)
        db.session.expunge(row)
    return row


def looked(app: Flask, dns: FakeDns, account: AccountRef, host: str = OWN) -> str:
    """Look at an account's claim; what follows."""
    with writing(app, account):
        row = _row(account, host)
        look = look_up(row.record_name, row.record_value, row.host, "localhost", dns)
        return note_look(row, look, by=TESTS)


def proved(
    app: Flask, dns: FakeDns, account: AccountRef, host: str = OWN, *, primary: bool = True
) -> SiteHost:
    """A proved name; its record alone stands in the DNS."""
    row = claimed(app, account, host)
    dns.said[row.record_name] = [row.record_value]
    assert looked(app, dns, account, host) == "proved"
    if primary:
        with writing(app, account):
            prefer(_row(account, host), account, by=TESTS)
    served_anew(app)
    return row


def served_anew(app: Flask) -> None:
    """Let the application know the database's hosts, as it does within a second by itself."""
    app.extensions["own_hosts"].ask()


def host_rows(app: Flask) -> dict[tuple[str, str], SiteHost]:
    """Every claim by the account's name and the host."""
    with app.app_context(), across_tenants("tests"):
        rows = list(db.session.scalars(select(SiteHost)))
        db.session.expunge_all()
    return {(str(row.account_id), row.host): row for row in rows}


def _row(account: AccountRef, host: str) -> SiteHost:
    query = select(SiteHost).where(SiteHost.account_id == account.id, SiteHost.host == host)
    return db.session.scalars(query).one()
