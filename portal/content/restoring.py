"""Taking back what a page said in an earlier revision: all of it, or one field."""

import uuid

from portal.content.approvals import authors_of
from portal.content.content_types import definition_of
from portal.content.drafting import Saved, authorize_edit, save_draft, text_of
from portal.content.filing import terms_by_ids
from portal.content.pages import Page, Revision, revision_by_id
from portal.content.problems import Problem
from portal.content.values import (
    MISSING,
    keys_of,
    label_of,
    labels_of,
    text_from,
    values_of,
)
from tenants.accounts import AccountRef
from tenants.audit import record
from tenants.decisions import Actor
from tenants.events import Event

ALL = ""


def restore(
    page: Page, revision: Revision, key: str, account: AccountRef, *, by: Actor,
    based_on: uuid.UUID | None,
) -> Saved:  # fmt: skip
    """Make an earlier text the draft again, as a new revision, and record it.

    `key` is one field (see `values`), or ALL. `based_on` is the draft that was looked at. Terms
    that are gone since stay gone. Raises Denied, Problem, Locked and Stale.
    """
    authorize_edit(by, page, account)
    draft = revision_by_id(page.draft_revision_id, page)
    before, wanted = text_of(draft or revision), text_of(revision)
    keys = keys_of(before, wanted)
    if key not in {ALL, *keys}:
        raise Problem("There is no field of this name in either text.")
    here = {str(term.id) for term in terms_by_ids(account.id, list(wanted.term_ids))}
    there = values_of(wanted) | {"terms": tuple(sorted(here & set(wanted.term_ids)))}
    values = values_of(before)
    for each in keys if key == ALL else [key]:
        values[each] = there.get(each, MISSING)
    saved = save_draft(
        page, text_from(values), account, by=by, based_on=based_on,
        writers=authors_of(page, revision),
    )  # fmt: skip
    if saved.changed:
        labels = labels_of(definition_of(page.type, page.tenant_id))
        what = "everything" if key == ALL else labels.get(key) or label_of(key).lower()
        record(
            Event.PAGE_RESTORED, page, by=by, what=what, revision=revision.number,
            changes={"revision": [draft.number if draft else 0, saved.revision.number]},
        )  # fmt: skip
    return saved
