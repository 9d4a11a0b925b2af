"""Suspending and reactivating an account from the browser, and what stops meanwhile."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from tenants.branches import states_of
from tenants.permissions import Permission
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.identity.common import events
from tests.views.account_scene import account, confirm, path


@both_databases
def test_an_account_is_suspended_and_reactivated(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    where = path(cast.acme, cast.berlin, "suspend")
    page = client.get(where).text
    assert "Bea Admin" in page
    assert "Ben Editor" in page
    done = confirm(client, where, reason="They do not pay.")
    assert done.location == path(cast.acme, cast.berlin)
    assert "They do not pay." in client.get(done.location).text
    assert account(app, "acme-berlin-mitte").halted
    (event,) = events(app, "account.suspended")
    assert (event.actor_id, event.reason) == (cast.admin.id, "They do not pay.")
    back = path(cast.acme, cast.berlin, "reactivate")
    assert confirm(client, back).location == path(cast.acme, cast.berlin)
    assert not account(app, "acme-berlin-mitte").halted
    with app.app_context():
        assert [p.what for p in states_of(cast.berlin)] == ["open", "suspended", "open"]


def test_a_reason_is_compulsory_and_what_is_typed_is_kept(
    app: Flask, client: FlaskClient, cast: Cast
):
    sign_in(client, cast.admin)
    where = path(cast.acme, cast.berlin, "suspend")
    for reason, sentence in (("", "Say why."), (" ", "Say why."), ("y" * 2001, "at most 2,000")):
        answer = client.post(where, data={"reason": reason})
        assert answer.status_code == 422
        assert sentence in answer.text
        assert reason in answer.text
    assert not account(app, "acme-berlin").halted


def test_only_what_was_shown_is_confirmed(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    where = path(cast.acme, cast.berlin, "suspend")
    answer = client.post(where, data={"reason": "Kept.", "seen": "something else"})
    assert answer.status_code == 409
    assert "has changed since you looked" in answer.text
    assert "Kept." in answer.text
    assert not account(app, "acme-berlin").halted


def test_twice_is_told_and_not_done(client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    where = path(cast.acme, cast.berlin, "suspend")
    assert confirm(client, where, reason="Once.").status_code == 302
    again = client.post(where, data={"reason": "Twice.", "seen": "x"})
    assert again.status_code == 422
    assert "is suspended already" in again.text
    assert "is not suspended" in client.get(path(cast.acme, cast.hamburg, "reactivate")).text


@both_databases
def test_an_admin_cannot_lift_what_was_suspended_above_him(
    app: Flask, client: FlaskClient, cast: Cast
):
    sign_in(client, cast.operator)
    assert (
        confirm(client, path(cast.house, cast.acme, "suspend"), reason="Abuse.").status_code < 400
    )
    sign_in(client, cast.admin)
    assert client.get(path(cast.house, cast.acme, "reactivate")).status_code == 404
    dashboard = client.get("/a/acme/")
    assert dashboard.status_code == 200
    assert "Acme is suspended since" in dashboard.text
    assert "Abuse." in dashboard.text
    assert "Abuse." in client.get("/a/acme-berlin/").text
    for open_still in ("people/", "trail/", "access/", "accounts/"):
        assert client.get(f"/a/acme/{open_still}").status_code == 200
    for shut in ("pages/", "settings/", "imports/", "people/give", "accounts/new"):
        assert client.get(f"/a/acme/{shut}").status_code == 403
    refused: Any = client.post("/a/acme/pages/new", data={"type": "page", "title": "x"})
    assert refused.status_code == 403
    with client.post("/a/acme/trail/export") as exported:
        assert exported.status_code == 200
    sign_in(client, cast.viewer)
    assert "Abuse." not in client.get("/a/acme/").text


@both_databases
def test_the_public_site_is_plainly_away(app: Flask, client: FlaskClient, cast: Cast):
    assert client.get("/s/acme-berlin/welcome/").status_code == 200
    sign_in(client, cast.operator)
    confirm(client, path(cast.house, cast.acme, "suspend"), reason="Abuse.")
    for where in ("/s/acme/", "/s/acme-berlin/welcome/", "/s/acme/feed.atom", "/s/acme/nothing/"):
        answer = client.get(where)
        assert answer.status_code == 503
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Retry-After"]
        assert "Welcome" not in answer.text
        assert "Abuse" not in answer.text
    assert client.get("/s/bolt/").status_code == 200


def test_greyed_out_controls_name_the_missing_right(client: FlaskClient, cast: Cast):
    sign_in(client, cast.viewer)
    page = client.get(path(cast.acme, cast.berlin)).text
    assert Permission.ACCOUNT_SUSPEND.sentence in page
    assert 'aria-disabled="true"' in page
    assert "/suspend" not in page
