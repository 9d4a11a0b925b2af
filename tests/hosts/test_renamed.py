"""A site at its own host, its account's handle changed by hand."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient

from tenants.accounts import Account
from tenants.audit import excuse
from tenants.db import db
from tests.fixtures.cast import Cast
from tests.fixtures.dns import FakeDns
from tests.hosts.scene import OWN, proved, served_anew
from tests.site.scene import writing


def test_a_site_is_found_under_another_handle_after_a_while(
    app: Flask, client: FlaskClient, cast: Cast, dns: FakeDns
):
    proved(app, dns, cast.acme)
    with writing(app, cast.acme) as acme:
        row = db.session.get_one(Account, acme.id)
        row.handle = "acme-other"
        excuse(row, "by hand")
    app.extensions["own_hosts"]._whole_due = 0.0
    served_anew(app)
    answer = client.get("/welcome/", base_url=f"http://{OWN}")
    assert answer.status_code == 200
