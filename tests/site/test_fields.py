"""What readers see of defined types and blocks, and that no change of a type breaks it."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.content.content_types import ContentType, type_by_id
from portal.content.defining_fields import FieldWords, add_field, change_field, remove_field
from portal.content.defining_types import delete_type
from portal.content.drafting import Text, save_draft
from portal.content.fields import KINDS
from portal.content.page_uses import number_of_uses, uses_of
from portal.content.pages import Page, page_by_id, revision_by_id
from portal.content.publishing import publish, unpublish
from tests.content.type_scene import VALUES, event, event_type, field_id
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast
from tests.fixtures.client import sign_in
from tests.fixtures.pages import TESTS, make_page
from tests.views.test_within import statements
from tests.views.typed_scene import do

FAIR = "/s/acme/summer-fair/"


def go(page: Page, cast: Cast) -> None:
    """Publish a page's draft."""
    draft = revision_by_id(page.draft_revision_id, page)
    assert draft is not None
    publish(page, draft, cast.acme, by=TESTS)


@pytest.fixture
def scene(app: Flask, cast: Cast) -> dict[str, uuid.UUID]:
    """A live event with every field, leading to a live page and showing a live block."""

    def make() -> dict[str, uuid.UUID]:
        row = event_type(cast.acme)
        block = make_page(cast.acme, "Notice", "<p>Mind the step.</p>", kind="block", state="live")
        home = make_page(cast.acme, "All events", state="live")
        page = event(cast.acme, **VALUES, notice=str(block.id), **{"part-of": str(home.id)})
        go(page, cast)
        return {"type": row.id, "block": block.id, "home": home.id, "page": page.id}

    made: dict[str, uuid.UUID] = do(app, cast, make)
    return made


def row_of(scene: dict[str, uuid.UUID], cast: Cast) -> ContentType:
    row = type_by_id(scene["type"], cast.acme.id)
    assert row is not None
    return row


def page_of(page_id: uuid.UUID, cast: Cast) -> Page:
    page = page_by_id(page_id, cast.acme.id)
    assert page is not None
    return page


@both_databases
def test_every_field_is_shown_in_plain_markup(
    client: FlaskClient, scene: dict[str, uuid.UUID]
) -> None:
    html = client.get(FAIR).text
    for markup in (
        '<dt dir="auto">Venue</dt>', "Talks, then <b>soup</b>.", "40.5", "28 March 2026</time>",
        "Saturday 28 March 2026, 19:30 in Berlin (UTC+1)", "Everybody", "Yes",
        'href="https://tickets.example/42"', ">All events</a>", "<p>Mind the step.</p>", "Ada",
    ):  # fmt: skip
        assert markup in html.replace("<strong>", "<b>").replace("</strong>", "</b>"), markup


def test_a_block_is_edited_once_and_seen_everywhere(
    app: Flask, client: FlaskClient, cast: Cast, scene: dict[str, uuid.UUID]
) -> None:
    def edit() -> None:
        page = page_of(scene["block"], cast)
        text = Text(title="Notice", body="<p>Mind the cat.</p>")
        save_draft(page, text, cast.acme, by=TESTS, based_on=page.draft_revision_id)

    do(app, cast, edit)
    assert "Mind the step" in client.get(FAIR).text, "a draft is no reader's business"
    do(app, cast, lambda: go(page_of(scene["block"], cast), cast))
    assert "Mind the cat" in client.get(FAIR).text
    editor = sign_in(client, cast.publisher).get(f"/a/acme/pages/{scene['block']}/").text
    assert "Used in 1 place" in editor
    assert "Summer fair" in editor
    do(app, cast, lambda: unpublish(page_of(scene["block"], cast), cast.acme, by=TESTS))
    shown = client.get(FAIR)
    assert shown.status_code == 200
    assert "Mind the" not in shown.text


