"""Values of an import's fields that saving would refuse: found before anything is written."""

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from portal.content.content_types import Definition, definition_of
from portal.content.field_values import (
    check_size,
    kept_value,
    misfit,
    references,
    types_of,
)
from portal.content.fields import REFERRING, Field, as_id, is_empty
from portal.content.import_plan import Line, PlannedPage
from portal.content.problems import Problem
from tenants.accounts import AccountRef


def fitted(
    pages: Iterable[PlannedPage], account: AccountRef
) -> tuple[tuple[PlannedPage, ...], list[Line]]:
    """Return the pages without what their fields cannot keep, and a line for each such value.

    One statement for the pages they refer to, and what it takes to know each of their types.
    """
    pages = tuple(pages)
    typed = [page for page in pages if page.document.type]
    if not typed:
        return pages, []
    definitions = {key: definition_of(key, account.tenant_id) for key in _types(typed)}
    there = {page.id: page.document.type or page.document.kind for page in pages}
    there |= types_of(account.id, set(_referred(typed, definitions)) - there.keys())
    lines: list[Line] = []

    def fit(page: PlannedPage) -> PlannedPage:
        found = _Fit(page, definitions[page.document.type], there)
        for why in found.said:
            sentence = f"{why.rstrip('.')}, so it is left out."
            lines.append(Line("bodies", page.document.kind, page.text.title, sentence))
        return replace(page, text=replace(page.text, fields=found.values))

    return tuple(fit(page) if page.document.type else page for page in pages), lines


def _types(pages: Iterable[PlannedPage]) -> list[str]:
    return sorted({page.document.type for page in pages})


def _referred(
    pages: Iterable[PlannedPage], definitions: Mapping[str, Definition]
) -> Iterator[uuid.UUID]:
    for page in pages:
        for _, value in references(definitions[page.document.type].asked, page.text.fields):
            if known := as_id(value):
                yield known


class _Fit:
    """Takes out of one page's values what cannot be kept; `said` are the reasons."""

    def __init__(
        self, page: PlannedPage, definition: Definition, there: Mapping[uuid.UUID, str]
    ) -> None:
        self._page, self._there = page, there
        self.said: list[str] = []
        values = self._without_strays(definition.asked, page.text.fields)
        kept = {key: value for key, value in values.items() if self._fits(key, value, definition)}
        self.values = kept if self._passes(check_size, kept) else {}

    def _without_strays(
        self, fields: tuple[Field, ...], values: Mapping[str, Any]
    ) -> dict[str, Any]:
        known = {field.key: field for field in fields}
        return {
            key: self._rows(known[key], value) if key in known else value
            for key, value in values.items()
            if key not in known or not self._is_stray(known[key], value)
        }

    def _rows(self, field: Field, value: Any) -> Any:
        if field.kind != "group" or not isinstance(value, list):
            return value
        return [
            self._without_strays(field.asked, row) if isinstance(row, Mapping) else row
            for row in value
        ]

    def _is_stray(self, field: Field, value: Any) -> bool:
        if field.kind not in REFERRING or is_empty(value):
            return False
        why = misfit(field, value, self._there, self._page.id)
        self.said += [f"“{field.label}” {why}"] if why else []
        return bool(why)

    def _fits(self, key: str, value: Any, definition: Definition) -> bool:
        field = next((each for each in definition.fields if each.key == key), None)
        if field is None or is_empty(value):
            return True
        return self._passes(lambda given: kept_value(field, given), value)

    def _passes(self, check: Callable[[Any], object], value: Any) -> bool:
        try:
            check(value)
        except Problem as problem:
            self.said.append(str(problem))
            return False
        return True
