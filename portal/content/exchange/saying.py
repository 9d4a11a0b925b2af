"""A page → what files say of it, value by value: the way back is `values.item_of`."""

from __future__ import annotations

import html
import json
import re
import uuid
from collections.abc import Mapping
from typing import Any

from portal.content.exchange import front_matter
from portal.content.exchange.gathering import Whole, seconds_of
from portal.content.exchange.markdown_write import to_markdown
from portal.content.exchange.model import TermName
from portal.content.exchange.paths import relative
from portal.content.exchange.tables import COLUMNS, shown
from portal.content.exchange.terms_text import term_to_text
from portal.content.html_writer import escape
from portal.content.media_uses import ADDRESS
from portal.content.readership import readers_of
from portal.content.seo import NAMES

_LINK = re.compile(r'( (?:href|src)=")([^"<>]*)(")')
Terms = Mapping[str, tuple[str, TermName]]


def said_of(whole: Whole, terms: Terms, paths: Mapping[str, str]) -> dict[str, Any]:
    """Return what is said of a page beside its text, the empty left out.

    Other pages are named by their `paths`, by id, or by their ids.
    """
    page, revision = whole.page, whole.revision
    fields = dict(revision.fields or {})
    seo = fields.pop("seo", None)
    found: dict[str, Any] = {
        "title": revision.title, "type": page.type, "slug": revision.slug, "state": whole.state,
        "published": seconds_of(page.published_at), "created": seconds_of(page.created_at),
        "byline": revision.byline, "author name": whole.author.name,
        "author email": whole.author.email, "owner name": whole.owner.name,
        "owner email": whole.owner.email, "review by": seconds_of(whole.review_by),
        "excerpt": revision.excerpt,
        "parent": parent_named(revision.parent_id, paths),
        "categories": _terms(revision.term_ids, terms, "category"),
        "tags": _terms(revision.term_ids, terms, "tag"), "position": page.position,
        "language": whole.tongue.language,
        "translation of": parent_named(whole.tongue.source_id, paths),
        "up to date": whole.tongue.up_to_date,
        "seo": seo, "fields": fields, "former addresses": list(whole.former), "id": str(page.id),
        "readers": "" if readers_of(page) == "everybody" else readers_of(page),
        "protected": page.access_password_hash is not None or page.for_members,
    }  # fmt: skip
    return {name: value for name, value in found.items() if value or name == "title"}


def as_markdown(said: Mapping[str, Any], body: str) -> str:
    """Return a Markdown file with its front matter."""
    written = to_markdown(body)
    values = dict(said)
    if written.spacing is None:
        values["format"] = "html"
    elif written.spacing != "lines":
        values["spacing"] = written.spacing
    return f"---\n{front_matter.write(values)}---\n\n{written.text}\n"


def as_row(said: Mapping[str, Any], address: str, body: str) -> list[str]:
    """Return a row of a table, each cell safe to open in a spreadsheet."""
    seo = said.get("seo") or {}
    cells = {name: said.get(name, "") for name in COLUMNS}
    cells |= {f"seo {name}": seo.get(name, "") for name in NAMES}
    cells |= {"address": address, "body": body}
    return [shown(_cell(name, cells[name])) for name in COLUMNS]


def with_paths(body: str, path: str, paths: Mapping[str, str]) -> str:
    """Return a clean body whose links to pages and files lead to `paths`, by id, from `path` on."""

    def lead(found: re.Match[str]) -> str:
        value = html.unescape(found[2])
        file = ADDRESS.search(value)
        name = value[5:] if value.startswith("page:") else file[2] if file else ""
        if name not in paths:
            return found[0]
        return f"{found[1]}{escape(relative(path, paths[name]))}{found[3]}"

    return _LINK.sub(lead, body)


def _terms(ids: list[Any], terms: Terms, taxonomy: str) -> list[str]:
    found = [terms[each][1] for each in ids if each in terms and terms[each][0] == taxonomy]
    return [term_to_text(each) for each in sorted(found, key=lambda each: each.slug)]


def _cell(name: str, value: Any) -> str:
    if name in {"categories", "tags"}:
        return "; ".join(value)
    if name == "former addresses":
        return "\n".join(value)
    if name == "fields":
        return json.dumps(value, ensure_ascii=False) if value else ""
    if isinstance(value, bool):
        return "yes" if value else ""
    return "" if value == "" or value is None else str(value)


def parent_named(parent_id: uuid.UUID | None, paths: Mapping[str, str]) -> str:
    """Return how a file names a parent: by its path, or by its id where it has none."""
    return paths.get(str(parent_id), str(parent_id)) if parent_id else ""
