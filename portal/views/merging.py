"""Saving what two people made of one page, field by field as was chosen."""

import uuid
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for

from portal.content.drafting import authorize_edit, save_draft
from portal.content.locking import take_over
from portal.content.pages import page_by_id, revision_by_id
from portal.content.problems import Locked, Problem, Stale
from portal.forms.merging import by_hand, chosen, merge_page, merged, uuid_or_none
from portal.forms.page_fields import let_go_of_gone
from portal.forms.writing import done_writing
from portal.guards import permission
from portal.requests import current
from portal.views.typed import edit_form
from tenants.permissions import Permission as P

bp = Blueprint("merging", __name__, url_prefix="/a/<handle>/pages")


@bp.post("/<uuid:page_id>/merge")
@permission(P.PAGE_VIEW)
def save(page_id: uuid.UUID) -> Any:
    page = page_by_id(page_id, current.here.id) or abort(404)
    authorize_edit(current.person, page, current.here)
    form = edit_form(current.here, page, revision_by_id(page.draft_revision_id, page))
    theirs = revision_by_id(uuid_or_none(request.form.get("theirs")), page)
    gone = let_go_of_gone(form, theirs) if theirs else []
    if theirs is None or not form.validate():
        abort(422, "This came in pieces, so nothing was saved. Open the page again in a new tab.")
    try:
        if request.form.get("act") == "take_over":
            take_over(page, current.here, by=current.person)
        text = merged(page, form, theirs).outcome(chosen(), by_hand())
        saved = save_draft(
            page, text, current.here, by=current.person, based_on=theirs.id,
            reason=f"Merged with revision {theirs.number} by {theirs.author_label}.",
        )  # fmt: skip
    except KeyError as field:
        return merge_page(page, form, missing=str(field.args[0])), 422
    except Stale:
        return merge_page(page, form, problem="Somebody saved once more meanwhile."), 409
    except Locked as locked:
        return merge_page(page, form, problem=str(locked), locked=True), 409
    except Problem as problem:
        return merge_page(page, form, problem=str(problem)), 422
    done_writing(page)
    flash(f"Both texts are together as revision {saved.revision.number}.", "good")
    for sentence in (*gone, *(removal.sentence for removal in saved.removed[:10])):
        flash(sentence, "warn")
    return redirect(url_for("pages.edit", handle=current.here.handle, page_id=page.id))
