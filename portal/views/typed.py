"""What the page editor needs of a page's type: its form, and what to say beside it."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from itertools import islice
from typing import Any

from flask import abort, request
from werkzeug.datastructures import MultiDict

from portal.content.choosing import (
    Candidate,
    Candidates,
    candidates,
    files_found,
    ids_named,
    pages_found,
    with_files,
)
from portal.content.content_types import BUILT_IN, KEY, Definition, definition_of, definitions_at
from portal.content.copies import WorkingCopy
from portal.content.fields import Field, texts_in
from portal.content.page_uses import uses_of
from portal.content.pages import Page, Revision
from portal.content.readiness import problems_before_publishing
from portal.forms.base import choices
from portal.forms.page_fields import fill, offer_choices, offer_chosen
from portal.forms.pages import NewPageForm, PageForm
from portal.forms.seo import offer_pictures
from portal.forms.typed import typed_form
from portal.requests import current
from portal.times import zone_names
from tenants.accounts import AccountRef

RADIO = ("post", "page")
MOST_CHOSEN, LONGEST_NAME = 300, 200


def new_form(here: AccountRef, copy: WorkingCopy | None = None, kept: str = "") -> NewPageForm:
    """Return the form for something new, of the type in the form, in the copy, or in the address.

    With a working copy it shows what stands there. `kept` is the type of one that is not shown.
    """
    own = definitions_at(here)
    kept = copy.first("type") if copy else kept
    key = request.form.get("type") or kept or request.args.get("type") or "post"
    if not KEY.fullmatch(key):
        abort(404)
    definition = next((t for t in own if t.key == key), BUILT_IN.get(key))
    if definition is None:
        # Deleted, perhaps while somebody wrote: the form comes back, saving says why it cannot be.
        definition = definition_of(key, here.tenant_id)
        if definition.id is None or not (kept or request.method == "POST"):
            abort(404)
    before = _typed_before(copy)
    offered = _offered(here, definition, {}, None, before)
    form = typed_form(NewPageForm, definition, {}, offered, here.zone, before)
    offer_choices(form, here.id, None)
    offer_pictures(form, here, current.person)
    form.others = own
    if key not in RADIO:
        form.type.choices = choices([(definition.key, definition.name)])
    form.type.data = key
    return form


def edit_form(
    here: AccountRef, page: Page, draft: Revision | None, copy: WorkingCopy | None = None,
    *, to_save: bool = False,
) -> PageForm:  # fmt: skip
    """Return the form for a page that is there, showing its draft, or what stands in a copy.

    `to_save` is for one that is validated and not shown: it offers only what is chosen.
    """
    definition = definition_of(page.type, page.tenant_id)
    values = (draft.fields or {}) if draft else {}
    before = _typed_before(copy)
    offered = _offered(here, definition, values, page.id, before)
    form = typed_form(PageForm, definition, values, offered, here.zone, before)
    form.body_before = draft.body if draft else ""
    if not form.sent:
        fill(form, page, draft, here.id)
    if to_save:
        offer_chosen(form, here.id, page.id, draft)
    else:
        offer_choices(form, here.id, page.id)
    offer_pictures(form, here, current.person)
    return form


def _offered(
    here: AccountRef, definition: Definition, values: Mapping[str, Any],
    page_id: uuid.UUID | None, before: MultiDict[str, str] | None,
) -> Candidates:  # fmt: skip
    by, also = current.person, _chosen(before or request.form)
    stood = also | {known for each in texts_in(dict(values)) for known in _named(each)}
    found = candidates(here.id, definition, values, page_id, also)
    found = with_files(found, here, definition, by=by, also=stood)

    def look(field: Field, words: str) -> tuple[Candidate, ...]:
        if field.kind == "media":
            return files_found(here, words, by=by)
        return pages_found(here.id, field, words, page_id)

    return replace(found, found=look)


def _chosen(sent: MultiDict[str, str]) -> set[uuid.UUID]:
    """Return the ids that fields of a form hold: what was found before is offered once more."""
    texts = (t for name, t in sent.items(multi=True) if name.startswith(("f-", "g-")))
    return set(islice((known for text in texts for known in _named(text)), MOST_CHOSEN))


def _named(text: str) -> list[uuid.UUID]:
    return ids_named(text) if len(text) <= LONGEST_NAME else []


def beside_new(form: NewPageForm) -> dict[str, Any]:
    """Return what the form for something new shows beside it: what else can be started."""
    chosen, every = form.type.data, [*BUILT_IN.values(), *form.others]
    others = [t for t in every if t.key != chosen and not {t.key, chosen} <= set(RADIO)]
    return {"types": others, "zones": _zones(form.definition)}


def beside_fields(page: Page, draft: Revision | None, form: PageForm) -> dict[str, Any]:
    """Return what the editor says about a page's type: what is missing, and who uses it."""
    definition: Definition = form.definition
    return {
        "unready": problems_before_publishing(page, draft) if draft else [],
        "uses": uses_of(page) if definition.stands == "nowhere" else None,
        "zones": _zones(definition),
    }


def _typed_before(copy: WorkingCopy | None) -> MultiDict[str, str] | None:
    if copy is None:
        return None
    return MultiDict([(name, value) for name, each in copy.typed.items() for value in each])


def _zones(definition: Definition) -> tuple[str, ...]:
    """Return the zones to choose from, where a field takes a time."""
    return zone_names() if any(field.kind == "moment" for field in definition.every) else ()
