"""Inviting from the People page."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tenants.invitations import open_invitations
from tenants.roles import built_in
from tenants.scope import across_tenants, acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.identity.common import browser, events, link_in, mails
from tests.tenants.invitation_scene import invited

INVITE = "/a/acme/people/invite"
NEW = "new@elsewhere.example"


def role_id(app: Flask, key: str) -> str:
    with app.app_context(), across_tenants("a test reads a role"):
        return str(built_in(key).id)


def send(client: FlaskClient, app: Flask, email: str = NEW, **more: Any) -> TestResponse:
    data = {"email": email, "role": role_id(app, "editor"), "reach": "account", "because": "Help."}
    return client.post(more.pop("to", INVITE), data=data | more.pop("data", {}), **more)


def path_of(app: Flask, cast: Cast, act: str, handle: str = "acme") -> str:
    """Where a post acts on the one open invitation."""
    here = cast.accounts[handle]
    with app.app_context(), acting_in(tenant_scope(here.tenant_id)):
        (row,) = open_invitations(here)
        return f"/a/acme/people/invitations/{row.id}/{act}"


@both_databases
def test_it_works(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    assert f'href="{INVITE}"' in client.get("/a/acme/people/").text
    assert client.get(INVITE).status_code == 200
    assert send(client, app).location == "/a/acme/people/"
    people = client.get("/a/acme/people/").text
    assert f"An invitation is on its way to {NEW}." in people
    assert "Open invitations" in people
    (mail,) = mails(app)
    assert (mail.recipient, mail.tenant_id) == (NEW, cast.acme.id)
    assert mail.subject == "Ada Admin invites you to Acme"
    assert link_in(mail).startswith("/invitation/")
    assert "Help." not in mail.text


@both_databases
def test_it_is_sent_again_and_revoked(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    send(client, app)
    assert client.post(path_of(app, cast, "resend")).location == "/a/acme/people/"
    first, second = mails(app)
    assert link_in(first) != link_in(second)
    assert "2 times" in client.get("/a/acme/people/").text
    gone = path_of(app, cast, "revoke")
    assert client.post(gone).location == "/a/acme/people/"
    page = client.get("/a/acme/people/").text
    assert "its link is dead" in page
    assert "Open invitations" not in page
    client.post(gone)
    assert "was revoked already" in client.get("/a/acme/people/").text
    client.post(gone.replace("revoke", "resend"))
    assert "was revoked already" in client.get("/a/acme/people/").text
    assert len(mails(app)) == 2


@pytest.mark.parametrize("who", ["editor", "viewer", "auditor"])
def test_it_needs_the_permission(app: Flask, client: FlaskClient, cast: Cast, who: str):
    with app.app_context():
        invited(cast, NEW)
    sign_in(client, cast.people[who])
    assert client.get(INVITE).status_code == 403
    assert send(client, app).status_code == 403
    for act in ("resend", "revoke"):
        assert client.post(path_of(app, cast, act)).status_code == 403
    if who == "auditor":
        assert NEW not in client.get("/a/acme/people/").text
    assert mails(app) == []


def test_more_than_one_holds_is_refused(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.operator)
    assert send(client, app).status_code == 422
    sign_in(client, cast.admin)
    auditor = {"role": role_id(app, "auditor")}
    assert send(client, app, data=auditor).status_code == 422
    assert mails(app) == []


@both_databases
@pytest.mark.parametrize("act", ["resend", "revoke"])
def test_a_neighbour_gets_404(app: Flask, client: FlaskClient, cast: Cast, act: str):
    with app.app_context():
        invited(cast, NEW, "editor", cast.bolt_admin, cast.bolt)
        invited(cast, NEW, "editor", cast.berlin_admin, cast.berlin)
    sign_in(client, cast.admin)
    for handle in ("bolt", "acme-berlin"):
        assert client.post(path_of(app, cast, act, handle)).status_code == 404
    sign_in(client, cast.bolt_admin)
    assert client.get(INVITE).status_code == 404


@pytest.mark.parametrize("act", ["resend", "revoke"])
def test_it_rejects_get(app: Flask, client: FlaskClient, cast: Cast, act: str):
    with app.app_context():
        invited(cast, NEW)
    sign_in(client, cast.admin)
    assert client.get(path_of(app, cast, act)).status_code == 405
    assert client.post(path_of(app, cast, act), csrf=False).status_code == 400
    with app.app_context(), acting_in(tenant_scope(cast.acme.id)):
        assert len(open_invitations(cast.acme)) == 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"email": ""}, "Give an e-mail address"),
        ({"email": "nobody"}, "not an e-mail address"),
        ({"email": "a\x00@b.example"}, "not an e-mail address"),
        ({"role": ""}, "Choose a role"),
        ({"role": "x"}, "Not a valid choice"),
        ({"until": "2020-01-01"}, "must lie in the future"),
        ({"until": "soon"}, "Not a valid date"),
        ({"because": "x" * 2001}, "at most 2,000"),
    ],
)
def test_it_refuses_bad_input_and_keeps_what_was_typed(
    app: Flask, client: FlaskClient, cast: Cast, data: dict[str, str], sentence: str
):
    sign_in(client, cast.admin)
    answer = send(client, app, data={"because": "Kept as typed.", **data})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert data.get("because", "Kept as typed.") in answer.text
    if "email" not in data:
        assert NEW in answer.text
    assert mails(app) == []


def test_the_same_twice_is_told_beside_the_address(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    send(client, app)
    again = send(client, app, NEW.upper())
    assert again.status_code == 422
    assert "is invited as Editor already" in again.text


def test_the_answer_is_the_same_whoever_has_the_address(app: Flask, cast: Cast):
    seen = []
    for email in (NEW, cast.bolt_editor.email):
        client = sign_in(browser(app), cast.admin)
        sent = send(client, app, email)
        page = client.get("/a/acme/people/").text
        seen.append((sent.status_code, sent.location, page.count(email)))
    assert seen[0] == seen[1]
    first, second = mails(app)
    assert first.text.replace(link_in(first), "") == second.text.replace(link_in(second), "")


def test_it_is_recorded(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    send(client, app)
    (event,) = events(app, "invitation.sent")
    assert (event.actor_id, event.account_id, event.reason) == (
        cast.admin.id, cast.acme.id, "Help.",
    )  # fmt: skip


def test_mails_are_not_sent_without_end(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    answers = []
    for _ in range(6):
        answers.append(send(client, app).status_code)
        if answers[-1] == 302:
            client.post(path_of(app, cast, "revoke"))
    assert answers == [302] * 5 + [429]


@both_databases
def test_the_command_line_invites_on_somebodys_word(app: Flask, cast: Cast):
    def run(*words: str) -> Any:
        return app.test_cli_runner().invoke(args=["person", "invite", *words])

    done = run(NEW, "editor", "acme", "--as", cast.admin.email, "--only-here")
    assert done.exit_code == 0, done.output
    (mail,) = mails(app)
    assert mail.recipient == NEW
    for words, sentence in (
        ((NEW, "editor", "acme", "--as", cast.admin.email), "already"),
        ((NEW, "editor", "acme", "--as", cast.editor.email), "lacks the right"),
        ((NEW, "auditor", "acme", "--as", cast.owner.email), "no role"),
        ((NEW, "nothing", "acme", "--as", cast.admin.email), "no role"),
        (("nobody", "viewer", "acme", "--as", cast.admin.email), "not an e-mail"),
        ((NEW, "viewer", "nowhere", "--as", cast.admin.email), "no account"),
    ):
        failed = run(*words)
        assert failed.exit_code == 1
        assert sentence in failed.output
        assert "Traceback" not in failed.output
    assert len(mails(app)) == 1
