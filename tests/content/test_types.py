"""Types of content: who defines them, what is kept, what stands in the way of publishing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from portal.content.content_types import ContentType, defined, definition_at, definitions_at
from portal.content.defining_fields import (
    FieldWords,
    add_field,
    bring_back_field,
    change_field,
    move_field,
    remove_field,
)
from portal.content.defining_types import (
    CannotDefineType,
    TypeWords,
    change_type,
    delete_type,
    make_type,
    restore_type,
)
from portal.content.drafting import Text, create_page, save_draft, text_of
from portal.content.pages import Page, Revision, revision_by_id
from portal.content.problems import Problem
from portal.content.publishing import publish
from portal.content.readiness import NotReady, problems_before_publishing
from tenants.accounts import AccountRef
from tenants.audit import AuditEvent
from tenants.db import db
from tenants.decisions import Denied
from tenants.scope import acting_in, tenant_scope
from tests.content.type_scene import VALUES, event, event_type, field_id
from tests.fixtures.app import both_databases
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import TESTS, make_page

pytestmark = pytest.mark.usefixtures("inside")


@pytest.fixture
def acme(cast: Cast) -> Iterator[AccountRef]:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        yield cast.acme


def draft(page: Page) -> Revision:
    found = revision_by_id(page.draft_revision_id, page)
    assert found is not None
    return found


def last_event() -> AuditEvent:
    return db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()  # type: ignore[return-value]


@both_databases
def test_every_kind_of_value_is_kept_in_its_own_spelling(acme: AccountRef) -> None:
    event_type(acme)
    block = make_page(acme, "Mind the step", kind="block")
    home = make_page(acme, "Events", kind="page")
    page = event(acme, **VALUES, notice=str(block.id), **{"part-of": str(home.id)})
    kept = draft(page).fields
    assert kept["seats"] == "40.5"
    assert kept["begins"]["at"] == "2026-03-28T18:30:00+00:00"
    assert kept["free"] is True
    assert kept["speakers"] == [{"name": "Ada", "about": "<p>Counts.</p>"}]
    assert kept["part-of"] == str(home.id)
    assert problems_before_publishing(page, draft(page)) == []
    saved = save_draft(page, text_of(draft(page)), acme, by=TESTS, based_on=page.draft_revision_id)
    assert not saved.changed, "what was kept is kept as it is"


@both_databases
def test_a_type_is_defined_here_and_holds_below_and_nowhere_else(cast: Cast) -> None:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        row = make_type(cast.berlin, TypeWords("Event"), by=TESTS)
        assert (last_event().event, last_event().account_id) == ("type.made", cast.berlin.id)
        assert definition_at("event", cast.mitte)
        assert definition_at("event", cast.acme) is None
        assert row.key == "event"
        with pytest.raises(CannotDefineType, match="already"):
            make_type(cast.mitte, TypeWords("event"), by=TESTS)
        assert make_type(cast.hamburg, TypeWords("Event"), by=TESTS).key == "event-2"
        with pytest.raises(Problem, match="cannot be started here"):
            create_page(cast.acme, "event", Text(title="No"), by=TESTS)
        db.session.commit()
    with acting_in(tenant_scope(cast.bolt.tenant_id)):
        assert definitions_at(cast.bolt) == []
        assert make_type(cast.bolt, TypeWords("Event"), by=TESTS).key == "event"


def test_only_admins_define_types(cast: Cast) -> None:
    editor, admin = as_actor(cast.publisher), as_actor(cast.admin)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        with pytest.raises(Denied):
            make_type(cast.acme, TypeWords("Event"), by=editor)
        row = make_type(cast.acme, TypeWords("Event"), by=admin)
        for act in (
            lambda: change_type(row, cast.acme, TypeWords("Other"), by=editor),
            lambda: add_field(row, cast.acme, FieldWords("Venue", "text"), by=editor),
            lambda: delete_type(row, cast.acme, by=editor),
        ):
            with pytest.raises(Denied):
                act()
        with pytest.raises(CannotDefineType, match="where it was defined"):
            delete_type(row, cast.berlin, by=TESTS)


@pytest.mark.parametrize(
    ("words", "about"),
    [
        (FieldWords("", "text"), "label"),
        (FieldWords("x" * 101, "text"), "label"),
        (FieldWords("VENUE", "text"), "label"),
        (FieldWords("Odd", "sound"), "kind"),
        (FieldWords("Photo", "telepathy"), "kind"),
        (FieldWords("Level", "choice"), "options"),
        (FieldWords("Level", "choice", options=("x" * 201,)), "options"),
    ],
)
def test_a_bad_field_gets_a_sentence(acme: AccountRef, words: FieldWords, about: str) -> None:
    row = event_type(acme, FieldWords("Venue", "text"))
    with pytest.raises(CannotDefineType) as problem:
        add_field(row, acme, words, by=TESTS)
    assert problem.value.about == about


def test_fields_are_ordered_and_keys_are_never_shared(acme: AccountRef) -> None:
    row = event_type(acme, FieldWords("Venue", "text"), FieldWords("Title", "text"))
    assert [f.key for f in defined(row).fields] == ["venue", "title-2"], "the portal keeps `title`"
    assert move_field(row, acme, field_id(row, "Title"), -1, by=TESTS)
    assert [f.label for f in defined(row).asked] == ["Title", "Venue"]
    assert not move_field(row, acme, field_id(row, "Title"), -1, by=TESTS)
    remove_field(row, acme, field_id(row, "Venue"), by=TESTS)
    add_field(row, acme, FieldWords("Venue", "number"), by=TESTS)
    assert [f.key for f in defined(row).asked] == ["title-2", "venue-2"]
    old = next(f.id for f in defined(row).fields if f.key == "venue")
    with pytest.raises(CannotDefineType, match="There is a field Venue"):
        bring_back_field(row, acme, old, by=TESTS)


@both_databases
def test_what_is_missing_stands_in_the_way_of_publishing_only(acme: AccountRef) -> None:
    event_type(acme)
    page = event(acme, level="Experts", speakers=[{"about": "<p>Nameless.</p>"}], tickets="no link")
    said = {
        problem.key: problem.sentence for problem in problems_before_publishing(page, draft(page))
    }
    assert said == {
        "seats": "“Seats” is required and empty.",
        "level": "“Level” takes one of the choices offered; this is none of them any more.",
        "tickets": "“Tickets” takes a whole address, beginning with https://, "
        "or with / on this site.",
        "speakers": "“Speakers, entry 1, Name” is required and empty.",
    }
    with pytest.raises(NotReady):
        publish(page, draft(page), acme, by=TESTS)
    assert page.live_revision_id is None
    save_draft(page, Text(title="x", fields={"seats": "3"}), acme, by=TESTS,
               based_on=page.draft_revision_id)  # fmt: skip
    publish(page, draft(page), acme, by=TESTS)
    assert page.address == "/x/"


def test_a_removed_field_keeps_its_values_and_brings_them_back(acme: AccountRef) -> None:
    row = event_type(acme)
    page = event(acme, **VALUES)
    venue = field_id(row, "Venue")
    remove_field(row, acme, venue, by=TESTS)
    assert last_event().sentence == "changed the type Event: removed the field “Venue”"
    kept = text_of(draft(page))
    save_draft(page, Text(title="New", fields=kept.fields), acme, by=TESTS,
               based_on=page.draft_revision_id)  # fmt: skip
    assert draft(page).fields["venue"] == "The mill"
    bring_back_field(row, acme, venue, by=TESTS)
    assert "venue" in [f.key for f in defined(row).asked]


def test_a_changed_kind_keeps_what_does_not_fit(acme: AccountRef) -> None:
    row = event_type(acme)
    page = event(acme, **VALUES)
    change_field(row, acme, field_id(row, "Venue"), FieldWords("Venue", "number"), by=TESTS)
    assert [p.sentence for p in problems_before_publishing(page, draft(page))] == [
        "“Venue” takes a number, written with digits and a point, like 1250.50."
    ]
    kept = text_of(draft(page))
    save_draft(page, Text(title="New", fields=kept.fields), acme, by=TESTS,
               based_on=page.draft_revision_id)  # fmt: skip
    assert draft(page).fields["venue"] == "The mill"


def test_a_type_is_deleted_and_restored_and_its_pages_stay(acme: AccountRef) -> None:
    row = event_type(acme)
    page = event(acme, seats="3")
    delete_type(row, acme, by=TESTS)
    assert last_event().event == "type.deleted"
    assert definition_at("event", acme) is None
    publish(page, draft(page), acme, by=TESTS)
    with pytest.raises(CannotDefineType, match="not deleted"):
        change_type(row, acme, TypeWords("Other"), by=TESTS)
    restore_type(row, acme, by=TESTS)
    assert last_event().event == "type.restored"
    assert definition_at("event", acme)
    with pytest.raises(CannotDefineType, match="where it stands"):
        change_type(row, acme, TypeWords("Event", stands="nowhere"), by=TESTS)


def test_every_change_makes_a_new_version(acme: AccountRef) -> None:
    row = event_type(acme)
    before = row.version
    assert change_type(row, acme, TypeWords("Happening"), by=TESTS)
    assert not change_type(row, acme, TypeWords("Happening"), by=TESTS)
    assert row.version == before + 1
    assert last_event().changes["name"] == ["Event", "Happening"]
    assert db.session.scalar(select(ContentType.key)) == "event", "the key stays"
