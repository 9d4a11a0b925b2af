"""Where a page can be moved to: a choice of accounts, and words for what is not offered."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.views import copying
from tenants.accounts import Account, place
from tenants.audit import excuse
from tenants.db import db
from tenants.scope import across_tenants, acting_in, tenant_scope
from tests.content.type_scene import event, event_type
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.identity.common import events
from tests.tenants.tree_scene import give
from tests.views.test_choosers import chooser
from tests.views.test_drafts_cost import counted
from tests.views.test_pages import page_id


def offered(html: str) -> list[str]:
    """The handles that the form offers."""
    return [each for each in re.findall(r'value="([^"]*)"', chooser(html, "to")) if each]


def wood(app: Flask, cast: Cast, number: int) -> None:
    """More accounts below Hamburg."""
    with app.app_context(), across_tenants("a tree"):
        top = db.session.get_one(Account, cast.hamburg.id)
        for each in range(number):
            name = f"Branch {each:03}"
            excuse(place("secondary", f"branch-{each:03}", name, top, "UTC"), "Sets the scene.")
        db.session.commit()


@both_databases
def test_the_accounts_it_may_go_to_are_offered(app: Flask, client: FlaskClient, cast: Cast):
    url = f"/a/acme/pages/{page_id(app, cast)}/move"
    sign_in(client, cast.admin)
    shown = client.get(url).text
    assert offered(shown) == ["acme-berlin", "acme-berlin-mitte", "acme-hamburg"]
    assert "Acme Hamburg (acme-hamburg)" in shown
    assert "There are more" not in shown
    assert client.post(url, data={"to": "acme-hamburg"}).status_code == 302
    assert len(events(app, "page.moved")) == 1


def test_none_where_he_has_no_right_to_start_pages(app: Flask, client: FlaskClient, cast: Cast):
    with app.app_context():
        give(cast.berlin_editor, "author", cast.hamburg)
        give(cast.berlin_editor, "viewer", cast.acme)
    page = page_id(app, cast, "Welcome", "acme-berlin")
    sign_in(client, cast.berlin_editor)
    shown = client.get(f"/a/acme-berlin/pages/{page}/move").text
    assert offered(shown) == ["acme-hamburg", "acme-berlin-mitte"]
    found = {"find-in": "to", "find-to": "acme"}
    again = client.post(f"/a/acme-berlin/pages/{page}/move", data=found).text
    assert offered(again) == ["acme-hamburg", "acme-berlin-mitte"]


@pytest.mark.parametrize("column", ["halted", "closed", "suspended", "closing"])
def test_none_that_is_not_open(app: Flask, client: FlaskClient, cast: Cast, column: str):
    with app.app_context(), across_tenants("not open"):
        row = db.session.get_one(Account, cast.hamburg.id)
        if column == "halted":
            row.halted = True
        else:
            row.state = column
        excuse(row, "Sets the scene.")
        db.session.commit()
    sign_in(client, cast.admin)
    url = f"/a/acme/pages/{page_id(app, cast)}/move"
    shown = offered(client.get(url).text)
    assert shown == ["acme-berlin", "acme-berlin-mitte"]
    refused = client.post(url, data={"to": "acme-hamburg", "reason": "Kept reason."})
    assert refused.status_code == 422
    assert "Kept reason." in refused.text


def test_only_where_its_type_is_there(app: Flask, client: FlaskClient, cast: Cast):
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        event_type(cast.berlin)
        page, alone = event(cast.berlin).id, event(cast.mitte).id
        db.session.commit()
    sign_in(client, cast.admin)
    url = f"/a/acme-berlin/pages/{page}/move"
    assert offered(client.get(url).text) == ["acme-berlin-mitte"]
    assert offered(client.get(f"/a/acme-berlin-mitte/pages/{alone}/move").text) == ["acme-berlin"]


def test_whoever_can_bring_it_nowhere_is_told_so(app: Flask, client: FlaskClient, cast: Cast):
    page = page_id(app, cast, "Plans for spring", "bolt")
    sign_in(client, cast.bolt_editor)
    shown = client.get(f"/a/bolt/pages/{page}/move").text
    assert offered(shown) == []
    assert "There is no other account of this customer where you may start" in shown


@both_databases
def test_those_not_offered_are_found_by_words(
    app: Flask, client: FlaskClient, cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(copying, "PLACES", 2)
    wood(app, cast, 4)
    sign_in(client, cast.admin)
    url = f"/a/acme/pages/{page_id(app, cast)}/move"
    shown = client.get(url).text
    assert offered(shown) == ["acme-berlin", "acme-hamburg"]
    assert "There are more than the 2 below: find the others by a word." in shown
    sent = {"reason": "Kept reason.", "to": "acme-hamburg", "find-in": "to"}
    found = client.post(url, data={**sent, "find-to": "ANCH-003"})
    assert found.status_code == 200
    assert offered(found.text) == ["acme-hamburg", "branch-003"]
    assert "Kept reason." in found.text
    assert re.search(r'<option selected value="acme-hamburg">', found.text)
    assert "Nothing has" in client.post(url, data={**sent, "find-to": "bolt"}).text
    assert events(app, "page.moved") == []
    assert client.post(url, data={"to": "branch-002"}).status_code == 302, "typed, not offered"


def test_the_form_costs_the_same_for_few_and_many(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.admin)
    url = f"/a/acme/pages/{page_id(app, cast)}/move"
    client.get(url)
    few = len(counted(app, lambda: client.get(url)))
    wood(app, cast, 130)
    assert len(counted(app, lambda: client.get(url))) == few
    assert len(offered(client.get(url).text)) == copying.PLACES
