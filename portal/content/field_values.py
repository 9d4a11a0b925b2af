"""The values of a page's fields as they are kept with a revision.

An incomplete draft always saves. What does not fit its field's kind is kept as it was typed and
told of before publishing; only what cannot be kept at all is refused.
"""

import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.content import clean_html
from portal.content.content_types import Definition, definition_of
from portal.content.field_kinds import LONGEST, ROWS, Unfit, as_typed, read
from portal.content.fields import REFERRING, Field, as_id, is_empty, plain
from portal.content.page_uses import note_uses
from portal.content.pages import Page
from portal.content.problems import Problem
from tenants.db import db

LARGEST = 1_000_000


class FieldProblem(Problem):
    """What was typed into a field cannot be kept. `key` is the field's."""

    def __init__(self, field: Field, message: str) -> None:
        super().__init__(f"“{field.label}” {message}")
        self.key = field.key


@dataclass(frozen=True)
class Kept:
    """Values ready to be stored, what cleaning took out of them, and the pages they refer to."""

    values: dict[str, Any]
    removed: tuple[clean_html.Removal, ...] = ()
    uses: frozenset[uuid.UUID] | None = None

    def note(self, page: Page) -> None:
        """Write down what the page's draft refers to, where its type has fields."""
        if self.uses is not None:
            note_uses(page, "draft", set(self.uses))


def keep(page: Page, values: Mapping[str, Any], before: Mapping[str, Any] | None = None) -> Kept:
    """Return the values as they are stored. `before` are those of the revision they follow.

    What no field asks for stays. At most two statements, none for built-in types. Raises
    FieldProblem for what cannot be kept, and for a reference to what is not there.
    """
    definition = definition_of(page.type, page.tenant_id)
    kept = dict(values)
    if not definition.fields:
        check_size(kept)
        return Kept(kept)
    removed: list[clean_html.Removal] = []
    for field in definition.fields:
        value = kept.pop(field.key, None)
        if is_empty(value):
            continue
        removed += _taken_out(field, value)
        kept[field.key] = kept_value(field, value)
    check_size(kept)
    uses = _check_references(page, definition, kept, before or {})
    return Kept(kept, tuple(removed), uses)


def references(fields: tuple[Field, ...], values: Mapping[str, Any]) -> Iterator[tuple[Field, Any]]:
    """Yield every reference there is in the values with its field, those in groups as well."""
    for field in fields:
        value = values.get(field.key)
        if field.kind in REFERRING and not is_empty(value):
            yield field, value
        elif field.kind == "group" and isinstance(value, list):
            for row in value:
                if isinstance(row, Mapping):
                    yield from references(field.asked, row)


def types_of(account_id: uuid.UUID, ids: set[uuid.UUID]) -> dict[uuid.UUID, str]:
    """Return the type of each page of an account that is there. One statement, none for no ids."""
    if not ids:
        return {}
    query = select(Page.id, Page.type).where(Page.account_id == account_id, Page.id.in_(ids))
    return {row[0]: row[1] for row in db.session.execute(query).all()}


def misfit(field: Field, value: Any, there: Mapping[uuid.UUID, str], page_id: uuid.UUID) -> str:
    """Return why a reference on a page cannot stand in its field, or empty.

    `there` are the types of the pages that there are, by id. To stand after the field's name.
    """
    found = as_id(value)
    if found is None or found not in there:
        return "refers to content that is not there."
    if found == page_id:
        return "refers to the page itself."
    wanted = ("block",) if field.kind == "block" else field.of
    if wanted and there[found] not in wanted:
        return "refers to content of another type than it takes."
    return ""


def kept_value(field: Field, value: Any) -> Any:
    """Return a value as it is stored in its field. Raises FieldProblem for what cannot be kept."""
    try:
        return read(field, value)
    except Unfit as problem:
        if field.kind == "rich" or len(plain(value)) > max(LONGEST.values()):
            raise FieldProblem(field, str(problem)) from problem
        longest = LONGEST.get(field.kind)
        if isinstance(value, str) and longest and len(value) > longest:
            raise FieldProblem(field, str(problem)) from problem
        return _typed_rows(field, value) if field.kind == "group" else as_typed(value)


def _typed_rows(field: Field, value: Any) -> Any:
    """Keep the entries of a group part by part, so that one that does not fit spoils no other."""
    if not isinstance(value, list):
        return as_typed(value)
    if len(value) > ROWS:
        raise FieldProblem(field, f"takes at most {ROWS} entries.")
    rows = [row for row in value if isinstance(row, Mapping) and not is_empty(row)]
    parts = {part.key: part for part in field.asked}
    return [
        {
            key: kept_value(parts[key], each) if key in parts else as_typed(each)
            for key, each in row.items()
            if not is_empty(each)
        }
        for row in rows
    ]


def _taken_out(field: Field, value: Any) -> tuple[clean_html.Removal, ...]:
    if field.kind == "group" and isinstance(value, list):
        rows = [row for row in value if isinstance(row, Mapping)]
        return tuple(
            removal
            for row in rows
            for part in field.asked
            for removal in _taken_out(part, row.get(part.key))
        )
    if field.kind != "rich" or not isinstance(value, str) or "<" not in value:
        return ()
    if clean_html.is_clean(value):
        return ()
    try:
        return clean_html.clean(value).removed
    except clean_html.TooDeep:
        return ()


def check_size(values: Mapping[str, Any]) -> None:
    """Raise Problem for values that are too long together."""
    if len(json.dumps(values, ensure_ascii=False, default=str)) > LARGEST:
        raise Problem(f"The fields hold more than {LARGEST:,} characters together; shorten some.")


def _check_references(
    page: Page, definition: Definition, values: Mapping[str, Any], before: Mapping[str, Any]
) -> frozenset[uuid.UUID]:
    """Return the pages the values refer to; one refused may only stay where it was already."""
    found = list(references(definition.asked, values))
    ids = {known for _, value in found if (known := as_id(value))}
    there = types_of(page.account_id, ids)
    stood = {plain(value) for _, value in references(definition.fields, before)}
    for field, value in found:
        problem = misfit(field, value, there, page.id)
        if problem and plain(value) not in stood:
            raise FieldProblem(field, problem)
    return frozenset(there)
