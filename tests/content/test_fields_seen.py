"""What live pages show of their fields is changed by those alone who may publish there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from portal.content.content_types import ContentType
from portal.content.defining_fields import (
    FieldWords,
    add_field,
    bring_back_field,
    change_field,
    move_field,
    remove_field,
)
from portal.content.drafting import Text, create_page
from portal.content.publishing import publish
from tenants.db import db
from tenants.decisions import Actor, Denied
from tenants.permissions import Permission
from tenants.scope import acting_in, tenant_scope
from tests.content.type_scene import event_type, field_id
from tests.fixtures.cast import Cast, as_actor
from tests.fixtures.pages import TESTS

pytestmark = pytest.mark.usefixtures("inside")
FIELDS = (FieldWords("Venue", "text"), FieldWords("Price", "text"))
Act = Callable[[ContentType, Cast, Actor], object]
ACTS: dict[str, Act] = {
    "label": lambda row, cast, by: change_field(
        row, cast.acme, field_id(row, "Venue"), FieldWords("Crime scene", "text"), by=by),
    "kind": lambda row, cast, by: change_field(
        row, cast.acme, field_id(row, "Venue"), FieldWords("Venue", "lines"), by=by),
    "remove": lambda row, cast, by: remove_field(
        row, cast.acme, field_id(row, "Venue"), by=by),
    "order": lambda row, cast, by: move_field(
        row, cast.acme, field_id(row, "Venue"), 1, by=by),
    "bring back": lambda row, cast, by: bring_back_field(
        row, cast.acme, field_id(row, "Old"), by=by),
}  # fmt: skip
UNSEEN: dict[str, Act] = {
    "hint": lambda row, cast, by: change_field(
        row, cast.acme, field_id(row, "Venue"), FieldWords("Venue", "text", hint="x"), by=by),
    "new": lambda row, cast, by: add_field(row, cast.acme, FieldWords("New", "text"), by=by),
}  # fmt: skip


def without_publishing(cast: Cast) -> Actor:
    """Acme's admin, but for the right to publish."""
    admin = as_actor(cast.admin)
    kept = tuple(
        replace(each, permissions={
            name: by for name, by in each.permissions.items() if name != Permission.PAGE_PUBLISH
        }) for each in admin.holdings
    )  # fmt: skip
    return replace(admin, holdings=kept)


def typed(cast: Cast, *, live: bool) -> ContentType:
    row = event_type(cast.acme, *FIELDS, FieldWords("Old", "text"))
    remove_field(row, cast.acme, field_id(row, "Old"), by=TESTS)
    page, saved = create_page(cast.acme, row.key, Text(title="x", fields={"venue": "y"}), by=TESTS)
    if live:
        publish(page, saved.revision, cast.acme, by=TESTS)
    db.session.flush()
    return row


@pytest.mark.parametrize("name", ACTS)
def test_what_readers_see_of_a_type_takes_the_right_to_publish(cast: Cast, name: str) -> None:
    weak, admin = without_publishing(cast), as_actor(cast.admin)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        row = typed(cast, live=True)
        with pytest.raises(Denied, match="Publish"):
            ACTS[name](row, cast, weak)
        ACTS[name](row, cast, admin)
        db.session.rollback()


@pytest.mark.parametrize("name", [*ACTS, *UNSEEN])
def test_what_no_reader_sees_takes_none(cast: Cast, name: str) -> None:
    weak = without_publishing(cast)
    with acting_in(tenant_scope(cast.acme.tenant_id)):
        row = typed(cast, live=name in UNSEEN)
        (ACTS | UNSEEN)[name](row, cast, weak)
        db.session.rollback()
