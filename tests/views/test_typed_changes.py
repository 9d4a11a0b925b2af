"""A type changed while somebody writes, and what no chooser offers: nothing is lost."""

from __future__ import annotations

import re
import uuid

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.content import choosing
from portal.content.defining_fields import FieldWords, add_field, change_field, remove_field
from portal.content.defining_types import TypeWords, change_type
from portal.content.pages import page_by_id, revision_by_id
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.content.type_scene import event, event_type, field_id
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS, make_page
from tests.views.typed_scene import (
    NEW,
    TYPED,
    do,
    fields_of,
    make_type,
    row_of,
    sent,
)


@pytest.fixture
def type_id(app: Flask, cast: Cast) -> uuid.UUID:
    return make_type(app, cast)


def test_a_type_changed_while_somebody_writes_loses_nothing(
    app: Flask, client: FlaskClient, cast: Cast, type_id: uuid.UUID
) -> None:
    page = do(app, cast, lambda: event(cast.acme, seats="3").id)
    url = f"/a/acme/pages/{page}/"
    sign_in(client, cast.editor)
    typed = sent(client, url, **{"f-venue": "The old mill", "f-directions": "Left, then right."})

    def change() -> None:
        row = row_of(type_id, cast)
        remove_field(row, cast.acme, field_id(row, "Directions"), by=TESTS)
        number = FieldWords("Venue", "number")
        change_field(row, cast.acme, field_id(row, "Venue"), number, by=TESTS)
        text = FieldWords("Speakers", "group")
        assert not change_field(row, cast.acme, field_id(row, "Speakers"), text, by=TESTS)
        add_field(row, cast.acme, FieldWords("Price", "number", required=True), by=TESTS)

    do(app, cast, change)
    answer = client.post(url, data=typed)
    assert answer.status_code == 302
    said = client.get(answer.location).text
    assert "changed the type Event meanwhile" in said
    assert "Not asked for any more: Directions" in said
    assert "New: Price" in said.replace("Part of, Notice, ", "")
    kept = fields_of(app, cast, url)
    assert kept["venue"] == "The old mill"
    assert kept["directions"] == "Left, then right."
    assert "“Venue” takes a number" in said
    again = client.post(url, data=sent(client, url, **{"f-venue": "The old mill"}))
    assert again.status_code == 302, "what stood there may stay"


KINDS = [("Speakers", "lines"), ("Venue", "moment"), ("Begins", "text")]


@pytest.mark.parametrize(("label", "kind"), KINDS)
def test_what_was_typed_for_another_kind_is_kept(
    app: Flask, client: FlaskClient, cast: Cast, label: str, kind: str
) -> None:
    kinds = {"Speakers": "lines", "Venue": "text", "Begins": "moment"}
    fields = [FieldWords(name, takes) for name, takes in kinds.items()]
    type_id = do(app, cast, lambda: event_type(cast.acme, *fields).id)
    page = do(app, cast, lambda: event(cast.acme).id)
    url = f"/a/acme/pages/{page}/"
    typed = sent(sign_in(client, cast.editor), url, **{"f-speakers": "Ada and Bo"})
    typed = {name: value for name, value in typed.items() if not name.startswith("g-")}

    def change() -> None:
        row = row_of(type_id, cast)
        wanted = "group" if kind == "lines" else kind
        change_field(row, cast.acme, field_id(row, label), FieldWords(label, wanted), by=TESTS)

    do(app, cast, change)
    assert client.post(url, data=typed).status_code == 302
    kept = fields_of(app, cast, url)
    assert kept["speakers"] == "Ada and Bo"
    assert "The mill" in str(kept["venue"])
    assert "19:30" in str(kept["begins"])


def test_what_no_chooser_can_offer_is_found_by_words_or_by_its_address(
    app: Flask,
    client: FlaskClient,
    cast: Cast,
    type_id: uuid.UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old = do(app, cast, lambda: make_page(cast.acme, "Long ago").id)
    with app.app_context(), acting_in(tenant_scope(cast.bolt.tenant_id)):
        make_page(cast.bolt, "Long ago, elsewhere")
        db.session.commit()
    do(app, cast, lambda: [make_page(cast.acme, f"Newer {n}") for n in range(4)] and None)
    monkeypatch.setattr(choosing, "OFFERED", 3)
    html = sign_in(client, cast.author).get(NEW).text
    assert "Long ago" not in chooser(html)
    assert "There are more than the" in html
    for words in ("LONG", f"https://portal.example/a/acme/pages/{old}/history"):
        find = {**TYPED, "find-in": "f-part-of", "find-f-part-of": words}
        found = client.post(NEW, data=find)
        assert found.status_code == 200
        assert f'value="{old}"' in chooser(found.text)
        assert "Newer" not in chooser(found.text)
        assert "elsewhere" not in found.text
        assert 'value="The mill"' in found.text
    again = {**TYPED, "f-part-of": str(old), "find-in": "f-part-of", "find-f-part-of": "Newer 2"}
    kept = chooser(client.post(NEW, data=again).text)
    assert re.search(rf'<option selected value="{old}">Long ago<', kept)
    assert "Newer 2" in kept
    assert "Newer 1" not in kept
    answer = client.post(NEW, data={**TYPED, "f-part-of": str(old)})
    assert fields_of(app, cast, answer.location)["part-of"] == str(old)
    assert "Long ago" in client.get(answer.location).text
    refused = client.post(NEW, data={**TYPED, "f-part-of": "Long ago"})
    assert refused.status_code == 422
    assert "takes content from the list" in refused.text


def chooser(html: str) -> str:
    start = html[html.index('id="f-part-of"') :]
    return start[: start.index("</select>")]


def test_a_text_stays_when_its_type_asks_for_none(
    app: Flask, client: FlaskClient, cast: Cast, type_id: uuid.UUID
) -> None:
    page = do(app, cast, lambda: event(cast.acme, seats="3").id)
    url = f"/a/acme/pages/{page}/"

    def change() -> None:
        change_type(row_of(type_id, cast), cast.acme, TypeWords("Event", with_body=False), by=TESTS)

    do(app, cast, change)
    typed = sent(sign_in(client, cast.editor), url)
    assert 'name="body"' not in client.get(url).text
    del typed["body"]
    assert client.post(url, data=typed).status_code == 302

    def body() -> str:
        found = page_by_id(page, cast.acme.id)
        assert found is not None
        revision = revision_by_id(found.draft_revision_id, found)
        assert revision is not None
        return revision.body

    assert do(app, cast, body) == "<p>Come.</p>"
