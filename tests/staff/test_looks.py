"""Every look is told: at a tenant's row in the tenant's own trail, at a list in the house's."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.staff import doorway
from tenants.accounts import AccountRef
from tenants.audit import AuditEvent
from tenants.db import db
from tenants.scope import across_tenants
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.staff.addresses import every_address, some_row
from tests.staff.rows import one_of_each, scheduled_page


def looks(app: Flask, account: AccountRef | None = None) -> list[AuditEvent]:
    """What was looked at, the first look first."""
    with app.app_context(), across_tenants("tests"):
        query = select(AuditEvent).where(AuditEvent.event.startswith("console."))
        if account is not None:
            query = query.where(AuditEvent.account_id == account.id)
        return list(db.session.scalars(query.order_by(AuditEvent.id)))


@both_databases
def test_every_address_is_told_of_once(app: Flask, client: FlaskClient, cast: Cast):
    one_of_each(app, cast)
    sign_in(client, cast.operator)
    for number, address in enumerate(every_address(app), start=1):
        assert client.get(address).status_code == 200
        told = looks(app)
        assert len(told) == number, address
        assert told[-1].actor_label == cast.operator.email
        assert told[-1].request_id
        assert told[-1].address == "127.0.0.1"


def test_a_tenants_row_is_told_of_where_the_tenant_sees_it(
    app: Flask, client: FlaskClient, cast: Cast
):
    schedule_id = scheduled_page(app, cast.bolt, "Secret plan")
    sign_in(client, cast.support)
    client.get(f"/console/accounts/details/?id={cast.bolt.id}")
    client.get(f"/console/schedules/details/?id={schedule_id}")
    told = looks(app, cast.bolt)
    assert [row.target_type for row in told] == ["account", "schedule"]
    assert {row.tenant_id for row in told} == {cast.bolt.tenant_id}
    assert told[0].sentence == "looked at the account Bolt in the staff console"
    assert "Secret plan" not in told[1].sentence
    sign_in(client, cast.bolt_admin)
    seen = client.get("/a/bolt/trail/", audit=False)
    assert seen.status_code == 200
    assert "looked at the account Bolt in the staff console" in seen.text
    assert cast.support.email in seen.text
    sign_in(client, cast.admin)
    assert "the account Bolt" not in client.get("/a/acme/trail/", audit=False).text


def test_lists_exports_and_people_are_told_of_at_the_house(
    app: Flask, client: FlaskClient, cast: Cast
):
    sign_in(client, cast.owner)
    client.get("/console/grants/?role=editor&search=Edda")
    client.get("/console/people/export/csv/?account=bolt")
    client.get(f"/console/people/details/?id={cast.editor.id}")
    assert [row.sentence for row in looks(app, cast.house)] == [
        "looked at the list of grants, Role is editor, search is Edda in the staff console",
        "exported people, Works in is bolt: 2 rows, from the staff console",
        f"looked at the person {cast.editor.email} in the staff console",
    ]
    assert looks(app, cast.acme) == []


def test_refused_and_missing_pages_are_no_looks(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    client.get("/console/trail/")
    sign_in(client, cast.owner)
    client.get(f"/console/people/details/?id={cast.acme.id}")
    client.get("/console/people/?search=%00")
    assert looks(app) == []


def test_what_cannot_be_told_of_is_not_shown(
    app: Flask, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_args, **_kwargs):
        raise RuntimeError("the trail is full")

    sign_in(client, cast.owner)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setattr(doorway, "record", broken)
    for address in ("/console/grants/", "/console/grants/export/csv/",
                    f"/console/accounts/details/?id={some_row(app, 'accounts')}"):  # fmt: skip
        answer = client.get(address)
        assert answer.status_code == 500
        assert cast.admin.email not in answer.text


def test_one_connection_is_enough(app: Flask, client: FlaskClient, cast: Cast):
    """The look is written after the reading has ended, so that it cannot wait for itself."""
    most = 0

    sign_in(client, cast.owner)
    with app.app_context():
        pool = db.engine.pool
    checked = []

    from sqlalchemy import event

    def out(*_):
        nonlocal most
        checked.append(1)
        most = max(most, len(checked))

    event.listen(pool, "checkout", out)
    event.listen(pool, "checkin", lambda *_: checked.pop())
    assert client.get("/console/trail/").status_code == 200
    assert client.get(f"/console/accounts/details/?id={cast.acme.id}").status_code == 200
    assert most == 1
