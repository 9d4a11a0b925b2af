"""Translations in the browser: the screen, the editor's panel, the list."""

from __future__ import annotations

import re
import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.content.pages import page_by_id
from portal.content.translations import group_of
from tenants.db import db
from tenants.quotas import Resource
from tenants.scope import acting_in, tenant_scope
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import make_page
from tests.identity.common import events
from tests.tenants.limit_scene import limit
from tests.views.test_copying import arrived
from tests.views.test_drafts_cost import counted
from tests.views.test_page_lists import titles
from tests.views.test_pages import edited, page_id
from tests.views.test_within import statements


def started(client: FlaskClient, page: uuid.UUID, into: str, title: str = "") -> uuid.UUID:
    answer = client.post(
        f"/a/acme/pages/{page}/translations/start", data={"into": into, "title": title}
    )
    assert answer.status_code == 302, answer.text
    return arrived(answer)


def standing(app: Flask, cast: Cast, page: uuid.UUID) -> str:
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        row = page_by_id(page, cast.acme.id)
        assert row is not None
        return group_of(row).standing


@both_databases
def test_from_the_first_word_to_up_to_date(app: Flask, client: FlaskClient, cast: Cast):
    page = page_id(app, cast)
    sign_in(client, cast.editor)
    german = started(client, page, "DE", "Willkommen")
    told = events(app, "page.translated")[-1]
    assert (told.actor_label, told.facts["source"]) == (cast.editor.email, "Welcome")
    assert told.facts["language"] == "Deutsch"
    url = f"/a/acme/pages/{page}/"
    client.post(url, data=edited(client, url, body="<p>New words.</p>"))
    assert titles(client, state="outdated") == ["Willkommen"]
    listed = client.get("/a/acme/pages/").text
    comparison = re.search(rf'href="(/a/acme/pages/{page}/compare[^"]*)"', listed)
    assert comparison
    assert "Source changed since" in listed
    address = comparison[1].replace("&amp;", "&")
    compared = client.get(address).text
    assert "Welcome at Acme" in compared
    assert "New words" in compared
    editor = client.get(f"/a/acme/pages/{german}/").text
    assert comparison[1] in editor
    assert "Save, up to date with it now" in editor
    screen = client.get(f"/a/acme/pages/{german}/translations/").text
    assert comparison[1] in screen
    seen = re.search(r'name="seen" value="([^"]+)"', screen)
    assert seen
    to = f"/a/acme/pages/{german}/translations/up-to-date"
    assert client.post(to, data={"seen": str(uuid.uuid4())}).status_code == 409
    assert client.post(to, data={"seen": seen[1]}).status_code == 302
    assert standing(app, cast, german) == "current"
    assert events(app, "page.brought_up")[-1].changes == {"made from revision": [1, 2]}
    assert titles(client, state="outdated") == []


def test_saving_says_it_at_once(app: Flask, client: FlaskClient, cast: Cast):
    page = page_id(app, cast)
    sign_in(client, cast.editor)
    german = started(client, page, "de")
    source, url = f"/a/acme/pages/{page}/", f"/a/acme/pages/{german}/"
    client.post(source, data=edited(client, source, body="<p>New words.</p>"))
    shown = re.search(r'name="source_seen" value="([^"]+)"', client.get(url).text)
    assert shown
    sent = edited(client, url, body="<p>Neue Worte.</p>", act="up_to_date", source_seen=shown[1])
    client.post(source, data=edited(client, source, body="<p>Newer words.</p>"))
    told = client.get(client.post(url, data=sent).location).text
    assert "Your text is saved. Somebody saved the source meanwhile" in told
    assert standing(app, cast, german) == "outdated"
    shown = re.search(r'name="source_seen" value="([^"]+)"', told)
    assert shown
    sent = edited(client, url, body="<p>Neuere.</p>", act="up_to_date", source_seen=shown[1])
    assert "It is up to date with its source" in client.get(
        client.post(url, data=sent).location
    ).text  # fmt: skip
    assert standing(app, cast, german) == "current"


