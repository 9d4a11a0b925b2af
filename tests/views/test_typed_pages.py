"""Writing content of a defined type in the browser: each field, each refusal, nothing lost."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.content import choosing
from portal.content.content_types import ContentType, type_by_id
from portal.content.defining_fields import FieldWords, add_field, change_field, remove_field
from portal.content.defining_types import TypeWords, change_type
from portal.content.pages import Page, page_by_id, revision_by_id
from portal.content.publishing import publish
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.content.type_scene import event, event_type, field_id
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS, make_page
from tests.views.test_within import statements

NEW = "/a/acme/pages/new?type=event"
TYPED = {
    "type": "event", "title": "Summer fair", "body": "<p>Come.</p>", "f-venue": "The mill",
    "f-directions": "Bus 3,\r\nthen walk.", "f-programme": "<p>Soup.</p>", "f-seats": "40",
    "f-day": "2026-03-28", "m-begins-wall": "2026-03-28T19:30", "m-begins-zone": "Europe/Berlin",
    "f-level": "Everybody", "f-free": "yes", "f-tickets": "https://tickets.example/42",
    "g-speakers-0-p-name": "Ada", "g-speakers-0-p-about": "<p>Counts.</p>",
    "g-speakers-1-p-name": "", "g-speakers-1-p-about": "",
}  # fmt: skip


def do(app: Flask, cast: Cast, act: Callable[[], Any]) -> Any:
    """Do something at Acme and commit it."""
    with app.app_context(), acting_in(tenant_scope(cast.acme.tenant_id)):
        found = act()
        db.session.commit()
        return found


@pytest.fixture
def type_id(app: Flask, cast: Cast) -> uuid.UUID:
    return do(app, cast, lambda: event_type(cast.acme).id)


def fields_of(app: Flask, cast: Cast, address: str) -> dict[str, Any]:
    """What the draft of the page at an address of the editor holds."""
    found = uuid.UUID(address.rstrip("/").rsplit("/", 1)[-1])

    def read() -> dict[str, Any]:
        page = page_by_id(found, cast.acme.id)
        assert page is not None
        revision = revision_by_id(page.draft_revision_id, page)
        assert revision is not None
        return dict(revision.fields)

    return do(app, cast, read)


def sent(client: FlaskClient, url: str, **changes: Any) -> dict[str, Any]:
    """What the editor's form would send, with some inputs changed."""
    html = client.get(url).text
    inputs = {name: tag for tag, name in re.findall(r'(<input[^>]*name="([^"]+)"[^>]*>)', html)}
    wanted = [n for n in ("based_on", "type_version", "byline") if n in inputs]
    values = {name: re.search(r'value="([^"]*)"', inputs[name]) for name in wanted}
    kept = {name: found[1] for name, found in values.items() if found}
    return TYPED | kept | changes


def row_of(type_id: uuid.UUID, cast: Cast) -> ContentType:
    row = type_by_id(type_id, cast.acme.id)
    assert row is not None
    return row


@both_databases
def test_every_field_is_asked_for_kept_and_shown_again(
    app: Flask, client: FlaskClient, cast: Cast, type_id: uuid.UUID
) -> None:
    page = sign_in(client, cast.author).get(NEW)
    for label in ("Venue", "Seats (needed before publishing)", "Begins", "Speakers, entry 1"):
        assert label in page.text
    answer = client.post(NEW, data=TYPED)
    assert answer.status_code == 302
    kept = fields_of(app, cast, answer.location)
    assert kept["speakers"] == [{"name": "Ada", "about": "<p>Counts.</p>"}]
    assert kept["directions"] == "Bus 3,\nthen walk."
    assert kept["begins"]["zone"] == "Europe/Berlin"
    again = client.get(answer.location).text
    for shown in ("The mill", "2026-03-28T19:30", "https://tickets.example/42", "Ada", "Soup."):
        assert shown in again
    same = client.post(answer.location, data=sent(client, answer.location))
    assert "Nothing was changed" in client.get(same.location).text


