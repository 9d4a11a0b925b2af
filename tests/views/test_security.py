"""One's own security log."""

from __future__ import annotations

import re

from flask import Flask
from flask.testing import FlaskClient

from portal.identity import security_log
from tenants.audit import record
from tenants.db import db
from tenants.events import Event
from tenants.people import person_by_id
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS
from tests.identity.common import post_sign_in

LOG = "/me/security/"


def changes(app: Flask, cast: Cast, count: int) -> None:
    with app.app_context(), acting_in(tenant_scope(cast.house.id)):
        person = person_by_id(cast.editor.id)
        for number in range(count):
            record(
                Event.PASSWORD_CHANGED, person, by=TESTS, account_id=cast.house.id,
                tenant_id=cast.house.id, how=f"for the time {number:03}",
            )  # fmt: skip
        db.session.commit()


@both_databases
def test_it_tells_of_failures_and_roles_and_of_nobody_else(
    app: Flask, client: FlaskClient, cast: Cast
):
    post_sign_in(client, cast.editor.email, "wrong")
    post_sign_in(client, cast.author.email, "wrong")
    page = sign_in(client, cast.editor).get(LOG)
    assert page.status_code == 200
    assert f"failed to sign in as {cast.editor.email}" in page.text
    assert "from 127.0.0.1" in page.text
    assert "gave you the role Editor at Acme" in page.text
    assert cast.author.email not in page.text
    assert "gave you the role Author" not in page.text
    assert f'href="{LOG}"' in client.get("/me/").text


@both_databases
def test_pages_follow_each_other(app: Flask, client: FlaskClient, cast: Cast):
    changes(app, cast, security_log.PER_PAGE + 10)
    page = sign_in(client, cast.editor).get(LOG)
    older = re.search(r'rel="next" href="([^"]+)"', page.text)
    assert older is not None
    rest = client.get(older[1].replace("&amp;", "&"))
    told = re.findall(r"for the time (\d+)", page.text + rest.text)
    assert sorted(map(int, told)) == list(range(security_log.PER_PAGE + 10))
    assert "gave you the role Editor" in rest.text
    assert 'rel="next"' not in rest.text


def test_it_needs_signing_in(client: FlaskClient):
    assert client.get(LOG).location == f"/sign-in?next={LOG}"
    assert client.post(LOG).status_code in {401, 405}
