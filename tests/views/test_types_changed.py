"""Types moved, deleted, restored, and changed by two at once, in the browser."""

from __future__ import annotations

import re
import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.content.content_types import type_by_id
from portal.content.defining_types import TypeWords, change_type, delete_type
from tests.content.type_scene import VALUES, event, event_type
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS
from tests.views.test_within import statements
from tests.views.typed_scene import (
    TYPES,
    WORDS,
    do,
    field_url,
    found,
    last_event,
    make_type,
)


@pytest.fixture
def type_id(app: Flask, cast: Cast) -> uuid.UUID:
    return make_type(app, cast)


def test_fields_are_moved_with_buttons(
    app: Flask, client: FlaskClient, cast: Cast, type_id: uuid.UUID
) -> None:
    sign_in(client, cast.admin)
    url = field_url(app, cast, type_id, "Directions", "move")
    assert client.post(url, data={"to": "up"}).status_code == 302
    assert [f.label for f in found(app, cast, type_id).asked][:2] == ["Directions", "Venue"]
    assert client.post(url, data={"to": "up"}).status_code == 302, "at the top it stays there"


def test_somebody_elses_change_is_told_of(
    app: Flask, client: FlaskClient, cast: Cast, type_id: uuid.UUID
) -> None:
    url = f"{TYPES}{type_id}/edit"
    form = sign_in(client, cast.admin).get(url).text
    version = re.search(r'name="based_on"[^>]*value="(\d+)"', form)
    assert version

    def change() -> None:
        row = type_by_id(type_id, cast.acme.id)
        assert row is not None
        change_type(row, cast.acme, TypeWords("Happening"), by=TESTS)

    do(app, cast, change)
    answer = client.post(url, data={**WORDS, "name": "My name", "based_on": version[1]})
    assert answer.status_code == 422
    assert "changed this type while you were editing it" in answer.text
    assert "My name" in answer.text


def test_a_type_is_deleted_and_restored_in_the_browser(
    app: Flask, client: FlaskClient, cast: Cast, type_id: uuid.UUID
) -> None:
    do(app, cast, lambda: event(cast.acme, seats="3"))
    sign_in(client, cast.admin)
    assert "1 so far" in client.get(f"{TYPES}{type_id}/delete").text
    assert client.post(f"{TYPES}{type_id}/delete", data={}).status_code == 302
    assert client.get("/a/acme/pages/new?type=event").status_code == 404
    assert "Summer fair" in client.get("/a/acme/pages/?type=event").text
    assert client.post(f"{TYPES}{type_id}/restore").status_code == 302
    assert client.get("/a/acme/pages/new?type=event").status_code == 200
    assert last_event(app, cast).event == "type.restored"


def test_below_a_type_is_used_and_not_changed(
    app: Flask, client: FlaskClient, cast: Cast, type_id: uuid.UUID
) -> None:
    sign_in(client, cast.berlin_admin)
    assert "Defined above" in client.get("/a/acme-berlin/types/").text
    shown = client.get(f"/a/acme-berlin/types/{type_id}/").text
    assert "It is changed where it was defined: at Acme." in shown
    assert client.get(f"/a/acme-berlin/types/{type_id}/edit").status_code == 404
    assert client.get("/a/acme-berlin/pages/new?type=event").status_code == 200


def test_a_deleted_type_meanwhile_gives_the_text_back(
    app: Flask, client: FlaskClient, cast: Cast, type_id: uuid.UUID
) -> None:
    def delete() -> None:
        row = type_by_id(type_id, cast.acme.id)
        assert row is not None
        delete_type(row, cast.acme, by=TESTS)

    do(app, cast, delete)
    typed = {"type": "event", "title": "Written long", "f-venue": "The mill"}
    answer = sign_in(client, cast.author).post("/a/acme/pages/new?type=event", data=typed)
    assert answer.status_code == 422
    assert "cannot be started here" in answer.text
    assert "Written long" in answer.text
    assert "The mill" in answer.text


def test_statements_do_not_grow_with_types(
    app: Flask, client: FlaskClient, cast: Cast, type_id: uuid.UUID
) -> None:
    sign_in(client, cast.admin)
    addresses = [TYPES, f"{TYPES}{type_id}/", field_url(app, cast, type_id, "Venue", "remove")]
    for address in addresses:
        statements(app, client, address)
    few = [statements(app, client, address) for address in addresses]

    def more() -> None:
        for number in range(8):
            event_type(cast.acme, name=f"Type {number}")
            event(cast.acme, f"Event {number}", **VALUES)

    do(app, cast, more)
    assert [statements(app, client, address) for address in addresses] == few