def test_an_incomplete_draft_saves_and_says_what_is_missing(
    app: Flask, client: FlaskClient, cast: Cast, type_id: uuid.UUID
) -> None:
    sign_in(client, cast.publisher)
    answer = client.post(NEW, data={"type": "event", "title": "Bare"})
    assert answer.status_code == 302
    assert fields_of(app, cast, answer.location) == {}
    assert "“Seats” is required and empty." in client.get(answer.location).text
    form = client.get(f"{answer.location}publish").text
    assert "“Seats” is required and empty." in form
    revision = re.search(r'name="revision"[^>]*value="([^"]+)"', form)
    assert revision
    refused = client.post(f"{answer.location}publish", data={"revision": revision[1]})
    assert refused.status_code == 422
    assert "is required and empty" in refused.text


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("f-venue", "x" * 100_000, "takes at most 500 characters"),
        ("f-venue", "a\x00b", "NUL character"),
        ("f-directions", "x" * 100_000, "takes at most 20,000 characters"),
        ("f-programme", "x" * 250_000, "takes at most 200,000 characters"),
        ("f-programme", "<div>" * 3000, "cannot be kept like this"),
        ("f-seats", "many", "This takes a number"),
        ("f-seats", "9" * 100_000, "takes at most 40 characters"),
        ("f-day", "2026-02-30", "This takes a day"),
        ("m-begins-wall", "soon", "takes a date with a time"),
        ("m-begins-wall", "2026-03-29T02:30", "clocks in Europe/Berlin skip it"),
        ("m-begins-zone", "Middle/Earth", "takes a zone by its name"),
        ("m-begins-zone", "../../etc/passwd", "takes a zone by its name"),
        ("f-level", "Experts", "one of the choices offered"),
        ("f-free", "perhaps", "takes yes or no"),
        ("f-tickets", "javascript:alert(1)", "takes a whole address"),
        ("f-tickets", "x" * 100_000, "takes at most 2,000 characters"),
        ("f-part-of", "nonsense", "takes content from the list"),
        ("f-part-of", str(uuid.UUID(int=7)), "refers to content that is not there"),
        ("g-speakers-0-p-name", "x" * 100_000, "takes at most 500 characters"),
        ("g-speakers-0-p-name", "a\x00b", "NUL character"),
    ],
)
def test_bad_input_gets_a_sentence_and_keeps_what_was_typed(
    client: FlaskClient, cast: Cast, type_id: uuid.UUID, name: str, value: str, sentence: str
) -> None:
    answer = sign_in(client, cast.author).post(NEW, data={**TYPED, name: value})
    assert answer.status_code == 422
    assert sentence in answer.text
    assert "Counts." in answer.text
    assert value[:400].replace("\x00", "\ufffd") in unescape(answer.text)


ODD_NAMES = ["g-speakers-²-p-name", "g-speakers--1-p-name", "g-speakers-99999-p-name", "g-speakers",
             "g-speakers-0-p-nobody", "m-begins", "f-nobody"]  # fmt: skip


@pytest.mark.parametrize("name", ODD_NAMES)
def test_names_nobody_sends_are_left_alone(
    client: FlaskClient, cast: Cast, type_id: uuid.UUID, name: str
) -> None:
    answer = sign_in(client, cast.author).post(NEW, data={**TYPED, name: "x"})
    assert answer.status_code == 302


def test_too_many_entries_are_refused(client: FlaskClient, cast: Cast, type_id: uuid.UUID) -> None:
    many = {f"g-speakers-{n}-p-name": f"Speaker {n}" for n in range(150)}
    answer = sign_in(client, cast.author).post(NEW, data={**TYPED, **many})
    assert answer.status_code == 422
    assert "at most 100 entries" in answer.text


def test_entries_are_added_moved_and_taken_out_without_scripts(
    client: FlaskClient, cast: Cast, type_id: uuid.UUID
) -> None:
    two = {**TYPED, "g-speakers-1-p-name": "Bo"}
    sign_in(client, cast.author)
    added = client.post(NEW, data={**two, "rows": "add:speakers"})
    assert added.status_code == 200
    assert "Speakers, entry 3" in added.text
    assert "The mill" in added.text
    moved = client.post(NEW, data={**two, "rows": "up:speakers:1"}).text
    assert moved.index('value="Bo"') < moved.index('value="Ada"')
    out = client.post(NEW, data={**two, "rows": "remove:speakers:0"}).text
    assert 'value="Ada"' not in out
    for odd in ("up:speakers:99999999999", "remove:speakers:²", "add:nothing", "::"):
        assert client.post(NEW, data={**two, "rows": odd}).status_code in {200, 302}


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


