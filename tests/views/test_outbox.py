"""A tenant's outbox: seen by those who run all of it, without a text; given up mails sent again."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from portal.outbox import OutboxMail, post
from tenants.clock import now
from tenants.db import db
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.staff.test_acts import events

HERE = "/a/acme/outbox/"
SECRET = "https://portal.example/invitation/secret-token"


def mail(app: Flask, tenant_id: uuid.UUID, reader: str, **values: Any) -> str:
    with app.app_context():
        row = post(reader, f"For {reader}", SECRET, tenant_id)
        for name, value in values.items():
            setattr(row, name, value)
        db.session.commit()
        return str(row.id)


def dead(app: Flask, tenant_id: uuid.UUID, reader: str) -> str:
    return mail(app, tenant_id, reader, dead_at=now(), attempts=9, last_error="550 Nobody here")


def is_dead(app: Flask, mail_id: str) -> bool:
    with app.app_context():
        row = db.session.get_one(OutboxMail, uuid.UUID(mail_id), populate_existing=True)
        found = row.dead_at is not None
        db.session.rollback()
        return found


@both_databases
def test_an_admin_sees_his_mails_and_sends_them_again(app: Flask, client: FlaskClient, cast: Cast):
    ours = [dead(app, cast.acme.tenant_id, f"r{n}@x.example") for n in range(2)]
    other = dead(app, cast.bolt.tenant_id, "theirs@x.example")
    later = mail(app, cast.acme.tenant_id, "later@x.example", attempts=2, last_error="450 Later")
    sign_in(client, cast.admin)
    page = client.get(HERE).text
    assert all(f'value="{each}"' in page for each in ours)
    assert "550 Nobody here" in page
    assert "theirs@" not in page
    assert "secret-token" not in page
    waiting = client.get(f"{HERE}?state=waiting").text
    assert "450 Later" in waiting
    assert client.get(f"{HERE}resend").status_code == 405
    assert client.post(f"{HERE}resend", data={"id": [ours[0], other]}).status_code == 404
    assert client.post(f"{HERE}resend", data={"id": [ours[0], later]}).status_code == 422
    assert client.post(f"{HERE}resend", data={}).status_code == 422
    assert client.post(f"{HERE}resend", data={"id": "no id"}).status_code == 404
    assert [is_dead(app, each) for each in (*ours, other)] == [True] * 3
    assert client.post(f"{HERE}resend", data={"id": ours}).status_code == 302
    assert [is_dead(app, each) for each in (*ours, other)] == [False, False, True]
    told = events(app, "mail.resent")
    assert [row.account_id for row in told] == [cast.acme.id] * 2
    assert {row.actor_label for row in told} == {cast.admin.email}


def test_who_runs_a_part_sees_no_mail(app: Flask, client: FlaskClient, cast: Cast):
    ours = dead(app, cast.acme.tenant_id, "reader@x.example")
    sign_in(client, cast.berlin_admin)
    page = client.get("/a/acme-berlin/outbox/")
    assert page.status_code == 200
    assert "Kept in one place" in page.text
    assert "reader@" not in page.text
    assert client.post("/a/acme-berlin/outbox/resend", data={"id": ours}).status_code == 404
    sign_in(client, cast.editor)
    refused = client.get(HERE)
    assert refused.status_code == 403
    assert "account.edit" in refused.text
    assert client.post(f"{HERE}resend", data={"id": ours}).status_code == 403
    sign_in(client, cast.bolt_admin)
    assert client.get(HERE).status_code == 404
    assert is_dead(app, ours)


def test_fifty_are_shown_at_a_time(app: Flask, client: FlaskClient, cast: Cast):
    with app.app_context():
        for number in range(60):
            post(f"r{number}@x.example", "Subject", "Text", cast.acme.tenant_id).dead_at = now()
        db.session.commit()
    sign_in(client, cast.admin)
    page = client.get(HERE).text
    assert page.count("Choose the mail to") == 50
    older = page.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert client.get(older).text.count("Choose the mail to") == 10
    assert client.get(f"{HERE}?state=none").status_code == 404
