"""A text as named values, one way for comparing, merging and restoring: field by field."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from portal.content import clean_html
from portal.content.content_types import Definition
from portal.content.drafting import Text
from portal.content.pages import Page
from portal.content.terms import Term
from tenants.db import db

MISSING = object()
"""Stands for a further field that one of two texts does not have."""
LABELS = {
    "title": "Title",
    "body": "Text",
    "excerpt": "Summary",
    "slug": "Address",
    "parent": "Below",
    "byline": "Byline",
    "terms": "Tags and categories",
}
NO_LABELS: Mapping[str, str] = {}
_OWN = {name: {"parent": "parent_id", "terms": "term_ids"}.get(name, name) for name in LABELS}
_FURTHER = "fields."


def values_of(text: Text) -> dict[str, Any]:
    """Return everything the text says by key: those of LABELS, then `fields.…`."""
    own = {key: getattr(text, name) for key, name in _OWN.items()}
    return own | {"terms": tuple(sorted(text.term_ids))} | {
        f"{_FURTHER}{key}": value for key, value in sorted(text.fields.items())
    }  # fmt: skip


def text_from(values: Mapping[str, Any]) -> Text:
    """Return the text with these values; what is MISSING among the further fields is left out."""
    further = {
        key.removeprefix(_FURTHER): value
        for key, value in values.items()
        if key.startswith(_FURTHER) and value is not MISSING
    }
    own = {_OWN[key]: value for key, value in values.items() if key in _OWN}
    return replace(Text(), **own, fields=further)


def keys_of(*texts: Text) -> list[str]:
    """Return every key that one of the texts has, in the order of the editor."""
    return list(dict.fromkeys(key for text in texts for key in values_of(text)))


def labels_of(definition: Definition) -> dict[str, str]:
    """Return what people call the fields of a type, those that were removed among them, by key."""
    return {f"{_FURTHER}{field.key}": field.label for field in definition.fields}


def label_of(key: str, labels: Mapping[str, str] = NO_LABELS) -> str:
    """Return what people call a field; `labels` are those of its page's type."""
    return (
        LABELS.get(key)
        or labels.get(key)
        or key.removeprefix(_FURTHER).replace("_", " ").capitalize()
    )


class Wording:
    """Says values in words people know, the names of pages and terms looked up for all at once."""

    def __init__(self, texts: Sequence[Text], account_id: uuid.UUID) -> None:
        parents = {text.parent_id for text in texts if text.parent_id}
        terms = {uuid.UUID(each) for text in texts for each in text.term_ids}
        self._titles = _names(Page, Page.title, parents, account_id)
        self._terms = _names(Term, Term.name, terms, account_id)

    def say(self, key: str, value: Any) -> str:
        """Return a value of a field as plain text, a body as one line per block."""
        if value is MISSING or value is None or value == "":
            return "Top of the site" if key == "parent" and value is None else ""
        if key == "parent":
            return self._titles.get(str(value)) or "a page that is gone"
        if key == "terms":
            return "\n".join(sorted(self._terms.get(each, "a term that is gone") for each in value))
        if not isinstance(value, str):
            return json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True, default=str)
        return plain(value) if key == "body" else value


def plain(html: str) -> str:
    """Return the plain text of a body, or the body itself when it cannot be read."""
    try:
        return clean_html.text_of(html)
    except clean_html.TooDeep:
        return html


def _names(cls: Any, column: Any, ids: set[uuid.UUID], account_id: uuid.UUID) -> dict[str, str]:
    if not ids:
        return {}
    query = select(cls.id, column).where(cls.id.in_(ids), cls.account_id == account_id)
    return {str(row[0]): row[1] or "(untitled)" for row in db.session.execute(query)}
