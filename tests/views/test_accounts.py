"""The accounts below one: listed, opened from the browser."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tenants.directory import account_path, actor_by_email
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.identity.common import events, link_in, mails
from tests.views.account_scene import account, path, shown

NEW = "/a/acme/accounts/new"
FORM = {"name": "Acme Paris", "handle": "acme-paris", "zone": "Europe/Paris", "first": "nobody"}
NEW_ADMIN = "first@customer.example"


@both_databases
def test_a_secondary_is_opened(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    assert f'href="{NEW}"' in client.get("/a/acme/accounts/").text
    done = client.post(NEW, data=FORM)
    made = account(app, "acme-paris")
    assert done.location == path(cast.acme, made)
    assert "Acme Paris is open." in client.get(done.location).text
    assert (made.parent_id, made.tenant_id, made.zone) == (
        cast.acme.id, cast.acme.id, "Europe/Paris",
    )  # fmt: skip
    (event,) = [e for e in events(app, "account.opened") if e.target_id == made.id]
    assert event.actor_id == cast.admin.id
    assert client.get("/s/acme-paris/").status_code == 200


@both_databases
@pytest.mark.parametrize("first", ["me", "invite"])
def test_a_secondary_gets_its_first_admin(app: Flask, client: FlaskClient, cast: Cast, first: str):
    sign_in(client, cast.admin)
    done = client.post(NEW, data={**FORM, "first": first, "email": NEW_ADMIN})
    assert done.status_code == 302
    made = account(app, "acme-paris")
    if first == "me":
        with app.app_context():
            actor = actor_by_email(cast.admin.email)
        assert actor is not None
        assert any(h.account_id == made.id for h in actor.holdings)
    else:
        (mail,) = mails(app)
        assert mail.recipient == NEW_ADMIN
        assert link_in(mail).startswith("/invitation/")


@both_databases
def test_a_master_is_opened_with_somebody_new(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.operator)
    data = {"name": "Corp", "handle": "corp", "zone": "UTC", "email": NEW_ADMIN}
    refused = client.post("/a/house/accounts/new", data=data)
    assert refused.status_code == 422
    assert "give a name" in refused.text
    assert NEW_ADMIN in refused.text
    done = client.post("/a/house/accounts/new", data={**data, "person": "Fay First"})
    assert done.status_code == 302
    with app.app_context():
        made, actor = account_path("corp")[-1], actor_by_email(NEW_ADMIN)
    assert made.kind == "master"
    assert made.tenant_id == made.id
    assert actor is not None
    assert [h.account_id for h in actor.holdings] == [made.id]
    (mail,) = mails(app)
    assert link_in(mail).startswith("/sign-in/reset/")


def test_who_opens_names_no_admin_stronger_than_himself(
    app: Flask, client: FlaskClient, cast: Cast
):
    sign_in(client, cast.operator)
    answer = client.post(NEW, data={**FORM, "first": "me"})
    assert answer.status_code == 422
    assert "lacks the right" in answer.text
    assert len(events(app, "action.refused")) == 1
    with app.app_context():
        assert account_path("acme-paris") == ()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"name": ""}, "Give the account a name"),
        ({"name": "x" * 201}, "at most 200"),
        ({"name": "a\x00b"}, "NUL character"),
        ({"handle": ""}, "Give the account a handle"),
        ({"handle": "Ä b"}, "lower-case letters"),
        ({"handle": "bolt"}, "is taken"),
        ({"handle": "x" * 64}, "at most 63"),
        ({"zone": "Mars/Base"}, "Choose a time zone"),
        ({"first": "invite"}, "Give the e-mail address"),
        ({"first": "invite", "email": "nobody"}, "not an e-mail"),
        ({"first": "somebody"}, "Not a valid choice"),
    ],
)
def test_bad_input_is_told_and_kept(
    app: Flask, client: FlaskClient, cast: Cast, data: dict[str, str], sentence: str
):
    sign_in(client, cast.admin)
    answer = client.post(NEW, data=FORM | {"name": "Kept as typed"} | data)
    assert answer.status_code == 422
    assert sentence in answer.text
    if "name" not in data:
        assert "Kept as typed" in answer.text
    assert mails(app) == []


@pytest.mark.parametrize("who", ["editor", "viewer", "auditor", "support"])
def test_it_needs_the_permission(app: Flask, client: FlaskClient, cast: Cast, who: str):
    sign_in(client, cast.people[who])
    assert client.get("/a/acme/accounts/").status_code == 200
    assert client.post(NEW, data=FORM).status_code == 403
    where = path(cast.acme, cast.berlin, "suspend")
    assert client.get(where).status_code == 403
    assert client.post(where, data={"reason": "x"}).status_code == 403


def test_a_neighbour_gets_404(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.bolt_admin)
    assert client.post(NEW, data=FORM).status_code == 404
    assert client.get(path(cast.acme, cast.berlin)).status_code == 404
    for each in (cast.berlin, cast.mitte, cast.bolt, cast.house):
        for act in ("", "suspend", "reactivate"):
            assert client.get(path(cast.bolt, each, act)).status_code == 404


@both_databases
def test_the_tree_is_listed_searched_and_paged(
    app: Flask, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    sign_in(client, cast.admin)
    page = shown(client, "/a/acme/accounts/")
    assert page.index("Acme Berlin<") < page.index("Acme Berlin Mitte<")
    assert "Bolt" not in page
    found = shown(client, "/a/acme/accounts/?q=mitte")
    assert "Acme Berlin Mitte" in found
    assert "Acme Hamburg" not in found
    assert "No account fits" in client.get("/a/acme/accounts/?q=bolt").text
    assert client.get("/a/acme/accounts/?q=%00%FF&after=%00zz").status_code == 200
    monkeypatch.setattr("portal.views.accounts.PER_PAGE", 1)
    seen, where = [], "/a/acme/accounts/"
    for _ in range(3):
        page = client.get(where).text
        seen += re.findall(r'cell-lead.*?<a href="[^"]*" dir="auto">([^<]*)', page, re.DOTALL)
        more = re.search(r'rel="next" href="([^"]*)"', page)
        where = more[1].replace("&amp;", "&") if more else ""
    assert where == ""
    assert sorted(seen) == ["Acme Berlin", "Acme Berlin Mitte", "Acme Hamburg"]
