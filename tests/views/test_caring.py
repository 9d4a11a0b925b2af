"""Owners, days of review, reminders, and the list of what is due."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from portal.content.caring import PageCare
from portal.content.pages import page_by_id
from portal.content.trash import put_in_trash
from portal.jobs.owners import remind_owners
from tenants.clock import now
from tenants.db import db
from tenants.ending import end
from tenants.grants import grants_at
from tenants.scope import across_tenants, acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS
from tests.identity.common import events, mails
from tests.views.test_pages import page_id

DUE = "/a/acme/pages/?state=review"


def cared(app: Flask, client: FlaskClient, cast: Cast, **data: Any) -> uuid.UUID:
    page = page_id(app, cast)
    day = (now() + timedelta(days=3)).date().isoformat()
    sent = {"owner": str(cast.editor.id), "review_by": day, "reason": "Prices."} | data
    answer = sign_in(client, cast.editor).post(f"/a/acme/pages/{page}/care", data=sent)
    assert answer.status_code == 302, answer.text
    return page


def remind(app: Flask, days: float) -> int:
    with app.app_context(), time_machine.travel(now() + timedelta(days=days), tick=True):
        return remind_owners()


@both_databases
def test_the_owner_is_reminded_once_a_week(app: Flask, client: FlaskClient, cast: Cast):
    page = cared(app, client, cast)
    assert "To be reviewed" in client.get(f"/a/acme/pages/{page}/").text
    told = events(app, "page.care_set")[-1]
    assert (told.reason, told.changes["owner"]) == ("Prices.", ["", "Edda Editor"])
    assert [remind(app, days) for days in (1, 5, 6, 13)] == [0, 1, 0, 1]
    first = mails(app)[0]
    assert first.recipient == cast.editor.email
    assert "1 page is due for review" in first.subject
    assert "Welcome, at Acme" in first.text
    assert f"/a/acme/pages/{page}/" in first.text
    with time_machine.travel(now() + timedelta(days=5), tick=True):
        due = sign_in(client, cast.viewer).get(DUE).text
    assert "Welcome" in due
    assert "Plans for spring" not in due
    assert "Welcome" not in client.get(DUE).text


def test_whoever_may_not_read_it_any_more_is_told_nothing(
    app: Flask, client: FlaskClient, cast: Cast
):
    cared(app, client, cast)
    with app.app_context():
        admin = as_actor(cast.admin)
        with acting_in(tenant_scope(cast.acme.tenant_id)):
            grants = grants_at((cast.acme.id,), now())
            end(next(g for g in grants if g.person_id == cast.editor.id), cast.acme, by=admin,
                reason="Left.")  # fmt: skip
            db.session.commit()
    assert remind(app, 5) == 0
    assert mails(app) == []


def test_what_is_in_the_trash_reminds_nobody(app: Flask, client: FlaskClient, cast: Cast):
    page = cared(app, client, cast)
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        row = page_by_id(page, cast.acme.id)
        assert row is not None
        put_in_trash(row, cast.acme, by=TESTS)
        db.session.commit()
    assert remind(app, 5) == 0


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"owner": str(uuid.uuid4())}, "Not a valid choice"),
        ({"review_by": "soon"}, "Not a valid date value"),
        ({"review_by": "9999-12-31"}, "year"),
    ],
)
def test_bad_input_gets_a_sentence(
    app: Flask, client: FlaskClient, cast: Cast, data: dict[str, str], sentence: str
):
    sign_in(client, cast.editor)
    url = f"/a/acme/pages/{page_id(app, cast)}/care"
    answer = client.post(url, data={"reason": "Kept reason.", **data})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Kept reason." in answer.text


def test_who_may_and_whom_he_sees(app: Flask, client: FlaskClient, cast: Cast):
    url = f"/a/acme/pages/{page_id(app, cast)}/care"
    for who, status in (("viewer", 403), ("author", 403), ("bolt_admin", 404)):
        assert sign_in(client, cast.people[who]).post(url).status_code == status
    assert "Pia Publisher" not in sign_in(client, cast.editor).get(url).text
    assert client.post(url, data={"owner": str(cast.publisher.id)}).status_code == 422
    assert "Pia Publisher" in sign_in(client, cast.admin).get(url).text
    assert client.post(url.replace("/acme/", "/bolt/")).status_code == 404
    with app.app_context(), across_tenants("tests"):
        assert db.session.scalars(select(PageCare)).all() == []
