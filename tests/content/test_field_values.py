"""Hostile, odd and wrong values, in every kind of field."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import select

from portal.content.content_types import ContentType, defined
from portal.content.defining_fields import FieldWords, change_field, remove_field
from portal.content.drafting import Text, create_page, save_draft
from portal.content.field_kinds import Unfit, read
from portal.content.field_values import FieldProblem
from portal.content.fields import KINDS, Field
from portal.content.pages import revision_by_id
from portal.content.type_effects import effects_of
from tenants.accounts import AccountRef
from tenants.audit import AuditEvent
from tenants.db import db
from tenants.scope import acting_in, tenant_scope
from tests.content.type_scene import VALUES, event, event_type, field_id
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import TESTS, make_page

HOSTILE = '<p>Hi</p><script>alert(1)</script><img src=x onerror="alert(2)">'
NAUGHTY = [
    "", " ", "0", "-0", "NaN", "1e999", "²", "١٢", "null", "None", "[]", "{}", "\u202egnol",
    "Ω≈ç√", "🧇" * 60, "a\x00b", "\ud800", "'; DROP TABLE page;--", "../../etc/passwd",
    "{{ 7*7 }}", "=1+1", "\x1b[31m", HOSTILE, "javascript:alert(1)", "x" * 100_000,
    "2026-02-30", "0000-00-00", "2026-03-29T02:30", "%s%n", [], {}, [[]], [{}], {"wall": []},
    [{"name": {"wall": "x"}}], 7, 1.5, True, False, {"a": {"b": {"c": "d"}}}, ["x"] * 500,
]  # fmt: skip


@pytest.fixture
def acme(cast: Cast, inside: Any) -> Iterator[AccountRef]:
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        yield cast.acme


def one(kind: str, **more: Any) -> Field:
    part = Field(uuid.uuid4(), "name", "Name", "text")
    return Field(uuid.uuid4(), "it", "It", kind, parts=(part,), options=("a", "b"), **more)


@pytest.mark.parametrize("kind", KINDS)
def test_every_value_is_read_or_refused_and_reads_again_as_itself(kind: str) -> None:
    for raw in NAUGHTY:
        try:
            value = read(one(kind), raw)
        except Unfit:
            continue
        assert read(one(kind), value) == value, raw
        assert "\x00" not in str(value)


def test_no_kind_of_field_breaks_a_save(acme: AccountRef) -> None:
    event_type(acme)
    keys = [*VALUES, "notice", "part-of"]
    page = event(acme)
    for key in keys:
        for raw in NAUGHTY:
            text = Text(title="x", fields={key: raw})
            try:
                save_draft(page, text, acme, by=TESTS, based_on=page.draft_revision_id)
            except FieldProblem:
                continue
            stored = revision_by_id(page.draft_revision_id, page)
            assert stored is not None
            assert "\x00" not in str(stored.fields)


def test_rich_text_is_cleaned_and_told_of(acme: AccountRef) -> None:
    event_type(acme)
    text = Text(title="x", fields={"programme": HOSTILE, "speakers": [{"about": HOSTILE}]})
    page, saved = create_page(acme, "event", text, by=TESTS)
    assert "script" not in str(saved.revision.fields)
    assert "onerror" not in str(saved.revision.fields)
    assert len([r for r in saved.removed if "script" in r.sentence]) == 2
    deep = "<div>" * 3000
    with pytest.raises(FieldProblem, match="Programme"):
        save_draft(page, Text(title="x", fields={"programme": deep}), acme, by=TESTS,
                   based_on=page.draft_revision_id)  # fmt: skip


def test_a_reference_leads_to_what_is_there_and_fits(cast: Cast, acme: AccountRef) -> None:
    event_type(acme)
    page = event(acme)
    post = make_page(acme, "A post", kind="post")
    elsewhere = make_page(cast.hamburg, "Elsewhere")
    for target, why in (
        (str(page.id), "the page itself"),
        (str(post.id), "another type"),
        (str(elsewhere.id), "not there"),
        (str(uuid.uuid4()), "not there"),
    ):
        text = Text(title="x", fields={"part-of": target})
        with pytest.raises(FieldProblem, match=why):
            save_draft(page, text, acme, by=TESTS, based_on=page.draft_revision_id)


def test_two_that_refer_to_each_other_are_no_problem(acme: AccountRef) -> None:
    event_type(acme)
    first = event(acme, "First")
    second = event(acme, "Second", **{"part-of": str(first.id)})
    save_draft(first, Text(title="First", fields={"part-of": str(second.id)}), acme, by=TESTS,
               based_on=first.draft_revision_id)  # fmt: skip
    stored = revision_by_id(first.draft_revision_id, first)
    assert stored is not None
    assert stored.fields["part-of"] == str(second.id)


def test_the_trail_tells_which_field_changed(acme: AccountRef) -> None:
    event_type(acme)
    page = event(acme, venue="The mill")
    save_draft(page, Text(title="Summer fair", fields={"venue": "The barn"}), acme, by=TESTS,
               based_on=page.draft_revision_id)  # fmt: skip
    query = select(AuditEvent).where(AuditEvent.event == "page.changed")
    (told,) = db.session.scalars(query).all()
    assert told.changes["venue"] == ["The mill", "The barn"]


def becomes(row: ContentType, account: AccountRef, label: str, by: Any, **words: Any) -> list[str]:
    """What the effects of a change of one field say."""
    found = defined(row)
    field, _ = found.field(field_id(row, label))
    after = [replace(f, **words) if f.id == field.id else f for f in found.fields]
    return [
        f"{e.title}: {e.value}: {e.becomes}" for e in effects_of(found, after, account, by=by).shown
    ]


@pytest.mark.usefixtures("inside")
def test_a_preview_says_what_each_draft_would_lose(cast: Cast) -> None:
    admin, author = as_actor(cast.admin), as_actor(cast.bolt_admin)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        row = event_type(cast.acme)
        event(cast.acme, "Full", **VALUES)
        event(cast.berlin, "Bare", seats="3")
        assert becomes(row, cast.acme, "Venue", admin, removed=True) == [
            "Full: The mill: is shown no more; it comes back with the field"
        ]
        assert becomes(row, cast.acme, "Venue", admin, required=True) == [
            "Bare: : is missing: to be filled in before the next publishing"
        ]
        assert "takes a number" in becomes(row, cast.acme, "Venue", admin, kind="number")[0]
        assert becomes(row, cast.acme, "Seats", admin, kind="text") == []
        assert becomes(row, cast.acme, "Level", admin, options=("Beginners",)) != []
        assert becomes(row, cast.acme, "Speakers", admin, parts=()) != []
        assert becomes(row, cast.acme, "Venue", author, removed=True) == [], "he may not read them"
        effects = effects_of(defined(row), [], cast.acme, by=author)
        assert (effects.total, effects.pages, effects.partial) == (2, 0, True)


def test_nothing_is_lost_when_a_kind_goes_there_and_back(acme: AccountRef) -> None:
    row = event_type(acme)
    page = event(acme, **VALUES)
    stored = revision_by_id(page.draft_revision_id, page)
    assert stored is not None
    before = dict(stored.fields)
    venue = field_id(row, "Venue")
    change_field(row, acme, venue, FieldWords("Place", "number"), by=TESTS)
    save_draft(page, Text(title="x", fields=before), acme, by=TESTS,
               based_on=page.draft_revision_id)  # fmt: skip
    change_field(row, acme, venue, FieldWords("Place", "text"), by=TESTS)
    remove_field(row, acme, field_id(row, "Programme"), by=TESTS)
    again = revision_by_id(page.draft_revision_id, page)
    assert again is not None
    assert again.fields == before
