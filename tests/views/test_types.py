"""Defining types in the browser: each writing view works, is guarded and previews."""

from __future__ import annotations

import re
import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.content.defining_fields import FieldWords
from tests.content.type_scene import VALUES, event, event_type
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.views.typed_scene import (
    FIELD,
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


@both_databases
def test_a_type_with_fields_is_defined_without_scripts(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    made = sign_in(client, cast.admin).post(f"{TYPES}new", data=WORDS)
    assert made.status_code == 302
    assert "No fields yet" in client.get(made.location).text
    options = {
        "label": "Level",
        "kind": "choice",
        "options": "Beginners\r\n\r\nEverybody\r\nBeginners",
    }
    assert client.post(f"{made.location}fields/new", data=options).status_code == 302
    group = {"label": "Speakers", "kind": "group"}
    assert client.post(f"{made.location}fields/new", data=group).status_code == 302
    shown = client.get(made.location).text
    into = re.search(r'href="([^"]+fields/new\?group=[^"]+)"', shown)
    assert into
    assert client.post(into[1], data=FIELD).status_code == 302
    definition = found(app, cast, uuid.UUID(made.location.rstrip("/").rsplit("/", 1)[-1]))
    assert [f.label for f in definition.asked] == ["Level", "Speakers"]
    assert definition.asked[0].options == ("Beginners", "Everybody")
    assert [f.label for f in definition.asked[1].asked] == ["Venue"]
    assert "Write one" in shown
    assert last_event(app, cast).sentence == "changed the type Event: added the field “Venue”"


@pytest.mark.parametrize("path", ["new", "{id}/edit", "{id}/delete", "{id}/fields/new"])
def test_defining_needs_the_right_and_a_neighbour_sees_nothing(
    app: Flask, client: FlaskClient, cast: Cast, type_id: uuid.UUID, path: str
) -> None:
    url = TYPES + path.format(id=type_id)
    sign_in(client, cast.publisher)
    for answer in (client.get(url), client.post(url, data={**WORDS, **FIELD})):
        assert answer.status_code == 403
        assert "type.manage" in answer.text
        assert cast.admin.email in answer.text
    sign_in(client, cast.bolt_admin)
    assert client.get(url).status_code == 404
    theirs = url.replace("/acme/", "/bolt/")
    assert client.get(theirs).status_code == (200 if path == "new" else 404)


def test_reading_changes_nothing(
    app: Flask, client: FlaskClient, cast: Cast, type_id: uuid.UUID
) -> None:
    before = last_event(app, cast).id
    sign_in(client, cast.admin)
    for act in ("edit", "remove"):
        assert client.get(field_url(app, cast, type_id, "Venue", act)).status_code == 200
    for act in ("move", "back"):
        assert client.get(field_url(app, cast, type_id, "Venue", act)).status_code == 405
    assert client.get(f"{TYPES}{type_id}/restore").status_code == 405
    assert last_event(app, cast).id == before


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("name", "", "Give the type a name."),
        ("name", "x" * 100_000, "Use at most 100 characters"),
        ("name", "Page", "There is a type Page here already"),
        ("name", "a\x00b", "NUL character"),
        ("sentence", "x" * 100_000, "Use at most 300 characters"),
        ("stands", "everywhere", "Not a valid choice"),
    ],
)
def test_bad_words_get_a_sentence_and_stay(
    client: FlaskClient, cast: Cast, name: str, value: str, sentence: str
) -> None:
    answer = sign_in(client, cast.admin).post(f"{TYPES}new", data={**WORDS, name: value})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "It happens." in answer.text or name == "sentence"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"label": ""}, "Give the field a name."),
        ({"label": "x" * 100_000}, "Use at most 100 characters"),
        ({"label": "Seats"}, "There is a field Seats already"),
        ({"kind": "telepathy"}, "Not a valid choice"),
        ({"kind": "nonsense"}, "Not a valid choice"),
        ({"kind": "choice"}, "Write the choices"),
        ({"kind": "choice", "options": "x" * 100_000}, "Use at most"),
        ({"kind": "reference", "of": "nothing"}, "not a valid choice"),
    ],
)
def test_a_bad_field_gets_a_sentence_and_stays(
    client: FlaskClient, cast: Cast, type_id: uuid.UUID, change: dict[str, str], sentence: str
) -> None:
    typed = {**FIELD, "label": "Another", "hint": "Keep me.", **change}
    answer = sign_in(client, cast.admin).post(f"{TYPES}{type_id}/fields/new", data=typed)
    assert answer.status_code == 422
    assert sentence.lower() in answer.text.lower()
    assert "Keep me." in answer.text


@both_databases
def test_a_change_that_touches_drafts_is_shown_first(
    app: Flask, client: FlaskClient, cast: Cast, type_id: uuid.UUID
) -> None:
    do(app, cast, lambda: event(cast.berlin, "Fair in Berlin", **VALUES))
    url = field_url(app, cast, type_id, "Venue", "edit")
    asked = {**FIELD, "kind": "number"}
    shown = sign_in(client, cast.admin).post(url, data=asked)
    assert shown.status_code == 200
    for words in ("Nothing is lost", "Fair in Berlin", "The mill", "takes a number", "Acme Berlin"):
        assert words in shown.text
    assert found(app, cast, type_id).asked[0].kind == "text", "shown, not done"
    seen = re.search(r'name="seen"[^>]*value="([0-9a-f]{64})"', shown.text)
    assert seen
    back = client.post(url, data={**asked, "seen": seen[1], "act": "back"})
    assert 'name="label"' in back.text
    done = client.post(url, data={**asked, "seen": seen[1], "act": "save"})
    assert done.status_code == 302
    assert found(app, cast, type_id).asked[0].kind == "number"


def test_what_is_not_to_be_read_is_counted_and_not_shown(
    app: Flask, client: FlaskClient, cast: Cast, type_id: uuid.UUID
) -> None:
    do(app, cast, lambda: event(cast.berlin, "Fair in Berlin", **VALUES))
    url = field_url(app, cast, type_id, "Venue", "remove")
    shown = sign_in(client, cast.admin).get(url).text
    assert "Looked at 1 of 1" in shown
    assert client.post(url, data={}).status_code == 302
    definition = found(app, cast, type_id)
    assert "Venue" not in [f.label for f in definition.asked]
    assert last_event(app, cast).sentence == "changed the type Event: removed the field “Venue”"
    listed = client.get(f"{TYPES}{type_id}/").text
    assert "Removed fields" in listed
    back = re.search(r'action="([^"]+/back)"', listed)
    assert back
    assert client.post(back[1]).status_code == 302
    assert "Venue" in [f.label for f in found(app, cast, type_id).asked]


def test_a_type_from_above_tells_nothing_of_the_accounts_beside(
    app: Flask, client: FlaskClient, cast: Cast
) -> None:
    def scene() -> uuid.UUID:
        row = event_type(cast.acme, FieldWords("Venue", "text"))
        for place in (cast.acme, cast.hamburg, cast.hamburg):
            event(place)
        event(cast.berlin)
        return row.id

    url = f"{do(app, cast, scene)}/"
    shown = r"Written so far</dt>\s*<dd[^>]*>\s*(\d+)"
    for who, handle, number in (
        (cast.admin, "acme", "4"),
        (cast.berlin_editor, "acme-berlin", "1"),
    ):
        found = re.search(shown, sign_in(client, who).get(f"/a/{handle}/types/{url}").text)
        assert found
        assert found[1] == number