def test_linking_and_taking_out(app: Flask, client: FlaskClient, cast: Cast):
    page, other = page_id(app, cast), page_id(app, cast, "Plans for spring")
    url = f"/a/acme/pages/{page}/translations/"
    sign_in(client, cast.editor)
    assert "Plans for spring" in client.get(f"{url}?q=spring").text
    sent = {"other": str(other), "way": "this", "spoken": "de", "fresh": "y"}
    assert client.post(f"{url}link", data=sent).status_code == 302
    assert standing(app, cast, page) == "current"
    assert events(app, "page.linked")[-1].facts["source"] == "Plans for spring"
    assert titles(client, language="de") == ["Welcome"]
    assert titles(client, language="en", sort="title") == ["Old news", "Plans for spring"]
    assert client.post(f"{url}source").status_code == 302
    assert client.post(f"{url}source").status_code == 409
    assert client.post(f"{url}language", data={"language": "de-AT"}).status_code == 302
    assert titles(client, language="de", within="all") == ["Welcome"]
    assert client.post(f"{url}unlink").status_code == 302
    again = client.post(f"{url}unlink")
    assert (again.status_code, "linked to no other page" in again.text) == (409, True)
    told = ("page.source_chosen", "page.language_set", "page.unlinked")
    assert all(events(app, name)[-1].actor_label == cast.editor.email for name in told)


@pytest.mark.parametrize(
    ("act", "data", "said"),
    [
        ("start", {"into": "klingon", "title": "Kept title"}, "language tag"),
        ("start", {"into": "", "title": "Kept title"}, "Say which language"),
        ("start", {"into": "en", "title": "Kept title"}, "is the page in English already"),
        ("start", {"into": "d\x00e", "title": "Kept title"}, "language tag"),
        ("start", {"into": "de", "title": "Kept title" + "x" * 500}, "at most 500"),
        ("language", {"language": "Kept title"}, "language tag"),
        ("link", {"other": "", "spoken": "Kept title"}, "Choose a page"),
        ("link", {"other": str(uuid.UUID(int=1)), "spoken": "Kept title"}, "Not a valid choice"),
        ("link", {"way": "both", "spoken": "Kept title"}, "Not a valid choice"),
    ],
)
def test_bad_input_gets_a_sentence(
    app: Flask, client: FlaskClient, cast: Cast, act: str, data: dict[str, str], said: str
):
    sign_in(client, cast.editor)
    url = f"/a/acme/pages/{page_id(app, cast)}/translations/{act}"
    answer = client.post(url, data=data)
    assert (answer.status_code, said in answer.text, "Kept title" in answer.text) == (
        422, True, True,
    )  # fmt: skip
    assert client.get(url).status_code == 405


def test_rights_neighbours_and_room(app: Flask, client: FlaskClient, cast: Cast):
    page, theirs = page_id(app, cast), page_id(app, cast, "Welcome", "acme-berlin")
    url = f"/a/acme/pages/{page}/translations/"
    acts = ("start", "language", "link", "unlink", "source", "up-to-date")
    sign_in(client, cast.viewer)
    assert "page.edit" in client.get(url).text
    assert {client.post(url + act).status_code for act in acts} == {403}
    sign_in(client, cast.bolt_admin)
    assert {client.post(url + act).status_code for act in acts} == {404}
    assert client.get(url).status_code == 404
    sign_in(client, cast.editor)
    sent = {"other": str(theirs), "way": "it", "spoken": "de"}
    assert client.post(f"{url}link", data=sent).status_code == 422
    with app.app_context():
        limit(cast, cast.acme, Resource.ITEMS, 12)
    full = client.post(f"{url}start", data={"into": "de"})
    assert (full.status_code, "may have 12 pages and posts" in full.text) == (422, True)
    assert events(app, "page.translated") == events(app, "page.linked") == []


def test_more_translations_take_no_more_statements(app: Flask, client: FlaskClient, cast: Cast):
    page = page_id(app, cast)
    sign_in(client, cast.editor)

    def costs() -> list[int]:
        parts = (f"{page}/", f"{page}/translations/", "?language=de", "?state=outdated")
        asked = [f"/a/acme/pages/{part}" for part in parts]
        return [len(counted(app, lambda url=url: client.get(url))) for url in asked] + [  # type: ignore[misc]
            statements(app, client, "/a/acme/pages/?within=all")
        ]

    started(client, page, "de")
    first = costs()
    for tag in ("fr", "it", "nl", "pl"):
        started(client, page, tag)
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        make_page(cast.acme, "One more")
        db.session.commit()
    assert costs() == first