@both_databases
def test_an_unknown_type_and_a_neighbours_are_404(
    app: Flask, client: FlaskClient, cast: Cast, type_id: uuid.UUID
) -> None:
    assert sign_in(client, cast.author).get("/a/acme/pages/new?type=nothing").status_code == 404
    assert client.post("/a/acme/pages/new", data={"type": "nothing"}).status_code == 404
    for odd in ("%00", "a%00b", "%F0%9F%A7%87", "x" * 5000):
        assert client.get(f"/a/acme/pages/new?type={odd}").status_code == 404
        assert client.get(f"/a/acme/pages/?type={odd}").status_code == 200
    assert sign_in(client, cast.bolt_editor).get("/a/bolt/pages/new?type=event").status_code == 404


def test_the_chooser_shows_what_this_account_has_of_the_types_it_takes(
    app: Flask, client: FlaskClient, cast: Cast, type_id: uuid.UUID
) -> None:
    do(app, cast, lambda: make_page(cast.hamburg, "Elsewhere in Hamburg"))
    do(app, cast, lambda: make_page(cast.acme, "Only a post", kind="post"))
    html = sign_in(client, cast.author).get(NEW).text
    chooser = html[html.index('id="f-part-of"') :]
    chooser = chooser[: chooser.index("</select>")]
    assert "Welcome" in chooser
    assert "Elsewhere in Hamburg" not in chooser
    assert "Only a post" not in chooser


def test_statements_do_not_grow_with_content_or_fields(
    app: Flask, client: FlaskClient, cast: Cast, type_id: uuid.UUID
) -> None:
    def live() -> uuid.UUID:
        page = event(cast.acme, seats="3")
        draft = revision_by_id(page.draft_revision_id, page)
        assert draft is not None
        publish(page, draft, cast.acme, by=TESTS)
        return page.id

    page = do(app, cast, live)
    sign_in(client, cast.publisher)
    addresses = [f"/a/acme/pages/{page}/", NEW, "/a/acme/pages/?type=event", "/s/acme/summer-fair/"]
    for address in addresses:
        statements(app, client, address)
    few = [statements(app, client, address) for address in addresses]

    def more() -> None:
        row = row_of(type_id, cast)
        for number in range(10):
            target = make_page(cast.acme, f"Page {number}", state="live")
            words = FieldWords(f"Link {number}", "reference")
            add_field(row, cast.acme, words, by=TESTS)
            event(cast.acme, f"More {number}", **{f"link-{number}": str(target.id)})

    do(app, cast, more)
    assert [statements(app, client, address) for address in addresses] == few


def test_a_page_and_a_post_are_what_they_were(app: Flask, client: FlaskClient, cast: Cast) -> None:
    sign_in(client, cast.author)
    answer = client.post("/a/acme/pages/new", data={"type": "post", "title": "A post"})
    assert answer.status_code == 302

    def kind() -> str:
        found = page_by_id(uuid.UUID(answer.location.rstrip("/").rsplit("/", 1)[-1]), cast.acme.id)
        assert isinstance(found, Page)
        return found.type

    assert do(app, cast, kind) == "post"


def test_what_no_chooser_can_offer_is_chosen_by_its_address(
    app: Flask,
    client: FlaskClient,
    cast: Cast,
    type_id: uuid.UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old = do(app, cast, lambda: make_page(cast.acme, "Long ago").id)
    do(app, cast, lambda: [make_page(cast.acme, f"Newer {n}") for n in range(4)] and None)
    monkeypatch.setattr(choosing, "OFFERED", 3)
    html = sign_in(client, cast.author).get(NEW).text
    assert "Long ago" not in html
    assert "by its address" in html
    typed = {**TYPED, "o-part-of": f"https://portal.example/a/acme/pages/{old}/history"}
    answer = client.post(NEW, data=typed)
    assert fields_of(app, cast, answer.location)["part-of"] == str(old)
    assert "Long ago" in client.get(answer.location).text
    refused = client.post(NEW, data={**TYPED, "o-part-of": "Long ago"})
    assert refused.status_code == 422
    assert "takes content from the list" in refused.text


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