def test_a_block_has_no_address_and_is_in_no_list(
    app: Flask, client: FlaskClient, cast: Cast, scene: dict[str, uuid.UUID]
) -> None:
    assert do(app, cast, lambda: page_of(scene["block"], cast).address) is None
    assert client.get("/s/acme/notice/").status_code == 404
    assert "Notice" not in client.get("/s/acme/sitemap.xml").text
    form = sign_in(client, cast.publisher).get("/a/acme/pages/new?type=block").text
    assert 'name="slug"' not in form
    typed = {"type": "block", "title": "B", "body": "<p>x</p>"}
    made = client.post("/a/acme/pages/new", data=typed)
    assert made.status_code == 302


@both_databases
def test_uses_follow_the_draft_and_what_is_live(
    app: Flask, cast: Cast, scene: dict[str, uuid.UUID]
) -> None:
    def uses() -> list[tuple[str, bool, bool]]:
        block = page_of(scene["block"], cast)
        return [(use.title, use.draft, use.live) for use in uses_of(block)]

    assert do(app, cast, uses) == [("Summer fair", True, True)]

    def without() -> None:
        page = page_of(scene["page"], cast)
        text = Text(title="Summer fair", fields={"seats": "1"})
        save_draft(page, text, cast.acme, by=TESTS, based_on=page.draft_revision_id)

    do(app, cast, without)
    assert do(app, cast, uses) == [("Summer fair", False, True)]
    do(app, cast, lambda: go(page_of(scene["page"], cast), cast))
    assert do(app, cast, lambda: number_of_uses(page_of(scene["block"], cast))) == 0


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_no_change_of_a_type_breaks_a_live_page(
    app: Flask, client: FlaskClient, cast: Cast, scene: dict[str, uuid.UUID], kind: str
) -> None:
    def change() -> None:
        row = row_of(scene, cast)
        words: dict[str, Any] = {"options": ("a",)} if kind == "choice" else {}
        labels = ("Venue", "Programme", "Seats", "Begins", "Level", "Free", "Notice", "Part of")
        for label in labels:
            wanted = FieldWords(label, kind, required=True, **words)
            change_field(row, cast.acme, field_id(row, label), wanted, by=TESTS)
        remove_field(row, cast.acme, field_id(row, "Tickets"), by=TESTS)

    do(app, cast, change)
    shown = client.get(FAIR)
    assert shown.status_code == 200
    assert "Come." in shown.text
    assert "tickets.example" not in shown.text
    sign_in(client, cast.editor)
    assert client.get(f"/a/acme/pages/{scene['page']}/").status_code == 200
    do(app, cast, lambda: delete_type(row_of(scene, cast), cast.acme, by=TESTS))
    assert client.get(FAIR).status_code == 200


def test_readers_are_led_only_to_what_is_live(
    app: Flask, client: FlaskClient, cast: Cast, scene: dict[str, uuid.UUID]
) -> None:
    do(app, cast, lambda: unpublish(page_of(scene["home"], cast), cast.acme, by=TESTS))
    assert "All events" not in client.get(FAIR).text


def test_statements_do_not_grow_with_references(
    app: Flask, client: FlaskClient, cast: Cast, scene: dict[str, uuid.UUID]
) -> None:
    statements(app, client, FAIR)
    few = statements(app, client, FAIR)

    def more() -> None:
        words = [FieldWords(f"Block {n}", "block") for n in range(6)]
        for each in words:
            add_field(row_of(scene, cast), cast.acme, each, by=TESTS)
        made = [make_page(cast.acme, f"B{n}", kind="block", state="live") for n in range(6)]
        page = page_of(scene["page"], cast)
        draft = revision_by_id(page.draft_revision_id, page)
        assert draft is not None
        blocks = {f"block-{n}": str(block.id) for n, block in enumerate(made)}
        text = Text(title="Summer fair", fields={**draft.fields, **blocks})
        save_draft(page, text, cast.acme, by=TESTS, based_on=page.draft_revision_id)
        go(page, cast)

    do(app, cast, more)
    assert statements(app, client, FAIR) == few
