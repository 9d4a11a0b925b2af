"""Writing content of a defined type in the browser: each field, each refusal."""

from __future__ import annotations

import re
import uuid
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.content.defining_fields import FieldWords, add_field
from portal.content.pages import Page, page_by_id, revision_by_id
from portal.content.publishing import publish
from tests.content.type_scene import event
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS, make_page
from tests.views.test_within import statements
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


@both_databases
def test_every_field_is_asked_for_kept_and_shown_again(
    app: Flask, client: FlaskClient, cast: Cast, type_id: uuid.UUID
) -> None:
    page = sign_in(client, cast.author).get(NEW)
    first = re.search(
        r'<button [^>]*type="submit"[^>]*>', page.text[page.text.index("novalidate") :]
    )
    assert first
    assert 'name="find-in" value=""' in first[0], "Enter in an input saves, as is posted below"
    for label in ("Venue", "Seats (needed before publishing)", "Begins", "Speakers, entry 1"):
        assert label in page.text
    answer = client.post(
        NEW, data=TYPED | {"find-in": "", "find-f-part-of": "", "found-f-part-of": ""}
    )
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
