"""What stands in the way of publishing a page: asked wherever it is handed over or goes live."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from portal.content.content_types import definition_of
from portal.content.field_kinds import Unfit, read
from portal.content.field_values import misfit, references, types_of
from portal.content.fields import Field, as_id, is_empty
from portal.content.pages import Page, Revision
from portal.content.problems import Problem


@dataclass(frozen=True)
class Unready:
    """One thing to be mended first: the field's key, its name, and the whole sentence."""

    key: str
    label: str
    sentence: str


class NotReady(Problem):
    """A revision cannot be published as it is; `problems` are all that stands in the way."""

    def __init__(self, problems: list[Unready]) -> None:
        super().__init__(" ".join(problem.sentence for problem in problems[:20]))
        self.problems = problems


def problems_before_publishing(page: Page, revision: Revision) -> list[Unready]:
    """Return what must be filled in or mended before the revision can be published.

    Nothing when it is ready. At most two statements, none for built-in types.
    """
    definition = definition_of(page.type, page.tenant_id)
    if not definition.asked:
        return []
    values = revision.fields or {}
    found = [
        Unready(field.key, field.label, f"“{label}” {problem}")
        for field in definition.asked
        for label, problem in _problems(field, values.get(field.key))
    ]
    told = list(references(definition.asked, values))
    ids = {known for _, value in told if (known := as_id(value))}
    there = types_of(page.account_id, ids)
    for field, value in told:
        problem = misfit(field, value, there, page.id) if as_id(value) else ""
        if problem:
            found.append(Unready(field.key, field.label, f"“{field.label}” {problem}"))
    return found


def refuse_unready(page: Page, revision: Revision) -> None:
    """Raise NotReady when something stands in the way of publishing the revision."""
    problems = problems_before_publishing(page, revision)
    if problems:
        raise NotReady(problems)


def _problems(field: Field, value: Any) -> Iterator[tuple[str, str]]:
    if is_empty(value):
        if field.required:
            yield field.label, "is required and empty."
        return
    if field.kind == "group" and isinstance(value, list):
        for number, row in enumerate(value, 1):
            for part in field.asked if isinstance(row, Mapping) else ():
                for label, problem in _problems(part, row.get(part.key)):
                    yield f"{field.label}, entry {number}, {label}", problem
        return
    try:
        read(field, value)
    except Unfit as problem:
        yield field.label, str(problem)
