"""The trash in the browser: each writing view, six sentences."""

from __future__ import annotations

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.content.trash import put_in_trash
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS, make_page
from tests.identity.common import events
from tests.views.test_pages import page_id


def trashed(app: Flask, cast: Cast, title: str = "Zebra", handle: str = "acme") -> str:
    account = cast.accounts[handle]
    with app.app_context(), acting_in(tenant_scope(account.tenant_id)):
        page = make_page(account, title)
        put_in_trash(page, account, by=TESTS)
        db.session.commit()
        return f"/a/{handle}/trash/{page.id}"


def test_in_and_out_again(app: Flask, client: FlaskClient, cast: Cast):
    page = page_id(app, cast)
    sign_in(client, cast.publisher)
    form = client.get(f"/a/acme/pages/{page}/trash").text
    assert "It is live" in form
    answer = client.post(f"/a/acme/pages/{page}/trash", data={"reason": "Old."})
    assert answer.status_code == 302
    listed = client.get(answer.location).text
    assert "Welcome" in listed
    assert "in the trash for 30 days" in listed
    assert "Welcome" not in client.get("/a/acme/pages/").text
    assert client.get(f"/a/acme/pages/{page}/").status_code == 404
    assert client.get("/s/acme/welcome/").status_code == 410
    back = client.post(f"/a/acme/trash/{page}/restore")
    assert "is back as a draft" in client.get(back.location).text
    assert client.get("/s/acme/welcome/").status_code == 410
    assert events(app, "page.trashed")[-1].reason == "Old."
    assert events(app, "page.untrashed")[-1].actor_label == cast.publisher.email


def test_deleting_asks_for_the_word(app: Flask, client: FlaskClient, cast: Cast):
    url = trashed(app, cast)
    sign_in(client, cast.publisher)
    refused = client.post(f"{url}/delete", data={"word": "yes", "reason": "Kept reason."})
    assert refused.status_code == 422
    assert "Kept reason." in refused.text
    assert "Type the word “delete”" in refused.text
    assert client.post(f"{url}/delete", data={"word": "Delete "}).status_code == 302
    assert events(app, "page.purged")[-1].target_label == "Zebra"
    assert client.post(f"{url}/restore").status_code == 404
    assert "Zebra" not in client.get("/a/acme/trash/").text


def test_it_needs_the_right(app: Flask, client: FlaskClient, cast: Cast):
    page, url = page_id(app, cast), trashed(app, cast)
    sign_in(client, cast.editor)
    shown = client.get(f"/a/acme/pages/{page}/trash").text
    assert "page.publish" in shown
    refused = client.post(f"/a/acme/pages/{page}/trash")
    assert refused.status_code == 403
    assert "page.publish" in refused.text
    assert client.post(f"{url}/delete", data={"word": "delete"}).status_code == 403
    sign_in(client, cast.viewer)
    assert client.get("/a/acme/trash/").status_code == 200
    for path in (f"/a/acme/pages/{page}/trash", f"{url}/restore"):
        assert client.post(path).status_code == 403
    assert events(app, "page.trashed")[-1].target_label == "Zebra"


@pytest.mark.parametrize("who", ["bolt_admin", "berlin_admin"])
def test_neighbours_get_404(app: Flask, client: FlaskClient, cast: Cast, who: str):
    page, url = page_id(app, cast), trashed(app, cast)
    sign_in(client, cast.people[who])
    for path in ("/a/acme/trash/", f"/a/acme/pages/{page}/trash", f"{url}/delete"):
        assert client.get(path).status_code == 404
    handle = cast.people[who].handle
    for path in (f"/a/{handle}/pages/{page}/trash", url.replace("/acme/", f"/{handle}/") + "/x"):
        assert client.post(path).status_code == 404
    assert events(app, "page.untrashed") == []


def test_a_page_with_pages_below_stays(app: Flask, client: FlaskClient, cast: Cast):
    sign_in(client, cast.publisher)
    page = page_id(app, cast, "Plans for spring")
    below = {"title": "Below", "type": "page", "parent": str(page)}
    assert client.post("/a/acme/pages/new", data=below).status_code == 302
    answer = client.post(f"/a/acme/pages/{page}/trash", data={"reason": "My reason."})
    assert answer.status_code == 422
    assert "My reason." in answer.text
    assert "Other pages stand below it" in answer.text


def test_restoring_rejects_get(app: Flask, client: FlaskClient, cast: Cast):
    url = trashed(app, cast)
    assert sign_in(client, cast.admin).get(f"{url}/restore").status_code in {404, 405}
    assert client.post(f"{url}/restore", csrf=False).status_code == 400
