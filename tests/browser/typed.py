"""A type of content with everything in it, an event written with it, and a block in use."""

from __future__ import annotations

from portal.content.content_types import ContentType
from portal.content.defining_fields import FieldWords, add_field, remove_field
from portal.content.defining_types import TypeWords, delete_type, make_type
from portal.content.pages import revision_by_id
from portal.content.publishing import publish
from tenants.accounts import AccountRef
from tests.content.type_scene import VALUES, event, event_type, field_id
from tests.fixtures.pages import TESTS, make_page


def type_and_pages(acme: AccountRef, long: str) -> tuple[str, str, str, str]:
    """Ids of a type, of one of its fields, of an event and of a block. Needs the scope."""
    row = event_type(acme)
    add_field(row, acme, FieldWords(long[:100], "text", hint=long[:150]), by=TESTS)
    old = add_field(row, acme, FieldWords("Parking", "lines"), by=TESTS)
    remove_field(row, acme, old.id, by=TESTS)
    gone: ContentType = make_type(acme, TypeWords("Old recipe"), by=TESTS)
    delete_type(gone, acme, by=TESTS)
    block = make_page(acme, "Mind the step", "<p>Mind the step.</p>", kind="block", state="live")
    page = event(acme, "Summer fair", **VALUES, notice=str(block.id))
    draft = revision_by_id(page.draft_revision_id, page)
    assert draft is not None
    publish(page, draft, acme, by=TESTS)
    event(acme, "Not ready", level="Experts", directions=long)
    return str(row.id), str(field_id(row, "Venue")), str(page.id), str(block.id)
