"""A type of content with a field of every kind, for tests."""

from __future__ import annotations

import uuid
from typing import Any

from portal.content.content_types import ContentType, Definition, defined
from portal.content.defining_fields import FieldWords, add_field
from portal.content.defining_types import TypeWords, make_type
from portal.content.drafting import Text, create_page
from portal.content.pages import Page
from tenants.accounts import AccountRef
from tests.fixtures.pages import TESTS

EVERY_KIND = (
    FieldWords("Venue", "text", hint="Where it is."),
    FieldWords("Directions", "lines"),
    FieldWords("Programme", "rich"),
    FieldWords("Seats", "number", required=True),
    FieldWords("Day", "date"),
    FieldWords("Begins", "moment"),
    FieldWords("Level", "choice", options=("Beginners", "Everybody")),
    FieldWords("Free", "yesno"),
    FieldWords("Tickets", "link"),
    FieldWords("Part of", "reference", of=("page", "event")),
    FieldWords("Notice", "block"),
)
PARTS = (FieldWords("Name", "text", required=True), FieldWords("About", "rich"))
VALUES: dict[str, Any] = {
    "venue": "The mill",
    "directions": "Bus 3,\nthen walk.",
    "programme": "<p>Talks, then <b>soup</b>.</p>",
    "seats": "040.50",
    "day": "2026-03-28",
    "begins": {"wall": "2026-03-28T19:30", "zone": "Europe/Berlin"},
    "level": "Everybody",
    "free": "yes",
    "tickets": "https://tickets.example/42",
    "speakers": [{"name": "Ada", "about": "<p>Counts.</p>"}, {"name": "", "about": ""}],
}


def event_type(account: AccountRef, *words: FieldWords, name: str = "Event") -> ContentType:
    """A type at an account with these fields, or with one of every kind. Needs its scope."""
    row = make_type(account, TypeWords(name, "Something that happens."), by=TESTS)
    for each in words or EVERY_KIND:
        add_field(row, account, each, by=TESTS)
    if not words:
        group = add_field(row, account, FieldWords("Speakers", "group"), by=TESTS)
        for part in PARTS:
            add_field(row, account, part, by=TESTS, group_id=group.id)
    return row


def field_id(row: ContentType, label: str) -> uuid.UUID:
    """The id of a type's field, or of a group's part, by what it is called."""
    definition: Definition = defined(row)
    every = [*definition.fields, *(part for field in definition.fields for part in field.parts)]
    return next(field.id for field in every if field.label == label)


def event(account: AccountRef, title: str = "Summer fair", **values: Any) -> Page:
    """A draft of the type. Needs its scope."""
    page, _ = create_page(
        account, "event", Text(title=title, body="<p>Come.</p>", fields=values), by=TESTS
    )
    return page
