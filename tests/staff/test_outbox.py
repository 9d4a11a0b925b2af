"""The outbox as staff see it: how each mail went, never what it says; given up ones sent again."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from portal.jobs.mail import anything_waiting
from portal.outbox import OutboxMail, post
from tenants.clock import now
from tenants.db import db
from tenants.permissions import Permission
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.staff.test_access import give_role
from tests.staff.test_acts import events

PAGE = "/console/outbox/"
SECRET = "https://portal.example/reset/secret-token"


def mail(app: Flask, tenant_id: uuid.UUID | None, **values: Any) -> str:
    with app.app_context():
        row = post(values.pop("recipient", "ada@acme.example"), "Secret plan", SECRET, tenant_id)
        for name, value in values.items():
            setattr(row, name, value)
        db.session.commit()
        return str(row.id)


def dead(app: Flask, tenant_id: uuid.UUID | None, **values: Any) -> str:
    return mail(app, tenant_id, dead_at=now(), attempts=9, last_error="550 Nobody here", **values)


def row(app: Flask, mail_id: str) -> OutboxMail:
    with app.app_context():
        found = db.session.get_one(OutboxMail, uuid.UUID(mail_id), populate_existing=True)
        db.session.expunge_all()
        return found


@both_databases
def test_a_mail_given_up_is_sent_again_from_the_console(
    app: Flask, client: FlaskClient, cast: Cast
):
    ours, nobodys = dead(app, cast.acme.tenant_id), dead(app, None, recipient="eve@x.example")
    waits = mail(app, cast.bolt.tenant_id)
    sign_in(client, cast.operator)
    page = client.get(f"{PAGE}?state=dead").text
    assert page.count("550 Nobody here") == 2
    assert f"id={ours}" in page
    for shown in (page, client.get(f"{PAGE}details/?id={ours}").text,
                  client.get(f"{PAGE}export/csv/").text):  # fmt: skip
        assert "secret-token" not in shown, "its text opens doors"
        assert "Secret plan" not in shown, "its subject may be content"
    again = {"id": [ours, nobodys], "reason": "The address is mended."}
    assert client.post(f"{PAGE}act/resend/", data=again | {"reason": ""}).status_code == 422
    assert row(app, ours).dead_at
    assert client.post(f"{PAGE}act/resend/", data=again).status_code == 302
    for each in (ours, nobodys):
        found = row(app, each)
        assert (found.dead_at, found.attempts, found.text) == (None, 0, SECRET)
    with app.app_context():
        assert anything_waiting()
        db.session.rollback()
    told = events(app, "mail.resent")
    assert {each.tenant_id for each in told} == {cast.acme.tenant_id, cast.house.tenant_id}
    assert {each.reason for each in told} == {"The address is mended."}
    assert "after 9 attempts: 550 Nobody here" in told[0].sentence
    assert client.post(f"{PAGE}act/resend/", data=again | {"id": waits}).status_code == 422


def test_looking_is_not_sending(app: Flask, client: FlaskClient, cast: Cast):
    ours = dead(app, cast.acme.tenant_id)
    for who in (cast.auditor, cast.support):
        sign_in(client, who)
        assert client.get(PAGE).status_code == 200
        sent = client.post(f"{PAGE}act/resend/", data={"id": ours, "reason": "Because."})
        assert sent.status_code == 422
        assert "account.edit" in sent.text
    assert row(app, ours).dead_at


def test_a_right_at_the_house_alone_shows_its_mails_alone(
    app: Flask, client: FlaskClient, cast: Cast
):
    dead(app, cast.acme.tenant_id)
    dead(app, None, recipient="eve@x.example")
    give_role(app, cast, *Permission, reach="account")
    sign_in(client, cast.viewer)
    page = client.get(PAGE).text
    assert "@acme.example</a>" not in page
    assert "eve@x.example" not in page
