"""The share links of a page, as those who make them see them."""

from __future__ import annotations

import html
import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.content.shares import ShareLink
from tenants.audit import AuditEvent
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.shares import CHROME, LINK_PASSWORD, a_draft, a_link, address_in, on, rows
from tests.views.test_drafts_cost import counted

FORM = {"name": "The agency", "days": "3", "may_comment": "y"}


@both_databases
def test_from_made_to_revoked(app: Flask, client: FlaskClient, cast: Cast):
    page = a_draft(app, cast, body="<p>Asparagus.</p>")
    sign_in(client, cast.editor)
    assert "Not shared yet" in client.get(on(page)).text
    assert on(page) in client.get(f"/a/acme/pages/{page}/").text
    draft = rows(app, ShareLink)
    assert draft == []
    form = client.get(on(page)).text
    revision = form.partition('<option selected value="')[2].partition('"')[0]
    answer = client.post(on(page), data=FORM | {"revision": revision})
    assert answer.status_code == 303
    shown = client.get(on(page))
    assert shown.headers["Referrer-Policy"] == "same-origin"
    link = address_in(shown.text)
    assert "share-address" not in client.get(on(page)).text, "shown once"
    (row,) = rows(app, ShareLink)
    token = link.removeprefix("/share/")
    assert len(token) > 64
    assert row.password_hash is None
    assert token not in str(vars(row))
    outsider = app.test_client()
    assert "Asparagus." in outsider.get(link, headers=CHROME).text
    assert "1 time" in client.get(on(page)).text
    sign_in(client, cast.publisher)
    assert client.post(f"{on(page)}{row.id}/revoke").status_code == 303
    listed = client.get(on(page)).text
    assert "by Pia Publisher" in listed
    assert outsider.get(link).status_code == 404
    client.post(f"{on(page)}{row.id}/revoke")
    assert "revoked this link already" in client.get(on(page)).text
    told = [e for e in rows(app, AuditEvent) if e.event.startswith("share.")]
    assert [(e.event, e.actor_label) for e in told] == [
        ("share.made", cast.editor.email), ("share.revoked", cast.publisher.email),
    ]  # fmt: skip
    assert token not in str([vars(e) for e in rows(app, AuditEvent)])
    assert "made the share link" in client.get(f"/a/acme/pages/{page}/history").text


def test_a_password_is_kept_as_a_digest(app: Flask, client: FlaskClient, cast: Cast):
    page = a_draft(app, cast, body="<p>Asparagus.</p>")
    sign_in(client, cast.editor)
    revision = client.get(on(page)).text.partition('<option selected value="')[2].partition('"')[0]
    typed = FORM | {"revision": revision, "password": LINK_PASSWORD}
    assert client.post(on(page), data=typed).status_code == 303
    (row,) = rows(app, ShareLink)
    assert row.password_hash.startswith("$argon2id$")
    link = address_in(client.get(on(page)).text)
    nobody = app.test_client()
    assert "Asparagus." not in nobody.get(link).text
    assert nobody.post(f"{link}/unlock", data={"password": LINK_PASSWORD}).status_code == 303
    assert "Asparagus." in nobody.get(link).text


def test_it_needs_the_right_to_share_and_to_edit(app: Flask, client: FlaskClient, cast: Cast):
    page = a_draft(app, cast)
    link = a_link(app, cast, page)
    (row,) = rows(app, ShareLink)
    for who in (cast.author, cast.viewer):
        sign_in(client, who)
        assert client.get(on(page)).status_code == 403
        assert client.post(on(page), data=FORM).status_code == 403
        assert client.post(f"{on(page)}{row.id}/revoke").status_code == 403
        shown = client.get(f"/a/acme/pages/{page}/preview/widths").text
        assert "page.share" in html.unescape(shown), "the greyed-out button names the right"
    for who in (cast.bolt_admin, cast.berlin_admin):
        sign_in(client, who)
        assert client.get(on(page)).status_code == 404
    assert client.get(link).status_code == 200
    sign_in(client, cast.editor)
    assert client.get(f"{on(page)}{row.id}/revoke").status_code == 405
    assert client.post(f"{on(page)}{uuid.uuid4()}/revoke").status_code == 404


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"name": ""}, "Say who it is for."),
        ({"name": "x" * 101}, "Use at most 100 characters."),
        ({"days": "0"}, "from 1 to 90"),
        ({"days": "91"}, "from 1 to 90"),
        ({"days": "soon"}, "Not a valid integer"),
        ({"password": "short"}, "at least 8 characters"),
        ({"revision": str(uuid.uuid4())}, "Not a valid choice"),
        ({"name": "a\x00b"}, "NUL character"),
    ],
)
def test_bad_input_keeps_what_was_typed(
    app: Flask, client: FlaskClient, cast: Cast, typed: dict[str, str], sentence: str
):
    page = a_draft(app, cast)
    sign_in(client, cast.editor)
    form = client.get(on(page)).text
    revision = form.partition('<option selected value="')[2].partition('"')[0]
    answer = client.post(on(page), data=FORM | {"revision": revision} | typed)
    assert answer.status_code == 422
    assert sentence in answer.text
    kept = typed.get("name", FORM["name"]).replace("\x00", "\ufffd")
    assert f'value="{kept}"' in answer.text
    assert rows(app, ShareLink) == []


def test_the_list_costs_the_same_for_many(app: Flask, client: FlaskClient, cast: Cast):
    page = a_draft(app, cast)
    sign_in(client, cast.editor)
    a_link(app, cast, page)
    once = len(counted(app, lambda: client.get(on(page))))
    for _ in range(3):
        a_link(app, cast, page, maker=cast.publisher)
    assert len(counted(app, lambda: client.get(on(page)))) == once
